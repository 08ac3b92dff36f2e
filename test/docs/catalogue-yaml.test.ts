import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { catalogueFileSchema } from '../../connectors/files/folder/catalogue-file.js'

const page = readFileSync(new URL('../../docs/catalogue-yaml.md', import.meta.url), 'utf8')

interface Node {
  description?: string
  properties?: Record<string, Node>
  additionalProperties?: Node | boolean
  anyOf?: Node[]
}

/** The rows of a table for each object of a schema, under the path of its keys. */
function rowsOf({ properties = {}, additionalProperties, anyOf = [] }: Node, path = ''): string[] {
  const below = typeof additionalProperties === 'object' ? rowsOf(additionalProperties, `${path}…`) : []
  return [
    ...Object.entries(properties).flatMap(([key, node]) => [
      `| \`${key}\` | ${node.description ?? `NO DESCRIPTION at ${path}${key}`} |`,
      ...(key === 'licence' ? [] : rowsOf(node, `${path}${key}.`)),
    ]),
    ...below,
    ...anyOf.flatMap((node) => rowsOf(node, path)),
  ]
}

test('docs/catalogue-yaml.md has every key of catalogue.yaml with its description, and no other', () => {
  const rows = rowsOf(z.toJSONSchema(catalogueFileSchema, { io: 'input' }) as Node)
  expect(rows.length).toBeGreaterThan(15)
  const told = page.split('\n').filter((line) => line.startsWith('| `'))
  expect(told.sort()).toEqual(rows.sort())
})
