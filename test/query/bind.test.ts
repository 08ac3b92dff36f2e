import { describe, expect, it } from 'vitest'
import { parse } from '../../src/query/1-parse/parse.js'
import { bind } from '../../src/query/2-bind/bind.js'
import { failureOf, catalogueOf, tableOf } from '../support/query.js'

const libraries = tableOf('camden/libraries/libraries', [
  { name: 'Name', type: 'STRING' },
  { name: 'Postcode', type: 'STRING' },
  { name: 'open', type: 'BOOLEAN' },
  { name: 'books', type: 'INT64' },
  { name: 'area', type: 'DOUBLE' },
  { name: 'cost', type: 'DECIMAL', scale: 2 },
  { name: 'opened', type: 'DATE' },
  { name: 'opens', type: 'TIME' },
  { name: 'seen', type: 'TIMESTAMP' },
  { name: 'sent', type: 'TIMESTAMPTZ' },
  { name: 'shape', type: 'GEOMETRY' },
  { name: 'extra', type: 'JSON' },
  { name: 'tags', type: 'LIST' },
])
const barnet = tableOf('barnet/libraries/libraries', [
  { name: 'Name', type: 'STRING' },
  { name: 'books', type: 'DECIMAL', scale: 3 },
  { name: 'area', type: 'INT64' },
  { name: 'Ward Name', type: 'STRING' },
])
const odd = tableOf('camden/odd-ones/odd-ones', [
  { name: '__proto__', type: 'STRING' },
  { name: 'constructor', type: 'INT64' },
  { name: 'odd-ones.dotted', type: 'STRING' },
  { name: 'dotted', type: 'INT64' },
  { name: 'it\'s "so"', type: 'STRING' },
  { name: 'count', type: 'INT64' },
  { name: '_table', type: 'INT64' },
])
const bare = tableOf('camden/bare/bare', [])
const catalogue = catalogueOf([libraries, barnet, odd, bare])
const bound = (input: unknown) => bind(parse(input), catalogue)
const from = { table: libraries.id }
const both = { union: [libraries.id, barnet.id] }
const names = async (input: unknown) => (await bound(input)).outputs.map(({ name }) => name)

describe('tables', () => {
  it('reports an unknown one with its place and similar ids', async () => {
    expect(await failureOf(() => bound({ from: { table: 'camden/librarys/libraries' } }))).toMatchObject({
      code: 'UNKNOWN_TABLE',
      inputPath: ['from', 'table'],
      suggestions: [libraries.id],
    })
    expect(await failureOf(() => bound({ from: { union: [libraries.id, 'x'] } }))).toMatchObject({
      code: 'UNKNOWN_TABLE',
      inputPath: ['from', 'union', 1],
    })
    expect(await failureOf(() => bound({ from: { members: [{ table: 'x' }] } }))).toMatchObject({
      code: 'UNKNOWN_TABLE',
      inputPath: ['from', 'members', 0, 'table'],
    })
    expect(await failureOf(() => bound({ from: { table: '__proto__' } }))).toMatchObject({ code: 'UNKNOWN_TABLE' })
  })

  it('answers every column where select is absent, except _spoke and _table', async () => {
    expect(await names({ from })).toEqual(libraries.columns.map(({ name }) => name))
  })

  it('refuses to read the rows of a table without columns, but counts them', async () => {
    expect(await failureOf(() => bound({ from: { table: bare.id } }))).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['from'] })
    expect(await names({ from: { table: bare.id }, measures: [{ function: 'COUNT' }] })).toEqual(['count'])
  })
})

