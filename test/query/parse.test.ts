import { describe, expect, it } from 'vitest'
import { parse } from '../../src/query/1-parse/parse.js'
import { failureOf } from '../support/query.js'

const from = { table: 'camden/libraries/libraries' }
const where = (filter: unknown) => ({ from, where: filter })
/** A filter with this many levels, leaf included. */
const nested = (depth: number, wrap: (inner: object) => object) => {
  let filter: object = { column: 'a', eq: 1 }
  for (let level = 1; level < depth; level++) filter = wrap(filter)
  return filter
}

describe('parse', () => {
  it('fills in defaults', () => {
    expect(parse({ from })).toEqual({
      from: { members: [{ table: from.table, path: ['from', 'table'] }], path: ['from'] },
      joins: [],
      groupBy: [],
      measures: [],
      grouped: false,
      orderBy: [],
      form: 'PAGE',
      limit: 100,
      offset: 0,
      timeZone: 'Europe/London',
      onSourceError: 'FAIL',
      rowsMax: Infinity,
      timeoutMs: 30_000,
    })
    expect(parse({ from }, 'WHOLE')).toMatchObject({ form: 'WHOLE', limit: Infinity, timeoutMs: 120_000 })
    expect(parse({ from, measures: [{ function: 'COUNT' }] })).toMatchObject({ grouped: true, limit: 1000 })
    expect(parse({ from, groupBy: [{ column: 'a' }] })).toMatchObject({ grouped: true, limit: 1000 })
  })

  it('of a download takes a limit beyond that of a page', () => {
    expect(parse({ from, limit: 5_000_000 }, 'WHOLE')).toMatchObject({ limit: 5_000_000 })
    expect(() => parse({ from, limit: 5_000_000 })).toThrow(/over 10000/)
    expect(() => parse({ from, limit: -1 }, 'WHOLE')).toThrow(/below 0/)
  })

  it('treats null as absent', () => {
    const absent = {
      from: { ...from, union: null, members: null, where: null, as: null },
      select: null,
      where: null,
      groupBy: null,
      measures: null,
      having: null,
      orderBy: null,
      limit: null,
      offset: null,
      timeZone: null,
      onSourceError: null,
      timeoutMs: null,
      atVersion: null,
    }
    expect(parse(absent)).toEqual(parse({ from }))
  })

  const refused: [string, unknown, (string | number)[]][] = [
    ['no object', 'from', []],
    ['null', null, []],
    ['an unknown member', { from, form: 1 }, []],
    ['no from', {}, ['from']],
    ['a from of nothing', { from: {} }, ['from']],
    ['a table and a union', { from: { ...from, union: ['a/b/c'] } }, ['from']],
    ['a union and members', { from: { union: ['a/b/c'], members: [{ table: 'a/b/c' }] } }, ['from']],
    ['a union of nothing', { from: { union: [] } }, ['from', 'union']],
    ['members of nothing', { from: { members: [] } }, ['from', 'members']],
    ['501 tables', { from: { union: Array(501).fill('a/b/c') } }, ['from', 'union']],
    ['an empty id', { from: { table: '' } }, ['from', 'table']],
    ['an id with NUL', { from: { table: 'a/b/c\0' } }, ['from', 'table']],
    ['an id of 10,001 characters', { from: { table: 'a'.repeat(10_001) } }, ['from', 'table']],
    ['an alias with a blank', { from: { ...from, as: 'a b' } }, ['from', 'as']],
    ['an alias that begins with a digit', { from: { ...from, as: '1a' } }, ['from', 'as']],
    ['an alias that ends a line', { from: { ...from, as: 'a\n' } }, ['from', 'as']],
    ['an alias with an injection', { from: { ...from, as: 'l"; DROP TABLE result; --' } }, ['from', 'as']],
    ['an alias of letters that only look like ours', { from: { ...from, as: 'lіbraries' } }, ['from', 'as']],
    ['an alias of 201 letters', { from: { ...from, as: 'a'.repeat(201) } }, ['from', 'as']],
    ['a member without columns', { from: { members: [{ table: 'a/b/c', columns: [] }] } }, ['from', 'members', 0, 'columns']],
    [
      'a type that is none',
      { from: { members: [{ table: 'a/b/c', columns: [{ column: 'x', type: 'TEXT' }] }] } },
      ['from', 'members', 0, 'columns', 0, 'type'],
    ],
    ['an empty select', { from, select: [] }, ['select']],
    ['select with groupBy', { from, select: [{ column: 'a' }], groupBy: [{ column: 'a' }] }, ['select']],
    ['select with measures', { from, select: [{ column: 'a' }], measures: [{ function: 'COUNT' }] }, ['select']],
    ['having without groups', { from, having: { column: 'a', eq: 1 } }, ['having']],
    ['a name with NUL', { from, select: [{ column: 'a\0b' }] }, ['select', 0, 'column']],
    ['an empty output name', { from, select: [{ column: 'a', as: '' }] }, ['select', 0, 'as']],
    ['1,001 outputs', { from, select: Array(1001).fill({ column: 'a' }) }, ['select']],
    ['a measure that is none', { from, measures: [{ function: 'MODE', column: 'a' }] }, ['measures', 0, 'function']],
    ['a SUM of no column', { from, measures: [{ function: 'COUNT' }, { function: 'SUM' }] }, ['measures', 1, 'column']],
    ['a granularity that is none', { from, groupBy: [{ column: 'a', granularity: 'HOUR' }] }, ['groupBy', 0, 'granularity']],
    ['a direction that is none', { from, orderBy: [{ column: 'a', direction: 'DOWN' }] }, ['orderBy', 0, 'direction']],
    ['a limit below 0', { from, limit: -1 }, ['limit']],
    ['a limit over 10,000', { from, limit: 10_001 }, ['limit']],
    ['a limit with a fraction', { from, limit: 1.5 }, ['limit']],
    ['a limit that is text', { from, limit: '10' }, ['limit']],
    ['a limit of NaN', { from, limit: Number.NaN }, ['limit']],
    ['a limit without end', { from, limit: Number.POSITIVE_INFINITY }, ['limit']],
    ['a limit that no number holds exactly', { from, limit: 2 ** 64 }, ['limit']],
    ['an offset below 0', { from, offset: -1 }, ['offset']],
    ['an offset beyond an Int', { from, offset: 2 ** 31 }, ['offset']],
    ['no time at all', { from, timeoutMs: 0 }, ['timeoutMs']],
    ['more time than any query has', { from, timeoutMs: 120_001 }, ['timeoutMs']],
    ['an onSourceError that is none', { from, onSourceError: 'IGNORE' }, ['onSourceError']],
    ['a join without keys', { from, joins: [{ table: from, on: [] }] }, ['joins', 0, 'on']],
    [
      'more than seven joins',
      { from, joins: Array.from({ length: 8 }, () => ({ table: from, on: [{ left: 'a', right: 'a' }] })) },
      ['joins'],
    ],
    ['a join of no table', { from, joins: [{ table: {}, on: [{ left: 'a', right: 'a' }] }] }, ['joins', 0, 'table']],

    ['a filter that is text', where('a = 1'), ['where']],
    ['a filter that is a list', where([]), ['where']],
    ['an empty filter', where({}), ['where']],
    ['two shapes', where({ column: 'a', eq: 1, and: [{ column: 'b', eq: 1 }] }), ['where']],
    ['and with or', where({ and: [{ column: 'b', eq: 1 }], or: [{ column: 'b', eq: 1 }] }), ['where']],
    ['not with a column', where({ not: { column: 'b', eq: 1 }, column: 'a', eq: 1 }), ['where']],
    ['not with or', where({ not: { column: 'b', eq: 1 }, or: [{ column: 'b', eq: 1 }] }), ['where']],
    [
      'two shapes far below',
      where({
        and: [
          { column: 'a', eq: 1 },
          { column: 'b', eq: 1, or: [{ column: 'b', eq: 1 }] },
        ],
      }),
      ['where', 'and', 1],
    ],
    ['an operator without a column', where({ eq: 1 }), ['where']],
    ['an operator beside and', where({ and: [{ column: 'b', eq: 1 }], eq: 1 }), ['where', 'eq']],
    ['an and of nothing', where({ and: [] }), ['where', 'and']],
    ['an or of nothing', where({ or: [] }), ['where', 'or']],
    ['a null and', where({ and: null }), ['where', 'and']],
    ['a null not', where({ not: null }), ['where', 'not']],
    ['a null term', where({ and: [{ column: 'a', eq: 1 }, null] }), ['where', 'and', 1]],
    ['a term that is text', where({ or: ['a = 1'] }), ['where', 'or', 0]],
    ['a column without an operator', where({ column: 'a' }), ['where']],
    ['a null column', where({ column: null, eq: 1 }), ['where', 'column']],
    ['a column that is a number', where({ column: 1, eq: 1 }), ['where', 'column']],
    ['an empty column', where({ column: '', eq: 1 }), ['where', 'column']],
    ['an operator that is none', where({ column: 'a', like: '%' }), ['where']],
    ['a prototype for an operator', where(JSON.parse('{"column": "a", "__proto__": 1}')), ['where']],
    ['constructor for an operator', where({ column: 'a', constructor: 1 }), ['where']],
    ['a null operand', where({ column: 'a', eq: null }), ['where', 'eq']],
    ['a null operand beside another', where({ column: 'a', gte: 1, lt: null }), ['where', 'lt']],
    ['a null isNull', where({ column: 'a', isNull: null }), ['where', 'isNull']],
    ['an object for an operand', where({ column: 'a', eq: {} }), ['where', 'eq']],
    ['NaN for an operand', where({ column: 'a', eq: Number.NaN }), ['where', 'eq']],
    ['infinity for an operand', where({ column: 'a', eq: Number.POSITIVE_INFINITY }), ['where', 'eq']],
    ['NUL in an operand', where({ column: 'a', eq: 'x\0' }), ['where', 'eq']],
    ['NUL in a prefix', where({ column: 'a', startsWith: '\0' }), ['where', 'startsWith']],
    ['NUL within in', where({ column: 'a', in: ['x', '\0'] }), ['where', 'in', 1]],
    ['null within in', where({ column: 'a', in: ['x', null] }), ['where', 'in', 1]],
    ['an in that is no list', where({ column: 'a', in: 'x' }), ['where', 'in']],
    ['an in of 10,001', where({ column: 'a', in: Array(10_001).fill('x') }), ['where', 'in']],
    ['a prefix that is a number', where({ column: 'a', startsWith: 1 }), ['where', 'startsWith']],
    ['a box of three', where({ column: 'a', withinBox: [0, 0, 1] }), ['where', 'withinBox']],
    ['a box of five', where({ column: 'a', withinBox: [0, 0, 1, 1, 1] }), ['where', 'withinBox']],
    ['a box of text', where({ column: 'a', withinBox: ['0', 0, 1, 1] }), ['where', 'withinBox', 0]],
    ['a box of NaN', where({ column: 'a', withinBox: [Number.NaN, 0, 1, 1] }), ['where', 'withinBox', 0]],
    ['a box off the globe in the east', where({ column: 'a', withinBox: [170, 0, 190, 1] }), ['where', 'withinBox']],
    ['a box upside down', where({ column: 'a', withinBox: [0, 1, 1, 0] }), ['where', 'withinBox']],
    ['a box off the globe', where({ column: 'a', withinBox: [-181, 0, 1, 1] }), ['where', 'withinBox']],
    ['a filter 65 deep by and', where(nested(65, (inner) => ({ and: [inner] }))), ['where']],
    ['a filter 65 deep by not', where(nested(65, (inner) => ({ not: inner }))), ['where']],
    ['a filter 10,000 deep', where(nested(10_000, (inner) => ({ or: [inner] }))), ['where']],
    ['a filter 100,000 deep', where(nested(100_000, (inner) => ({ not: inner }))), ['where']],
    ['a filter of 5,001 terms', where({ or: Array(5000).fill({ column: 'a', eq: 1 }) }), ['where']],
    [
      'a bad term far below',
      where({ and: [{ column: 'a', eq: 1 }, { not: { or: [{ column: 'b', lt: null }] } }] }),
      ['where', 'and', 1, 'not', 'or', 0, 'lt'],
    ],
    ['a bad filter of a table', { from: { ...from, where: { column: 'a' } } }, ['from', 'where']],
    ['a bad having', { from, groupBy: [{ column: 'a' }], having: { not: {} } }, ['having', 'not']],
  ]
  it.each(refused)('refuses %s', async (_, input, inputPath) => {
    const { code, inputPath: place, message } = await failureOf(() => parse(input))
    expect({ code, place }).toEqual({ code: 'BAD_USER_INPUT', place: inputPath })
    expect(message).not.toMatch(/\[object|ZodError|undefined is/)
  })

  it('accepts a filter at its limits', () => {
    parse(where(nested(64, (inner) => ({ and: [inner] }))))
    parse(where(nested(64, (inner) => ({ not: inner }))))
    parse(where({ or: Array(4999).fill({ column: 'a', eq: 1 }) }))
    parse(where({ column: 'a', in: Array(10_000).fill('x') }))
    parse(where({ column: 'a', withinBox: [-180, -90, 180, 90] }))
    parse(where({ column: 'a', withinBox: [170, -20, -170, -10] }))
    parse({ from, limit: 10_000, offset: 2 ** 31 - 1, timeoutMs: 120_000 })
    parse({ from, limit: 0 })
  })

  it('keeps every operator of a leaf', () => {
    expect(parse(where({ column: 'a', gte: 1, lt: 5, ne: 3 })).where).toMatchObject({
      kind: 'tests',
      tests: [{ operator: 'ne' }, { operator: 'lt' }, { operator: 'gte' }],
    })
  })

  describe('the time zone', () => {
    it.each([
      ['Europe/London', 'Europe/London'],
      ['europe/london', 'Europe/London'],
      ['UTC', 'UTC'],
      ['America/New_York', 'America/New_York'],
      ['America/Argentina/Ushuaia', 'America/Argentina/Ushuaia'],
    ])('takes %s', (timeZone, canonical) => expect(parse({ from, timeZone }).timeZone).toBe(canonical))
    it.each([
      'Europe/Camelot',
      'nonsense',
      '',
      ' ',
      '+01:00',
      '-0130',
      '01:00',
      "UTC'; DROP TABLE result; --",
      "Europe/London' || '",
      'Europe/London\n',
      '\0',
      '../../etc/localtime',
      'Z'.repeat(10_001),
      'BST',
      'IST',
      'EST',
      'CST',
      'PST8PDT',
      'GB',
      'GB-Eire',
      'PRC',
      'Japan',
      'US/Eastern',
      'Zulu',
      'Z',
      'CET',
      'Europe/',
      'Europe',
      'Etc/GMT+99',
      'SystemV/EST5',
    ])('refuses %#', async (timeZone) => {
      expect(await failureOf(() => parse({ from, timeZone }))).toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['timeZone'] })
    })
  })
})
