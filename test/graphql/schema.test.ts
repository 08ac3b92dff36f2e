import { readFileSync } from 'node:fs'
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql'
import { describe, expect, test } from 'vitest'
import { directivesSdl } from '../../src/api/access/directives.js'
import { createSchema, printGraph } from '../../src/api/schema.js'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

describe('the schema', () => {
  test('graphql/schema.graphql is what the code says (npm run generate)', async () => {
    expect(read('graphql/schema.graphql')).toBe(printGraph(await createSchema()))
  })

  test('graphql/directives.graphql declares the directives that are in effect', () => {
    expect(read('graphql/directives.graphql')).toBe(directivesSdl)
  })

  test('of the surface, exactly what test/surface-pending.txt names is missing or changed', () => {
    const changes = findBreakingChanges(buildSchema(read('graphql/surface.graphql')), buildSchema(read('graphql/schema.graphql')))
    expect(changes.map(({ type, description }) => `${type}: ${description}`).sort()).toEqual(
      read('test/surface-pending.txt').trim().split('\n'),
    )
  })

  test('pending fields and types are absent: existing ones have the same types', () => {
    const pending = read('test/surface-pending.txt').trim().split('\n')
    expect(pending.filter((line) => !/^(TYPE|FIELD)_REMOVED: /.test(line))).toEqual([])
  })

  test('defaults are those of the surface', () => {
    const changes = findDangerousChanges(buildSchema(read('graphql/surface.graphql')), buildSchema(read('graphql/schema.graphql')))
    expect(changes.filter(({ type }) => type === 'ARG_DEFAULT_VALUE_CHANGE')).toEqual([])
  })
})