describe('names', () => {
  const unknown: [string, object, (string | number)[], string[]][] = [
    ['in select', { select: [{ column: 'Name' }, { column: 'postcode' }] }, ['select', 1, 'column'], ['Postcode']],
    ['in where', { where: { and: [{ column: 'book', gt: 1 }] } }, ['where', 'and', 0, 'column'], ['books']],
    [
      'in the where of the table',
      { from: { ...from, where: { column: 'opend', isNull: true } } },
      ['from', 'where', 'column'],
      ['open', 'opened', 'opens'],
    ],
    ['in groupBy', { groupBy: [{ column: 'NAME' }] }, ['groupBy', 0, 'column'], ['Name']],
    ['in measures', { measures: [{ function: 'SUM', column: 'bookz' }] }, ['measures', 0, 'column'], ['books']],
    [
      'in having, where outputs are named',
      { measures: [{ function: 'SUM', column: 'books' }], having: { column: 'books', gt: 1 } },
      ['having', 'column'],
      ['sum_books'],
    ],
    ['in orderBy, where outputs are named', { select: [{ column: 'Name' }], orderBy: [{ column: 'books' }] }, ['orderBy', 0, 'column'], []],
    ['of another table', { where: { column: 'Ward Name', eq: 'x' } }, ['where', 'column'], ['Name']],
    ['qualified by what is no alias', { where: { column: 'other.books', eq: 1 } }, ['where', 'column'], ['books']],
    [
      'qualified by an alias that `as` replaced',
      { from: { ...from, as: 'l' }, where: { column: 'libraries.books', eq: 1 } },
      ['where', 'column'],
      ['books'],
    ],
    ['of a prototype', { select: [{ column: '__proto__' }] }, ['select', 0, 'column'], []],
    ['of every object', { where: { column: 'constructor', eq: 1 } }, ['where', 'column'], []],
    ['with an injection', { select: [{ column: 'Name" FROM result; --' }] }, ['select', 0, 'column'], ['Name']],
    ['with NUL in a filter', { where: { column: 'books\0', eq: 1 } }, ['where', 'column'], ['books']],
    ['far too long', { where: { column: 'b'.repeat(100_000), eq: 1 } }, ['where', 'column'], []],
  ]
  it.each(unknown)('refuses an unknown one %s', async (_, input, inputPath, suggestions) => {
    const error = await failureOf(() => bound({ from, ...input }))
    expect({ code: error.code, inputPath: error.inputPath }).toEqual({ code: 'UNKNOWN_COLUMN', inputPath })
    if (suggestions.length > 0) expect(error.suggestions?.slice(0, suggestions.length)).toEqual(suggestions)
    expect(error.message.split('Did you mean ')[1] ?? '').toBe(
      (error.suggestions ?? []).map((name) => `'${name}'`).join(' or ') + (error.suggestions?.length ? '?' : ''),
    )
    expect(error.message.length).toBeLessThan(300)
  })

  it('says where a column is that the answer lacks', async () => {
    const orderBy = [{ column: 'books' }]
    expect((await failureOf(() => bound({ from, select: [{ column: 'Name' }], orderBy }))).message).toBe(
      "The answer has no column 'books'. The tables have it: add it to 'select'.",
    )
    expect((await failureOf(() => bound({ from, groupBy: [{ column: 'Name' }], orderBy }))).message).toBe(
      "The answer has no column 'books'. The tables have it: group by it, or measure it.",
    )
    expect((await failureOf(() => bound({ from, orderBy: [{ column: 'boks' }] }))).message).toBe(
      "The answer has no column 'boks'. Did you mean 'books'?",
    )
    expect((await failureOf(() => bound({ from: { ...from, where: { column: 'books', gte_: 1 } } }))).message).toMatch(
      /^There is no operator 'gte_': there are eq, .*withinBox\. Did you mean 'gte'/,
    )
  })

  it('accepts names qualified by the alias, which is the last part of the id by default', async () => {
    expect(await names({ from, select: [{ column: 'libraries.Name' }], where: { column: 'libraries.books', gt: 1 } })).toEqual(['Name'])
    expect(await names({ from: { ...both, as: 'l' }, select: [{ column: 'l.Name' }] })).toEqual(['Name'])
    expect((await failureOf(() => bound({ from: both, select: [{ column: 'libraries.Name' }] }))).code).toBe('UNKNOWN_COLUMN')
  })

  it('reads a name with a dot as a column’s name where the alias does not apply', async () => {
    const query = await bound({
      from: { table: odd.id, as: 'o' },
      select: [{ column: 'odd-ones.dotted' }, { column: 'o.dotted', as: 'x' }],
    })
    expect(query.outputs).toMatchObject([
      { name: 'odd-ones.dotted', shape: { type: 'STRING' } },
      { name: 'x', shape: { type: 'INT64' } },
    ])
  })

  it('accepts names that have a meaning in JavaScript or SQL', async () => {
    const select = ['__proto__', 'constructor', 'it\'s "so"'].map((column) => ({ column }))
    expect(await names({ from: { table: odd.id }, select })).toEqual(['__proto__', 'constructor', 'it\'s "so"'])
    expect(
      await names({
        from,
        select: [
          { column: 'Name', as: '__proto__' },
          { column: 'books', as: '"; DROP TABLE result; --' },
        ],
      }),
    ).toHaveLength(2)
  })

  it('gives outputs default names', async () => {
    const input = {
      from,
      groupBy: [{ column: 'Name' }, { column: 'opened', granularity: 'MONTH' }, { column: 'opened', granularity: 'YEAR' }],
      measures: [
        { function: 'COUNT' },
        { function: 'COUNT', column: 'books' },
        { function: 'COUNT_DISTINCT', column: 'books' },
        { function: 'AVG', column: 'cost' },
      ],
    }
    expect(await names(input)).toEqual(['Name', 'opened_month', 'opened_year', 'count', 'count_books', 'count_distinct_books', 'avg_cost'])
  })

  const twice: [string, object, (string | number)[]][] = [
    ['two selected', { select: [{ column: 'Name' }, { column: 'Name' }] }, ['select', 1]],
    ['a selected and a renamed', { select: [{ column: 'Name' }, { column: 'books', as: 'Name' }] }, ['select', 1]],
    ['a qualified and a plain', { select: [{ column: 'libraries.Name' }, { column: 'Name' }] }, ['select', 1]],
    ['two groups', { groupBy: [{ column: 'Name' }, { column: 'Name' }] }, ['groupBy', 1]],
    [
      'two buckets',
      {
        groupBy: [
          { column: 'opened', granularity: 'DAY' },
          { column: 'opened', granularity: 'DAY' },
        ],
      },
      ['groupBy', 1],
    ],
    ['two counts', { measures: [{ function: 'COUNT' }, { function: 'COUNT' }] }, ['measures', 1]],
    ['a group and a measure', { groupBy: [{ column: 'Name', as: 'count' }], measures: [{ function: 'COUNT' }] }, ['measures', 0]],
    [
      'a bucket and a column of that name',
      {
        groupBy: [
          { column: 'opened', granularity: 'DAY' },
          { column: 'Name', as: 'opened_day' },
        ],
      },
      ['groupBy', 1],
    ],
  ]
  it.each(twice)('refuses %s with the same name', async (_, input, inputPath) => {
    expect(await failureOf(() => bound({ from, ...input }))).toMatchObject({ code: 'BAD_USER_INPUT', inputPath })
  })

  it('refuses a default name that a column already has', async () => {
    const input = { from: { table: odd.id }, groupBy: [{ column: 'count' }], measures: [{ function: 'COUNT' }] }
    expect(await failureOf(() => bound(input))).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['measures', 0] })
  })
})

