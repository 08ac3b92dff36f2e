import { describe, expect, it } from 'vitest'
import type { ColumnType } from '../../src/connector/column.js'
import { parse } from '../../src/query/1-parse/parse.js'
import { operatorsOf } from '../../src/connector/traverse.js'
import { bind } from '../../src/query/2-bind/bind.js'
import { catalogueOf, failureOf, tableOf } from '../support/query.js'

const types: ColumnType[] = [
  'STRING',
  'BOOLEAN',
  'INT64',
  'DOUBLE',
  'DECIMAL',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMPTZ',
  'GEOMETRY',
  'JSON',
  'LIST',
]
/** A column of each type, named after it. */
const all = tableOf(
  'camden/all/all',
  types.map((type) => ({ name: type, type, ...(type === 'DECIMAL' ? { scale: 2 } : {}) })),
)
const other = tableOf('barnet/other/other', [
  { name: 'STRING', type: 'INT64' },
  { name: 'INT64', type: 'DECIMAL', scale: 3 },
  { name: 'DOUBLE', type: 'INT64' },
  { name: 'DECIMAL', type: 'DECIMAL', scale: 4 },
  { name: 'DATE', type: 'TIMESTAMP' },
  { name: 'mine', type: 'BOOLEAN' },
])
const catalogue = catalogueOf([all, other])
const bound = (input: unknown) => bind(parse(input), catalogue)
const from = { table: all.id }

