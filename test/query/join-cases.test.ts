import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Capabilities } from '../../src/connector/capabilities.js'
import type { ColumnType } from '../../src/connector/column.js'
import { type Bench, failureOf, openBench } from '../support/query.js'
import { type JoinAsked, joinBy, type JoinSide, ways } from './support/join-ways.js'

// Faults that people reported of other engines that join, each with its input and its right answer.

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** A column k of this type, and n, the number of its row from 1. */
function side(type: ColumnType, keys: readonly (string | null)[], scale?: number): JoinSide {
  return {
    columns: [
      { name: 'k', type, ...(scale === undefined ? {} : { scale }) },
      { name: 'n', type: 'INT64' },
    ],
    rows: keys.map((key, at) => [key, String(at + 1)]),
  }
}

const on = [{ left: 'l.k', right: 'r.k' }]
/** Which row of the left belongs to which of the right. */
const pairs = { on, select: [{ column: 'l.n' }, { column: 'r.n' }] }

describe.each(ways)('a join %s', (_, way) => {
  const join = (left: JoinSide, right: JoinSide, asked: JoinAsked) => joinBy(bench, way, left, right, asked)

  it("'ABC' against 'ABC ': text compares exactly, no match", async () => {
    const [abc, blank] = [side('STRING', ['ABC']), side('STRING', ['ABC '])]
    const { rows, match } = await join(abc, blank, pairs)
    expect(rows).toEqual([])
    expect(match).toMatchObject({ leftMatched: 0, rightMatched: 0, matchedKeys: 0 })
  })

  it("'MiXeD1' against 'mIxEd1': 0 rows", async () => {
    const { rows } = await join(side('STRING', ['MiXeD1']), side('STRING', ['mIxEd1']), pairs)
    expect(rows).toEqual([])
  })

  it("between '5-' and '5.' before a join: the binary answer", async () => {
    const keys = ['5-', '5-5', '5.', '5', '50', '4.9']
    const ofRight = { column: 'k', gte: '5-', lte: '5.' }
    const { rows } = await join(side('STRING', keys), side('STRING', keys), { ...pairs, ofRight })
    expect(rows).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
  })

  it('v = 1 OR v = 10000000 on one side: both rows', async () => {
    const values = Array.from({ length: 1000 }, (__, at) => String(at))
    const big = side('INT64', [...values, '10000000'])
    const ofRight = {
      or: [
        { column: 'k', eq: 1 },
        { column: 'k', eq: 10_000_000 },
      ],
    }
    const { rows } = await join(big, side('INT64', ['1', '10000000', '5']), { ...pairs, ofRight })
    expect(rows).toEqual([
      [1001, 2],
      [2, 1],
    ])
  })

  it('null keys on both sides belong to nothing, on one key and on two', async () => {
    const [one, other] = [side('INT64', [null, '1', null]), side('INT64', [null, '1'])]
    const inner = await join(one, other, pairs)
    expect(inner.rows).toEqual([[2, 2]])
    expect(inner.match).toMatchObject({ leftNullKeys: 2, rightNullKeys: 1, leftMatched: 1, rightMatched: 1, leftKeys: 1, rightKeys: 1 })
    const anti = await join(one, other, { on, type: 'ANTI' })
    expect(anti.rows).toEqual([
      [null, 1],
      [null, 3],
    ])
    const both = [
      { left: 'l.k', right: 'r.k' },
      { left: 'l.n', right: 'r.n' },
    ]
    expect((await join(one, side('INT64', [null, '1', null]), { ...pairs, on: both })).rows).toEqual([[2, 2]])
  })

  it('both keys are called k: their rows, and each under its own name', async () => {
    const { columns, rows } = await join(side('INT64', ['1', '2']), side('INT64', ['2', '3']), { on })
    expect(columns).toEqual(['l.k', 'l.n', 'r.k', 'r.n'])
    expect(rows).toEqual([[2, 2, 2, 1]])
  })

  it('0.0 = −0.0, and NaN joins NaN', async () => {
    const { rows, match } = await join(
      side('DOUBLE', ['0.0', 'NaN', '1.5', 'Infinity']),
      side('DOUBLE', ['-0.0', 'NaN', '-Infinity']),
      pairs,
    )
    expect(rows).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(match).toMatchObject({ leftKeys: 4, rightKeys: 3, matchedKeys: 2, leftDamagedKeys: 0, rightDamagedKeys: 0 })
    const same = await join(side('DOUBLE', ['0.0', '-0.0', 'NaN', 'NaN']), side('DOUBLE', ['-0.0', '0.0', 'NaN']), pairs)
    expect(same.rows).toHaveLength(6)
    expect(same.match).toMatchObject({ leftKeys: 2, rightKeys: 2, matchedKeys: 2, largestFanOut: 4 })
  })

  it('a key that a narrowing cast would map onto another: 2^32 is not 0', async () => {
    const { rows } = await join(side('INT64', ['4294967296', '0']), side('INT64', ['0']), {
      ...pairs,
      ofRight: { column: 'k', gte: 0, lte: 0 },
    })
    expect(rows).toEqual([[2, 1]])
    const decimals = await join(side('DECIMAL', ['4294967296', '18446744073709551616', '0'], 0), side('INT64', ['0']), pairs)
    expect(decimals.rows).toEqual([[3, 1]])
  })

  it('whole numbers beyond 2^53 are not rounded onto one another, nor onto a DOUBLE or a DECIMAL', async () => {
    const whole = side('INT64', ['9007199254740992', '9007199254740993'])
    expect((await join(whole, side('INT64', ['9007199254740993']), pairs)).rows).toEqual([[2, 1]])
    expect((await join(whole, side('DECIMAL', ['9007199254740993.0', '9007199254740992.5'], 1), pairs)).rows).toEqual([[2, 1]])
  })

  it.each([
    ["'0001', '001' and '1' against the number 1", side('STRING', ['0001', '001', '1']), side('INT64', ['1']), 'UPRN or TEXT'],
    ["'5.1' against the number 5", side('STRING', ['5.1']), side('INT64', ['5']), 'UPRN or TEXT'],
    ['a date against a text', side('DATE', ['2026-01-01']), side('STRING', ['2026-01-01']), 'TEXT'],
  ])('%s: refused without normalise, and told how', async (__, left, right, kinds) => {
    const error = await failureOf(() => join(left, right, pairs))
    expect(error).toMatchObject({ code: 'TYPE_MISMATCH', inputPath: ['joins', 0, 'on', 0] })
    expect(error.message).toContain(`normalise: ${kinds}`)
    expect(error.message).toContain('members: [{ table, columns: [{ column, type }] }]')
  })

  it('LEFT with a where on the right side: it runs after the join', async () => {
    const [one, other] = [side('INT64', ['1', '2', '3']), side('INT64', ['2', '3'])]
    const after = await join(one, other, { ...pairs, type: 'LEFT', where: { column: 'r.n', eq: 1 } })
    expect(after.rows).toEqual([[2, 1]])
    const missing = await join(one, other, { ...pairs, type: 'LEFT', where: { column: 'r.n', isNull: true } })
    expect(missing.rows).toEqual([[1, null]])
    const before = await join(one, other, { ...pairs, type: 'LEFT', ofRight: { column: 'n', eq: 1 } })
    expect(before.rows).toEqual([
      [1, null],
      [2, 1],
      [3, null],
    ])
    const left = await join(one, other, { ...pairs, type: 'LEFT', where: { column: 'l.n', eq: 1 } })
    expect(left.rows).toEqual([[1, null]])
  })

  it('a limit is above the filter, and the filter is never dropped', async () => {
    const keys = Array.from({ length: 50 }, (__, at) => String(at))
    const { rows } = await join(side('INT64', keys), side('INT64', keys), {
      ...pairs,
      where: {
        and: [
          { column: 'l.k', gte: 20 },
          {
            or: [
              { column: 'l.n', gt: 30 },
              { column: 'r.n', lt: 3 },
            ],
          },
        ],
      },
      orderBy: [{ column: 'l.n' }],
      limit: 2,
      offset: 1,
    })
    expect(rows).toEqual([
      [32, 32],
      [33, 33],
    ])
  })

  it('one null key among siblings: only that row lacks its partner', async () => {
    const { rows } = await join(side('STRING', ['a', null, 'b']), side('STRING', ['a', 'b', null]), { ...pairs, type: 'LEFT' })
    expect(rows).toEqual([
      [1, 1],
      [2, null],
      [3, 2],
    ])
  })

  it('a key that is selected under another name still joins, also under the name of another column', async () => {
    const { columns, rows } = await join(side('INT64', ['7', '8']), side('INT64', ['8']), {
      on,
      select: [
        { column: 'l.k', as: 'n' },
        { column: 'r.k', as: 'l.k' },
      ],
      orderBy: [{ column: 'n' }],
    })
    expect([columns, rows]).toEqual([['n', 'l.k'], [[8, 8]]])
  })

  it('a key that is not selected still joins', async () => {
    const { rows } = await join(side('INT64', ['7', '8']), side('INT64', ['8']), { on, measures: [{ function: 'COUNT' }] })
    expect(rows).toEqual([[1]])
  })

  it.each([33, 1001])('%i scattered keys are all found, and no other', async (count) => {
    const scattered = Array.from({ length: count }, (__, at) => String((at * 7919) % 100_003))
    const every = Array.from({ length: 5000 }, (__, at) => String(at * 3))
    const expected = scattered.filter((key) => Number(key) % 3 === 0 && Number(key) < 15_000).length
    const { rows, match } = await join(side('INT64', scattered), side('INT64', every), { on, measures: [{ function: 'COUNT' }] })
    expect(rows).toEqual([[expected]])
    expect(match).toMatchObject({ leftRows: count, leftMatched: expected, rightRows: 5000, rightMatched: expected, matchedKeys: expected })
  })

  it.each([
    ['left', [], ['1', null]],
    ['right', ['1', null], []],
  ])('the %s side is empty', async (__, left, right) => {
    const ask = async (type: string) =>
      (await join(side('INT64', left), side('INT64', right), { ...pairs, select: [{ column: 'l.n' }], type })).rows
    const every = left.map((___, at) => [at + 1])
    expect([await ask('INNER'), await ask('LEFT'), await ask('ANTI')]).toEqual([[], every, every])
    const { match } = await join(side('INT64', left), side('INT64', right), pairs)
    expect(match).toMatchObject({ leftRows: left.length, rightRows: right.length, leftMatched: 0, matchedKeys: 0, joinedRows: 0 })
    expect([match.leftRate, match.rightRate]).toEqual([left.length === 0 ? null : 0, right.length === 0 ? null : 0])
  })
})

