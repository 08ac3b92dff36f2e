import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDescription } from '../../src/connector/catalogue.js'
import type { Source } from '../../src/connector/source.js'
import { everything } from '../../src/connector/capabilities.js'
import { askedOf, keyCases, keyTables, summedOf } from '../query/support/database-keys.js'
import { canNothing, harvested, type JoinAsked, joinOf, largeOf } from '../query/support/join-ways.js'
import { openTableSource } from '../query/support/table-source.js'
import type { WorldTable } from '../query/support/world.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { datasetsOf, harvestAll } from './support/source.js'

// Faults that people reported of other engines that join, where they are about a database's texts, numbers and times.

/** Every other character of ASCII that can be seen, some letters beyond it, and nothing: collations order and fold them in many ways. */
const letters = [...'!-.:AaBbZz_~éÉßåÅ', '5-', '5.', '5', '50', 'a-b', 'ab', 'A-B', '', 'co-op', 'coop', 'CO-OP']
const moments = ['2026-03-29 00:30:00Z', '2026-03-29 01:30:00Z', '2026-10-25 00:30:00Z', '2026-10-25 01:30:00Z', '1890-01-01 00:00:01Z']

let postgres: TestPostgres
let source: Source
let datasets: DatasetDescription[]
beforeAll(async () => {
  postgres = await openTestPostgres()
  const values = (keys: readonly string[]) => keys.map((key, at) => `('${key}', ${at + 1})`).join(', ')
  await postgres.run(`
    CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false);
    CREATE TABLE fixed (k char(10), n int);
    INSERT INTO fixed VALUES ('ab', 1), ('ab  ', 2), ('', 3), (NULL, 4), ('c', 5);
    CREATE TABLE shorter (k char(3), n int);
    INSERT INTO shorter VALUES ('ab', 1), ('c ', 2);
    CREATE TABLE varying (k varchar, n int);
    INSERT INTO varying VALUES ('ab', 1), ('ab ', 2), ('', 3), (NULL, 4), ('ab        ', 5);
    CREATE TABLE folding (k text COLLATE folded, n int);
    INSERT INTO folding VALUES ${values(['MiXeD1', 'é'])};
    CREATE TABLE unfolded (k text COLLATE folded, n int);
    INSERT INTO unfolded VALUES ${values(['mIxEd1', 'e'])};
    CREATE TABLE american (k text COLLATE "en-US-x-icu", n int);
    INSERT INTO american VALUES ${values(letters)};
    CREATE TABLE swedish (k text COLLATE "sv-x-icu", n int);
    INSERT INTO swedish VALUES ${values(letters.filter((_, at) => at % 3 !== 0))};
    CREATE TABLE narrow (k int4, n int);
    INSERT INTO narrow VALUES (0, 1), (1, 2);
    CREATE TABLE wide (k bigint, n int);
    INSERT INTO wide VALUES (4294967296, 1), (0, 2), (4294967297, 3);
    CREATE TABLE floats (k double precision, n int);
    INSERT INTO floats VALUES (0.0, 1), ('NaN', 2), ('Infinity', 3), (NULL, 4);
    CREATE TABLE halves (k double precision, n int);
    INSERT INTO halves VALUES (-0.0, 1), ('NaN', 2), ('-Infinity', 3), (NULL, 4);
    CREATE TABLE instants (k timestamptz, t timestamp, n int);
    SET timezone = 'UTC';
    INSERT INTO instants VALUES ${moments.map((moment, at) => `('${moment}', '${moment.slice(0, -1)}', ${at + 1})`).join(', ')}`)
  for (const sql of keyTables) await postgres.run(sql)
  source = await postgres.open()
  datasets = datasetsOf(await harvestAll(source))
})
afterAll(() => postgres.close())

/** Where the right side is: at the same source, at one of its own, and whether the sources can anything. */
const ways = [
  'of one database',
  'of two databases',
  'of two databases that can nothing',
  'of two databases, the right large',
  'of two databases, the left large',
] as const

const tableOf = (spokeId: string, name: string) => harvested(datasets, spokeId, name)

const pairs = { on: [{ left: 'l.k', right: 'r.k' }], select: [{ column: 'l.n' }, { column: 'r.n' }] }