describe('_spoke and _table', () => {
  it('can be used wherever a column can', async () => {
    expect(await names({ from, select: [{ column: '_spoke' }, { column: 'libraries._table', as: 'where' }] })).toEqual(['_spoke', 'where'])
    await bound({ from: { ...both, where: { column: '_table', startsWith: 'camden/' } }, where: { column: '_spoke', in: ['camden'] } })
    const grouped = {
      groupBy: [{ column: '_spoke' }],
      measures: [{ function: 'COUNT_DISTINCT', column: '_table' }],
      orderBy: [{ column: '_spoke' }],
    }
    expect(await names({ from: both, ...grouped, having: { column: '_spoke', ne: 'x' } })).toEqual(['_spoke', 'count_distinct__table'])
    const members = [{ table: libraries.id, columns: [{ column: '_spoke', as: 'borough' }, { column: 'Name' }] }]
    expect(await names({ from: { members } })).toEqual(['borough', 'Name'])
  })

  it('cannot be forged: a published column of that name does not replace them', async () => {
    const { outputs } = await bound({ from: { table: odd.id }, select: [{ column: '_table' }] })
    expect(outputs).toMatchObject([{ shape: { type: 'STRING' } }])
    expect(await names({ from: { table: odd.id } })).not.toContain('_table')
    const renamed = [{ table: libraries.id, columns: [{ column: 'Name', as: '_spoke' }] }]
    expect(await failureOf(() => bound({ from: { members: renamed } }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      inputPath: ['from', 'members', 0, 'columns', 0, 'as'],
    })
  })
})
