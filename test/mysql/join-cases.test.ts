import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DatasetDescription } from '../../src/connector/catalogue.js'
import { everything } from '../../src/connector/capabilities.js'
import type { Source } from '../../src/connector/source.js'
import { datasetsOf, harvestAll } from '../postgres/support/source.js'
import { askedOf, keyCases, keyTables, summedOf } from '../query/support/database-keys.js'
import { canNothing, harvested, type JoinAsked, joinOf, largeOf } from '../query/support/join-ways.js'
import { openTableSource } from '../query/support/table-source.js'
import type { WorldTable } from '../query/support/world.js'
import { missing, openMariaDb, type TestMariaDb } from './support/mariadb.js'

if (missing !== undefined) console.warn(`NOT RUN: joins over MySQL. ${missing}`)

/** MySQL's default collations take these for equal: case, accents, and blanks at the end. */
const left = ['MiXeD1', 'ABC', 'é', 'ß', 'x']
const right = ['mIxEd1', 'ABC ', 'e', 'ss', 'x', 'X ']

describe.skipIf(missing !== undefined)(`joins over MySQL${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  let town: TestMariaDb
  let source: Source
  let datasets: DatasetDescription[]
  let files: Source
  const elsewhere: WorldTable = {
    id: 'barnet/files/files',
    spokeId: 'barnet',
    columns: [
      { name: 'k', type: 'STRING' },
      { name: 'n', type: 'INT64' },
    ],
    rows: right.map((key, at) => [key, String(at + 1)]),
  }
  beforeAll(async () => {
    town = await openMariaDb()
    const values = (keys: readonly string[]) => keys.map((key, at) => `('${key}', ${at + 1})`).join(', ')
    for (const [name, keys] of Object.entries({ one: left, other: right })) {
      await town.run(`CREATE TABLE ${name} (k varchar(20) COLLATE utf8mb4_general_ci, n int); INSERT INTO ${name} VALUES ${values(keys)}`)
    }
    await town.run(`CREATE TABLE fixed (k char(10), n int); INSERT INTO fixed VALUES ${values(['ABC', 'x'])}`)
    for (const sql of keyTables) await town.run(sql)
    source = await town.open()
    datasets = datasetsOf(await harvestAll(source))
    files = await openTableSource(town.bench.engine, town.bench.folder, [elsewhere], everything)
  })
  afterAll(() => town.close())

  const pairs = { on: [{ left: 'l.k', right: 'r.k' }], select: [{ column: 'l.n' }, { column: 'r.n' }] }

  describe.each([
    'of one database',
    'of two databases',
    'of two databases that can nothing',
    'of two databases, the right large',
    'with files',
    'with files, the left large',
  ])('a join %s', (way) => {
    const join = (one: string, other: string, asked: JoinAsked) => {
      const can = way.endsWith('nothing') ? canNothing(source) : source
      const spokeId = way === 'of one database' ? 'camden' : 'barnet'
      const tables = [harvested(datasets, 'camden', one), way.startsWith('with files') ? elsewhere : harvested(datasets, spokeId, other)]
      return joinOf(town.bench, { barnet: way.startsWith('with files') ? files : can, camden: can }, tables, asked, largeOf(way))
    }

    it("'MiXeD1' against 'mIxEd1' where the source's column ignores case: they belong to nothing", async () => {
      const { rows, match } = await join('one', 'other', pairs)
      expect(rows).toEqual([[5, 5]])
      expect(match).toMatchObject({ leftKeys: 5, rightKeys: 6, matchedKeys: 1, leftMatched: 1, rightMatched: 1 })
    })

    it('a filter that ignored case would let in more: it does not', async () => {
      const { rows } = await join('one', 'other', {
        ...pairs,
        type: 'LEFT',
        ofRight: { column: 'k', eq: 'X ' },
        where: { column: 'l.k', lt: 'a' },
      })
      expect(rows).toEqual([
        [1, null],
        [2, null],
      ])
    })

    it('anti-join: every key whose bytes the other side lacks', async () => {
      const { rows } = await join('one', 'other', { on: pairs.on, type: 'ANTI', select: [{ column: 'l.k' }] })
      expect(rows.map(([key]) => key)).toEqual(left.slice(0, 4).toSorted())
    })

    it("CHAR(10) 'ABC' against VARCHAR 'ABC ': no match", async () => {
      expect((await join('fixed', 'other', pairs)).rows).toEqual([[2, 5]])
    })

    it.each(way.startsWith('with files') ? [] : keyCases)('$left with $right, normalise $normalise', async (given) => {
      const { asked, told } = askedOf(given)
      const { rows, match } = await join(given.left, given.right, asked)
      expect(rows).toEqual(given.pairs)
      expect(match).toMatchObject(told)
      const anti = await join(given.left, given.right, { ...asked, type: 'ANTI', select: [{ column: 'l.n' }] })
      expect(anti.rows).toHaveLength(anti.match.joinedRows ?? -1)
      expect(anti.rows).toHaveLength((anti.match.leftRows ?? 0) - (anti.match.leftMatched ?? 0))
    })

    it.each(way.startsWith('with files') ? [] : keyCases)('sums over $left with $right, normalise $normalise', async (given) => {
      for (const of of ['l', 'r'] as const) {
        const { asked, groups } = summedOf(given, of)
        const { rows, match } = await join(given.left, given.right, asked)
        expect(rows).toEqual(groups)
        expect(match).toMatchObject(askedOf(given).told)
      }
    })
  })
})
