import { describe, expect, it } from 'vitest'
import type { Shape } from '../../src/connector/column.js'
import { Unenforceable } from '../../src/policy/obligations.js'
import { readRowFilter, rowPredicate } from '../../src/policy/row-filter.js'

const predicateOf = (filter: unknown, type: Shape['type']) => rowPredicate(readRowFilter(filter), () => ({ index: 0, shape: { type } }))

describe('a row filter', () => {
  it.each<[Shape['type'], string | number | boolean, string]>([
    ['STRING', '', ''],
    ['STRING', 'Kilburn', 'Kilburn'],
    ['INT64', 3, '3'],
    ['INT64', '-999999999999999999', '-999999999999999999'],
    ['BOOLEAN', true, 'true'],
    ['BOOLEAN', 'false', 'false'],
    ['DATE', '2024-02-29', '2024-02-29'],
  ])('compares %s with %j', (type, value, text) => {
    expect(predicateOf({ column: 'x', eq: value }, type)).toMatchObject({ right: { shape: { type }, value: text } })
  })

  it.each<[Shape['type'], unknown]>([
    ['STRING', 1],
    ['INT64', 1.5],
    ['INT64', 1e21],
    ['INT64', '9999999999999999999'],
    ['INT64', true],
    ['BOOLEAN', 1],
    ['BOOLEAN', 'TRUE'],
    ['DATE', '2021-02-31'],
    ['DATE', '2023-02-29'],
    ['DATE', '31/01/2021'],
    ['DATE', '2021-01-01T00:00:00Z'],
    ['DOUBLE', 1.5],
    ['DECIMAL', '1.50'],
    ['TIMESTAMP', '2021-01-01T00:00:00'],
    ['TIME', '10:00:00'],
    ['GEOMETRY', 'POINT (0 0)'],
  ])('compares no %s with %j', (type, value) => {
    expect(() => predicateOf({ column: 'x', eq: value }, type)).toThrow(Unenforceable)
    expect(() => predicateOf({ column: 'x', in: [value] }, type)).toThrow(Unenforceable)
  })

  it.each([
    [{ column: 'x' }],
    [{ column: 'x', eq: 1, ne: 2 }],
    [{ column: 'x', like: 'A%' }],
    [{ column: 'x', in: [] }],
    [{ column: 'x', eq: null }],
    [{ and: [] }],
    [{ and: [{ column: 'x', eq: 1 }], or: [{ column: 'x', eq: 1 }] }],
    [{ not: [] }],
    ['x = 1'],
    [{}],
  ])('has not the form %j', (filter) => {
    expect(() => readRowFilter(filter)).toThrow(Unenforceable)
  })
})
