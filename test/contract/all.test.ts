import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { connectors } from '../../connectors/index.js'

const folder = fileURLToPath(new URL('.', import.meta.url))

test('every connector there is goes through the suite', async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.test.ts'))
  const texts = await Promise.all(files.map((name) => readFile(`${folder}${name}`, 'utf8')))
  const held = texts.flatMap((text) =>
    [...text.matchAll(/^ +kind: '(\w+)',$|^connectorContract\((\w+)Harness\)$/gm)].map(([, inline, named]) => inline ?? named),
  )
  expect(held.sort()).toEqual(connectors.map(({ kind }) => kind).sort())
})
