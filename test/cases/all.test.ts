import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Case {
  id: string
}
const cases = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')) as Case[]

test('every case has a test that names it', () => {
  const tests = ['.', '../end-to-end']
    .flatMap((folder) => {
      const url = new URL(`${folder}/`, import.meta.url)
      return readdirSync(url)
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => readFileSync(new URL(name, url), 'utf8'))
    })
    .join('\n')
  const untested = cases.filter(({ id }) => !new RegExp(`(?<![A-Za-z0-9])${id}(?![a-z0-9])`).test(tests)).map(({ id }) => id)
  expect(untested).toEqual([])
})