/** The same pairs, compared as this kind of thing. */
const pairsAs = (normalise: string) => ({ ...pairs, on: [{ left: 'l.k', right: 'r.k', normalise }] })

describe.each(ways)('keys compared as the same kind of thing, %s', (_, way) => {
  const join = (left: JoinSide, right: JoinSide, asked: JoinAsked) => joinBy(bench, way, left, right, asked)
  /** The left keys that match this one right key. */
  const like = async (as: string, keys: readonly (string | null)[], right: JoinSide) =>
    (await join(side('STRING', keys), right, pairsAs(as))).rows.map(([n]) => keys[Number(n) - 1])

  it("'ABC' against 'ABC ' under TEXT: one match", async () => {
    expect((await join(side('STRING', ['ABC', 'abc', 'ABC\u00a0']), side('STRING', ['ABC ']), pairsAs('TEXT'))).rows).toEqual([
      [1, 1],
      [3, 1],
    ])
  })

  it("'0001', '001' and '1' against the number 1: all under UPRN, one under TEXT", async () => {
    const keys = ['0001', '001', '1']
    expect(await like('UPRN', keys, side('INT64', ['1']))).toEqual(keys)
    expect(await like('TEXT', keys, side('INT64', ['1']))).toEqual(['1'])
  })

  it("'5.1' against the number 5: never", async () => {
    for (const as of ['UPRN', 'TEXT']) expect(await like(as, ['5.1', '5.3'], side('INT64', ['5'])), as).toEqual([])
  })

  it('numbers of unlike types by value, and only where the value is exact', async () => {
    const doubles = side('DOUBLE', ['-0.0', '0.1', '0.5', '9007199254740992', 'NaN', '4294967296'])
    expect((await join(doubles, side('INT64', ['0', '9007199254740993', '9007199254740992']), pairs)).rows).toEqual([
      [1, 1],
      [4, 3],
    ])
    expect((await join(doubles, side('DECIMAL', ['0.10', '0.50', '0.00'], 2), pairs)).rows).toEqual([
      [1, 3],
      [3, 2],
    ])
  })

  it('UPRNs padded to 12 digits, unpadded, with a blank, as a decimal and as a number are one', async () => {
    const keys = ['010094055034', '10094055034', ' 10094055034', '10094055034.0', '10094055035']
    for (const right of [
      side('INT64', ['10094055034']),
      side('STRING', ['010094055034']),
      side('DOUBLE', ['10094055034']),
      side('DECIMAL', ['10094055034.0'], 1),
    ]) {
      expect(await like('UPRN', keys, right)).toEqual(keys.slice(0, 4))
    }
    expect(await like('UPRN', ['100023336956.0'], side('INT64', ['100023336956']))).toEqual(['100023336956.0'])
  })

  it('UPRNs that a spreadsheet damaged match nothing, not even one another, and are counted', async () => {
    const damaged = ['1.00E+11', '100020000000', '', '0', '1234567890123', 'n/a', '-5']
    const { rows, match } = await join(side('STRING', [...damaged, null, '1']), side('STRING', [...damaged, '001']), pairsAs('UPRN'))
    expect(rows).toEqual([[9, 8]])
    expect(match).toMatchObject({ leftRows: 9, leftMatched: 1, leftNullKeys: 1, leftDamagedKeys: 7, leftKeys: 1 })
    expect(match).toMatchObject({ rightRows: 8, rightMatched: 1, rightNullKeys: 0, rightDamagedKeys: 7, rightKeys: 1, matchedKeys: 1 })
  })

  it.each([
    ['SWIA 2AA', 'SW1A 2AA'],
    ['SW1A 20A', 'SW1A 2OA'],
    ['01 OAA', 'O1 0AA'],
    ['SO1 OAA', 'SO1 0AA'],
    ['nw1 2db', 'NW1 2DB'],
    ['NW12DB', 'NW1 2DB'],
    ['NW1  2DB', 'NW1 2DB'],
    ['NW1\u00a02DB', 'NW1 2DB'],
    [' NW1 2DB\t', 'NW1 2DB'],
    ['N1  2DB', 'N1 2DB'],
  ])('the postcode %j is %s', async (spelled, postcode) => {
    expect(await like('POSTCODE', [spelled], side('STRING', [postcode]))).toEqual([spelled])
  })

  it.each([' 1A2aa ', 'AB!1 2CD', 'EH 1JS', 'NW1-2DB', 'NW1', '', 'W1A 1AA, W1A 1AB'])(
    '%j is no postcode: it matches nothing, not even itself, and is counted',
    async (text) => {
      const none = side('STRING', [text])
      const { rows, match } = await join(
        none,
        side('STRING', [text, 'AB1 2CD', '1A 2AA', 'I1A 2AA', 'IA2 2AA', 'L1A 2AA']),
        pairsAs('POSTCODE'),
      )
      expect(rows).toEqual([])
      expect(match).toMatchObject({ leftDamagedKeys: 1, rightDamagedKeys: 2, leftKeys: 0, matchedKeys: 0 })
    },
  )

  it('a valid postcode is never altered, even where another could be meant', async () => {
    const valid = ['SO1 0AA', 'S01 0AA', 'OL1 1AA', 'IG1 1AA', 'O1 1AA', 'I1 1AA', 'W1I 1AA', 'W11 1AA']
    const { rows } = await join(side('STRING', valid), side('STRING', valid), pairsAs('POSTCODE'))
    const own = rows.filter(([left, right]) => left === right)
    expect(own).toHaveLength(valid.length)
    expect(
      rows.filter(([left, right]) => left !== right).map(([left, right]) => [valid[Number(left) - 1], valid[Number(right) - 1]]),
    ).toEqual([])
  })

  it('tells each class of match: exact and normalised, damaged, null, unmatched, and how many rows one key became', async () => {
    const left = side('STRING', ['NW1 2DB', 'nw12db', 'SWIA 2AA', 'EH 1JS', null, 'N1 1AA'])
    const right = side('STRING', ['NW1 2DB', 'NW1 2DB', 'SW1A 2AA', 'W1A 1AA', 'none'])
    const { match } = await join(left, right, { ...pairsAs('POSTCODE'), type: 'LEFT' })
    expect(match).toEqual({
      ...{ left: 'l', right: 'r', joinedRows: 8, matchedKeys: 2, largestFanOut: 4 },
      ...{ leftRows: 6, leftMatched: 3, leftNullKeys: 1, leftDamagedKeys: 1, leftKeys: 3, leftRate: 0.5 },
      ...{ rightRows: 5, rightMatched: 3, rightNullKeys: 0, rightDamagedKeys: 1, rightKeys: 3, rightRate: 0.6 },
    })
  })
})

describe('a filter above a limit', () => {
  const cannotFilter: Capabilities = { project: true, sort: true, limit: true }
  it('is kept at a source that can limit but not filter', async () => {
    const keys = Array.from({ length: 20 }, (_, at) => String(at))
    const way = { left: 'camden', right: 'barnet', can: cannotFilter }
    const { rows } = await joinBy(bench, way, side('INT64', keys), side('INT64', keys), {
      ...pairs,
      ofLeft: { column: 'n', gt: 5 },
      where: { column: 'r.n', lt: 8 },
      orderBy: [{ column: 'l.n', direction: 'DESC' }],
      limit: 1,
    })
    expect(rows).toEqual([[7, 7]])
  })
})