describe('literals', () => {
  const accepted: [ColumnType, unknown, string][] = [
    ['STRING', '007', '007'],
    ['STRING', '', ''],
    ['STRING', "Robert'); DROP TABLE result; --", "Robert'); DROP TABLE result; --"],
    ['STRING', 'a\nb', 'a\nb'],
    ['BOOLEAN', true, 'true'],
    ['BOOLEAN', 'false', 'false'],
    ['INT64', 0, '0'],
    ['INT64', -5, '-5'],
    ['INT64', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['INT64', '9007199254740993', '9007199254740993'],
    ['INT64', '9223372036854775807', '9223372036854775807'],
    ['INT64', '-9223372036854775808', '-9223372036854775808'],
    ['DOUBLE', 0.1, '0.1'],
    ['DOUBLE', '-1.5e10', '-1.5e10'],
    ['DOUBLE', 1e300, '1e+300'],
    ['DOUBLE', 3, '3'],
    ['DECIMAL', '12.50', '12.50'],
    ['DECIMAL', 12.5, '12.5'],
    ['DECIMAL', '-0.005', '-0.005'],
    ['DECIMAL', 3, '3'],
    ['DECIMAL', '9'.repeat(38), '9'.repeat(38)],
    ['DATE', '2026-01-09', '2026-01-09'],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['TIME', '13:55:48', '13:55:48'],
    ['TIME', '13:55', '13:55:00'],
    ['TIME', '23:59:59.999999', '23:59:59.999999'],
    ['TIMESTAMP', '2026-01-09T13:55:48.5', '2026-01-09T13:55:48.5'],
    ['TIMESTAMP', '2026-01-09', '2026-01-09T00:00:00'],
    ['TIMESTAMP', '2026-01-09T13:55', '2026-01-09T13:55:00'],
    ['TIMESTAMPTZ', '2026-01-09T13:55:48Z', '2026-01-09T13:55:48Z'],
    ['TIMESTAMPTZ', '2026-01-09T13:55:48.123456-05:30', '2026-01-09T13:55:48.123456-05:30'],
    ['TIMESTAMPTZ', '2026-01-09T13:55Z', '2026-01-09T13:55:00Z'],
  ]
  it.each(accepted)('accept for %s: %j', async (type, cell, value) => {
    const { relation } = await bound({ from, where: { column: type, eq: cell } })
    const filter = [...operatorsOf(relation)].find(({ op }) => op === 'filter')
    expect(filter).toMatchObject({ predicate: { kind: 'compare', right: { shape: { type }, value } } })
  })

  const refused: [ColumnType, unknown][] = [
    ['STRING', 1],
    ['STRING', true],
    ['STRING', 0.5],
    ['BOOLEAN', 1],
    ['BOOLEAN', 'yes'],
    ['BOOLEAN', 'TRUE'],
    ['BOOLEAN', ''],
    ['BOOLEAN', 't'],
    ['INT64', 1.5],
    ['INT64', '1.0'],
    ['INT64', '1e3'],
    ['INT64', ''],
    ['INT64', ' 1'],
    ['INT64', '+1'],
    ['INT64', '-0'],
    ['INT64', '007'],
    ['INT64', '0x10'],
    ['INT64', true],
    ['INT64', '9223372036854775808'],
    ['INT64', '-9223372036854775809'],
    ['INT64', '9'.repeat(10_000)],
    ['INT64', '1; DROP TABLE result'],
    ['INT64', '١'],
    ['DOUBLE', 'NaN'],
    ['DOUBLE', 'Infinity'],
    ['DOUBLE', '1e999'],
    ['DOUBLE', ''],
    ['DOUBLE', '1,5'],
    ['DOUBLE', false],
    ['DOUBLE', '0x1'],
    ['DOUBLE', '1_0'],
    ['DECIMAL', '1e3'],
    ['DECIMAL', ''],
    ['DECIMAL', '.5'],
    ['DECIMAL', '5.'],
    ['DECIMAL', true],
    ['DECIMAL', '9'.repeat(39)],
    ['DECIMAL', `0.${'0'.repeat(38)}`],
    ['DECIMAL', 1e-7],
    ['DATE', '2026-02-29'],
    ['DATE', '2026-13-01'],
    ['DATE', '09/01/2026'],
    ['DATE', '2026-1-9'],
    ['DATE', 20260109],
    ['DATE', 'infinity'],
    ['DATE', '2026-01-09T00:00:00'],
    ['DATE', ''],
    ['TIME', '24:00'],
    ['TIME', '13:60'],
    ['TIME', '1:00'],
    ['TIME', 'noon'],
    ['TIME', 1300],
    ['TIMESTAMP', '2026-01-09T13:55:48Z'],
    ['TIMESTAMP', '2026-01-09 13:55:48'],
    ['TIMESTAMP', '2026-02-30T00:00:00'],
    ['TIMESTAMP', 'epoch'],
    ['TIMESTAMP', 1767967200],
    ['TIMESTAMPTZ', '2026-01-09T13:55:48'],
    ['TIMESTAMPTZ', '2026-01-09'],
    ['TIMESTAMPTZ', '2026-01-09T13:55:48+1'],
    ['TIMESTAMPTZ', '2026-01-09T13:55:48 Europe/London'],
    ['TIMESTAMPTZ', '2026-01-09T13:55:48+25:00'],
    ['GEOMETRY', '{"type":"Point","coordinates":[0,0]}'],
    ['JSON', '{}'],
    ['LIST', '[]'],
  ]
  it.each(refused)('refuse for %s: %j', async (type, cell) => {
    const inputPath = ['where', 'not', 'in', 1]
    const nothing = ['GEOMETRY', 'JSON', 'LIST'].includes(type) ? [cell] : [accepted.find((one) => one[0] === type)?.[1], cell]
    const where = { not: { column: type, in: nothing } }
    expect(await failureOf(() => bound({ from, where }))).toMatchObject({
      code: 'TYPE_MISMATCH',
      inputPath: nothing.length === 1 ? [...inputPath.slice(0, 3), 0] : inputPath,
    })
  })

  it.each([
    ['INT64', 2 ** 53],
    ['INT64', -(2 ** 53)],
    ['INT64', 1e18],
    ['DECIMAL', 2 ** 53],
    ['DECIMAL', 1e300],
  ])('refuses the unsafe integer %s %d', async (column, cell) => {
    expect(await failureOf(() => bound({ from, where: { column, lt: cell } }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      inputPath: ['where', 'lt'],
    })
  })
})

describe('operators and functions', () => {
  const refused: [string, object, (string | number)[]][] = [
    ['startsWith on a number', { where: { column: 'INT64', startsWith: '1' } }, ['where', 'startsWith']],
    ['contains on a date', { where: { column: 'DATE', contains: '1' } }, ['where', 'contains']],
    ['startsWith on geometry', { where: { column: 'GEOMETRY', startsWith: '{' } }, ['where', 'startsWith']],
    ['withinBox on text', { where: { column: 'STRING', withinBox: [0, 0, 1, 1] } }, ['where', 'withinBox']],
    ['a granularity on text', { groupBy: [{ column: 'STRING', granularity: 'DAY' }] }, ['groupBy', 0, 'granularity']],
    ['a granularity on a time', { groupBy: [{ column: 'TIME', granularity: 'DAY' }] }, ['groupBy', 0, 'granularity']],
    ['groups of geometry', { groupBy: [{ column: 'GEOMETRY' }] }, ['groupBy', 0]],
    ['groups of JSON', { groupBy: [{ column: 'JSON' }] }, ['groupBy', 0]],
    ['a sum of text', { measures: [{ function: 'SUM', column: 'STRING' }] }, ['measures', 0, 'column']],
    ['an average of dates', { measures: [{ function: 'AVG', column: 'DATE' }] }, ['measures', 0, 'column']],
    ['a median of booleans', { measures: [{ function: 'MEDIAN', column: 'BOOLEAN' }] }, ['measures', 0, 'column']],
    ['the least list', { measures: [{ function: 'MIN', column: 'LIST' }] }, ['measures', 0]],
    ['distinct geometries', { measures: [{ function: 'COUNT_DISTINCT', column: 'GEOMETRY' }] }, ['measures', 0]],
    ['an order of geometry', { orderBy: [{ column: 'GEOMETRY' }] }, ['orderBy', 0, 'column']],
    ['having with text for a count', { measures: [{ function: 'COUNT' }], having: { column: 'count', gt: 'many' } }, ['having', 'gt']],
    [
      'having with a prefix of a sum',
      { measures: [{ function: 'SUM', column: 'INT64' }], having: { column: 'sum_INT64', startsWith: '1' } },
      ['having', 'startsWith'],
    ],
  ]
  it.each(refused)('refuses %s', async (_, input, inputPath) => {
    expect(await failureOf(() => bound({ from, ...input }))).toMatchObject({ code: 'TYPE_MISMATCH', inputPath })
  })

  it('gives measures the types of Measure', async () => {
    const measures = [
      { function: 'COUNT' },
      { function: 'COUNT', column: 'GEOMETRY' },
      { function: 'COUNT_DISTINCT', column: 'DATE' },
      { function: 'SUM', column: 'INT64' },
      { function: 'SUM', column: 'DECIMAL' },
      { function: 'SUM', column: 'DOUBLE' },
      { function: 'AVG', column: 'DECIMAL' },
      { function: 'AVG', column: 'INT64' },
      { function: 'MIN', column: 'TIMESTAMPTZ' },
      { function: 'MAX', column: 'DECIMAL' },
      { function: 'MEDIAN', column: 'INT64' },
      { function: 'STDDEV', column: 'DECIMAL' },
    ]
    expect(
      (await bound({ from, measures })).outputs.map(({ shape }) => `${shape.type}${shape.scale === undefined ? '' : ` ${shape.scale}`}`),
    ).toEqual([
      'INT64',
      'INT64',
      'INT64',
      'DECIMAL 0',
      'DECIMAL 2',
      'DOUBLE',
      'DECIMAL 8',
      'DOUBLE',
      'TIMESTAMPTZ',
      'DECIMAL 2',
      'DOUBLE',
      'DOUBLE',
    ])
  })
})

describe('unions', () => {
  const unionOf = async (members: object[]) =>
    Object.fromEntries(
      (await bound({ from: { members } })).columns.map(({ name, shape }) => [
        name,
        `${shape.type}${shape.scale === undefined ? '' : ` ${shape.scale}`}`,
      ]),
    )
  const columns = (...given: (string | object)[]) => given.map((column) => (typeof column === 'string' ? { column } : column))

  it('combine numbers of different types, by name', async () => {
    const union = await unionOf([
      { table: all.id, columns: columns('INT64', 'DOUBLE', 'DECIMAL') },
      { table: other.id, columns: columns('DECIMAL', 'INT64', 'DOUBLE', 'mine') },
    ])
    expect(union).toEqual({
      INT64: 'DECIMAL 3',
      DOUBLE: 'DOUBLE',
      DECIMAL: 'DECIMAL 4',
      mine: 'BOOLEAN',
    })
  })

  it.each([
    ['STRING', 'text with a number'],
    ['DATE', 'a date with a timestamp'],
  ])('refuses %s: %s', async (column) => {
    const members = [all, other].map(({ id }) => ({ table: id, columns: [{ column }] }))
    expect(await failureOf(() => bound({ from: { members } }))).toMatchObject({
      code: 'TYPE_MISMATCH',
      inputPath: ['from', 'members', 1, 'table'],
    })
  })

  it('refuse the same in `union`, with its place', async () => {
    expect(await failureOf(() => bound({ from: { union: [all.id, other.id] } }))).toMatchObject({
      code: 'TYPE_MISMATCH',
      inputPath: ['from', 'union', 1],
    })
  })

  it('rename columns, and read them as another type', async () => {
    const union = await unionOf([
      {
        table: all.id,
        columns: columns(
          { column: 'STRING', as: 'x', type: 'INT64' },
          { column: 'INT64', as: 'y', type: 'STRING' },
          { column: 'INT64', as: 'z' },
        ),
      },
      { table: other.id, columns: columns({ column: 'STRING', as: 'x' }, { column: 'mine', as: 'y', type: 'STRING' }) },
    ])
    expect(union).toMatchObject({ x: 'INT64', y: 'STRING', z: 'INT64' })
  })

  it('report a column that a member lacks as missing', async () => {
    const { columns: named } = await bound({
      from: {
        members: [
          { table: all.id, columns: columns('DOUBLE') },
          { table: other.id, columns: columns('mine') },
        ],
      },
    })
    expect(named).toMatchObject([
      { name: 'DOUBLE', missingIn: ['0.1'] },
      { name: 'mine', missingIn: ['0.0'] },
    ])
  })

  const refused: [string, object[], string, (string | number)[]][] = [
    ['a column that the member lacks', [{ column: 'int64' }], 'UNKNOWN_COLUMN', ['columns', 0, 'column']],
    ['a column that another member has', [{ column: 'mine' }], 'UNKNOWN_COLUMN', ['columns', 0, 'column']],
    ['one name twice', [{ column: 'INT64' }, { column: 'DOUBLE', as: 'INT64' }], 'BAD_USER_INPUT', ['columns', 1]],
    ['a number read as a date', [{ column: 'INT64', type: 'DATE' }], 'TYPE_MISMATCH', ['columns', 0, 'type']],
    ['a double read as whole', [{ column: 'DOUBLE', type: 'INT64' }], 'TYPE_MISMATCH', ['columns', 0, 'type']],
    ['text read as geometry', [{ column: 'STRING', type: 'GEOMETRY' }], 'TYPE_MISMATCH', ['columns', 0, 'type']],
  ]
  it.each(refused)('refuse %s', async (_, chosen, code, inputPath) => {
    const members = [{ table: other.id }, { table: all.id, columns: chosen }]
    expect(await failureOf(() => bound({ from: { members } }))).toMatchObject({ code, inputPath: ['from', 'members', 1, ...inputPath] })
  })

  it('refuse a column that no member has', async () => {
    const members = [
      { table: all.id, columns: columns('DOUBLE') },
      { table: other.id, columns: columns('mine') },
    ]
    expect(await failureOf(() => bound({ from: { members }, where: { column: 'INT64', eq: 1 } }))).toMatchObject({
      code: 'UNKNOWN_COLUMN',
      inputPath: ['where', 'column'],
    })
  })
})