describe.each(ways)('a join %s', (way) => {
  const join = async (left: string, right: string, asked: JoinAsked = pairs) => {
    const can = way.endsWith('nothing') ? canNothing(source) : source
    const other = way === 'of one database' ? 'camden' : 'barnet'
    const sources = way === 'of one database' ? { camden: can } : { camden: can, barnet: can }
    return joinOf(postgres.bench, sources, [tableOf('camden', left), tableOf(other, right)], asked, largeOf(way))
  }

  it('CHAR(10) joined to VARCHAR matches on every run: the blanks that fill it are none of its text', async () => {
    const tables = [tableOf('camden', 'fixed'), tableOf('barnet', 'varying')]
    for (let run = 0; run < 10; run++) {
      const { rows } = await joinOf(postgres.bench, { camden: source, barnet: source }, tables, pairs)
      expect(rows).toEqual([
        [1, 1],
        [2, 1],
        [3, 3],
      ])
    }
    expect((await join('fixed', 'varying')).rows).toHaveLength(3)
    expect((await join('varying', 'fixed')).rows).toEqual([
      [1, 1],
      [1, 2],
      [3, 3],
    ])
    expect((await join('fixed', 'shorter')).rows).toEqual([
      [1, 1],
      [2, 1],
      [5, 2],
    ])
  })

  it('a filter on a CHAR(10) keeps what the join would', async () => {
    const { rows } = await join('fixed', 'varying', { ...pairs, ofLeft: { column: 'k', eq: 'ab' }, where: { column: 'r.k', eq: 'ab' } })
    expect(rows).toEqual([
      [1, 1],
      [2, 1],
    ])
  })

  it("'MiXeD1' against 'mIxEd1' where both columns ignore case and accents: 0 rows", async () => {
    const { rows, match } = await join('folding', 'unfolded')
    expect([rows, match.leftKeys, match.rightKeys]).toEqual([[], 2, 2])
    expect((await join('folding', 'unfolded', { ...pairs, where: { column: 'l.k', eq: 'mixed1' } })).rows).toEqual([])
  })

  it("between '5-' and '5.' on a column collated en_US: the binary answer", async () => {
    const { rows } = await join('american', 'american', { ...pairs, ofLeft: { column: 'k', gte: '5-', lte: '5.' } })
    const expected = letters.flatMap((key, at) => (key === '5-' || key === '5.' ? [[at + 1, at + 1]] : []))
    expect(rows).toEqual(expected)
  })

  it.each([
    ['american', 'swedish'],
    ['swedish', 'american'],
    ['american', 'folding'],
  ])('anti-join of unlike collations: %s without %s', async (left, right) => {
    const keysOf = async (name: string) => new Set((await postgres.rows(`SELECT k FROM ${name}`)).map(({ k }) => k as string))
    const [own, others] = [await keysOf(left), await keysOf(right)]
    const { rows, match } = await join(left, right, { on: pairs.on, type: 'ANTI', select: [{ column: 'l.k' }] })
    const expected = [...own].filter((key) => !others.has(key))
    expect(new Set(rows.map(([key]) => key))).toEqual(new Set(expected))
    expect(match).toMatchObject({ leftRows: own.size, leftMatched: own.size - expected.length, joinedRows: expected.length })
  })

  it('a key that a narrowing cast would map onto another: an int4 is compared as a wide value', async () => {
    expect((await join('narrow', 'wide')).rows).toEqual([[1, 2]])
    expect((await join('wide', 'narrow', { ...pairs, ofRight: { column: 'k', gte: 0, lte: 0 } })).rows).toEqual([[2, 1]])
  })

  it('0.0 = −0.0, NaN joins NaN, and null nothing', async () => {
    const { rows, match } = await join('floats', 'halves')
    expect(rows).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(match).toMatchObject({ leftKeys: 3, rightKeys: 3, matchedKeys: 2, leftNullKeys: 1, rightNullKeys: 1 })
  })

  it.each(keyCases)('$left with $right, normalise $normalise', async (given) => {
    const { asked, told } = askedOf(given)
    const { rows, match } = await join(given.left, given.right, asked)
    expect(rows).toEqual(given.pairs)
    expect(match).toMatchObject(told)
    const anti = await join(given.left, given.right, { ...asked, type: 'ANTI', select: [{ column: 'l.n' }] })
    expect(anti.rows).toHaveLength(anti.match.joinedRows ?? -1)
    expect(anti.rows).toHaveLength((anti.match.leftRows ?? 0) - (anti.match.leftMatched ?? 0))
  })

  it.each(keyCases)('sums over $left with $right, normalise $normalise', async (given) => {
    for (const of of ['l', 'r'] as const) {
      const { asked, groups } = summedOf(given, of)
      const { rows, match, sources } = await join(given.left, given.right, asked)
      expect(rows).toEqual(groups)
      const large = sources.find(({ tables }) => tables[0]?.startsWith(of === 'l' ? 'camden' : 'barnet'))
      if (largeOf(way) === of) expect(large?.pushedDown).toContain('AGGREGATE')
      expect(match).toMatchObject(askedOf(given).told)
    }
  })
})

describe('times as keys', () => {
  it.each(['UTC', 'Pacific/Auckland', 'America/New_York'])('of a role in %s, with those of another source: the same rows', async (zone) => {
    const role = new URL(postgres.readerUrl).username
    await postgres.run(`ALTER ROLE "${role}" SET timezone = '${zone}'`)
    const own = await postgres.open()
    const columns = [
      { name: 'k', type: 'TIMESTAMPTZ' },
      { name: 't', type: 'TIMESTAMP' },
      { name: 'n', type: 'INT64' },
    ] as const
    const cells = moments.map((moment, at) => [moment.replace(' ', 'T'), moment.replace(' ', 'T').slice(0, -1), String(at + 1)])
    const files: WorldTable = { id: 'barnet/times/times', spokeId: 'barnet', columns, rows: cells }
    const other = await openTableSource(postgres.bench.engine, postgres.bench.folder, [files], everything)
    try {
      for (const key of ['k', 't']) {
        const tables = [tableOf('camden', 'instants'), files]
        const asked = { ...pairs, on: [{ left: `l.${key}`, right: `r.${key}` }] }
        const { rows } = await joinOf(postgres.bench, { camden: own, barnet: other }, tables, asked)
        expect(rows, key).toEqual(moments.map((_, at) => [at + 1, at + 1]))
      }
    } finally {
      await other.close()
      await postgres.run(`ALTER ROLE "${role}" RESET timezone`)
    }
  })
})
