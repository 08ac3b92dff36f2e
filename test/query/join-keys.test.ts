import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Capabilities, everything } from '../../src/connector/capabilities.js'
import type { Source } from '../../src/connector/source.js'
import { explainQuery, runQuery } from '../../src/query/run.js'
import { type Bench, contextOf, failureOf, openBench, tableOf, textOf } from '../support/query.js'
import { answering, failing, partOf, scanOf } from './support/fault.js'
import { openTableSource } from './support/table-source.js'
import type { WorldTable } from './support/world.js'

const few: WorldTable = {
  id: 'camden/few/few',
  spokeId: 'camden',
  columns: [
    { name: 'id', type: 'INT64' },
    { name: 'label', type: 'STRING' },
  ],
  // Scattered, twice the same, beyond the other's, and none.
  rows: [...Array.from({ length: 33 }, (_, at) => [String(at * 151), `n${at}`]), ['0', 'again'], ['99999', 'far'], [null, 'none']],
}
const many: WorldTable = {
  id: 'barnet/many/many',
  spokeId: 'barnet',
  columns: [
    { name: 'id', type: 'INT64' },
    { name: 'size', type: 'INT64' },
  ],
  rows: [...Array.from({ length: 5000 }, (_, at) => [String(at), String(at % 7)]), [null, '0'], [null, '1']],
}
const empty: WorldTable = { ...few, id: 'brent/few/few', spokeId: 'brent', rows: [] }

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const { join: _, ...cannotJoin } = everything
const cannotFilter: Capabilities = { project: true, aggregate: everything.aggregate as NonNullable<Capabilities['aggregate']> }

const oddText = (at: number) => `${at} \x1f it's \\ ${at % 3 === 0 ? '\x1e' : '😀'}`
const senders: WorldTable = {
  id: 'bexley/senders/senders',
  spokeId: 'bexley',
  columns: [{ name: 'code', type: 'STRING' }],
  rows: Array.from({ length: 10_500 }, (_, at) => [oddText(at * 2)]),
}
const readers: WorldTable = {
  id: 'barnet/readers/readers',
  spokeId: 'barnet',
  columns: [{ name: 'code', type: 'STRING' }],
  rows: Array.from({ length: 21_500 }, (_, at) => [oddText(at)]),
}

interface Asked {
  capabilities?: Capabilities
  access?: 'OPEN' | 'SHARED'
  all?: readonly WorldTable[]
}

/** As the connectors of databases that know no split of a text. */
const cannotTakeMany: Capabilities = { ...everything, filter: new Set([...(everything.filter ?? [])].filter((kind) => kind !== 'among')) }

async function ask(input: object, { capabilities = everything, access = 'OPEN', all = [few, many, empty] }: Asked = {}) {
  const sources = await Promise.all(
    all.map(async (table) => {
      const own = table.spokeId === 'barnet' ? capabilities : everything
      return [table.spokeId, await openTableSource(bench.engine, bench.folder, [table], own)] as const
    }),
  )
  const known = all.map((table) =>
    tableOf(table.id, table.columns, { rowCount: table.rows.length, access: table === few ? access : 'OPEN', sharedWith: ['org'] }),
  )
  const context = { ...contextOf(bench.hub, known, Object.fromEntries(sources)), viewer: { organisation: 'org', scopes: [] } }
  try {
    const plan = await explainQuery(input, context)
    const result = await runQuery(input, context)
    try {
      return { ...result, plan, rows: JSON.parse(await textOf(result, 'rows', 'EXACT')) as unknown[][] }
    } finally {
      await result.release()
    }
  } finally {
    await Promise.all(sources.map(([, source]) => source.close()))
  }
}

const on = [{ left: 'id', right: 'id' }]
const counts = {
  ...{ leftRows: 36, leftMatched: 34, leftNullKeys: 1, leftDamagedKeys: 0, leftKeys: 34, leftRate: 34 / 36 },
  ...{ rightRows: 5002, rightMatched: 33, rightNullKeys: 2, rightDamagedKeys: 0, rightKeys: 5000, rightRate: 33 / 5002, matchedKeys: 33 },
}
const measures = [{ function: 'COUNT' }, { function: 'SUM', column: 'size', as: 'sum' }]
/** DECIMAL, so text. */
const sum = String(few.rows.reduce((total, [id]) => total + (id === null || Number(id) >= 5000 ? 0 : Number(id) % 7), 0))

describe.each<[string, Capabilities]>([
  ['that joins', everything],
  ['that cannot join', cannotJoin],
  ['that cannot filter', cannotFilter],
])('a large table at a source %s', (_name, capabilities) => {
  // Of an INNER join it adds up its rows by key, and two have none.
  const [asks, added] = capabilities.filter === undefined ? [5002, 5001] : [33, 33]

  it.each([
    ['INNER', [34, sum], { joinedRows: 34, largestFanOut: 2 }, added],
    ['LEFT', [36, sum], { joinedRows: 36, largestFanOut: 2 }, asks],
  ] as const)('answers only the rows with a key of the small one, and is counted whole: %s', async (type, row, more, answers) => {
    const { rows, matches, sources } = await ask(
      { from: { table: few.id }, joins: [{ table: { table: many.id }, type, on }], measures },
      { capabilities },
    )
    expect(rows).toEqual([row])
    expect(matches).toEqual([{ left: 'few', right: 'many', ...counts, ...more }])
    expect(sources.map(({ spoke, rows: answered, status }) => ({ spoke, answered, status }))).toEqual([
      { spoke: 'camden', answered: 36, status: 'OK' },
      { spoke: 'barnet', answered: answers, status: 'OK' },
    ])
  })

  it('does so for ANTI', async () => {
    const { rows, matches } = await ask(
      { from: { table: few.id }, joins: [{ table: { table: many.id }, type: 'ANTI', on }], orderBy: [{ column: 'label' }] },
      { capabilities },
    )
    expect(rows).toEqual([
      [99999, 'far'],
      [null, 'none'],
    ])
    expect(matches).toEqual([{ left: 'few', right: 'many', ...counts, joinedRows: 2, largestFanOut: null }])
  })

  it('does so on the left of an INNER join, and on no other', async () => {
    const input = (type: string) => ({
      from: { table: many.id },
      joins: [{ table: { table: few.id }, type, on }],
      measures: [{ function: 'COUNT' }],
    })
    const inner = await ask(input('INNER'), { capabilities })
    expect(inner.rows).toEqual([[34]])
    expect(inner.matches[0]).toMatchObject({
      leftRows: 5002,
      leftMatched: 33,
      leftNullKeys: 2,
      leftKeys: 5000,
      rightRows: 36,
      rightMatched: 34,
    })
    expect(inner.sources.find(({ spoke }) => spoke === 'barnet')?.rows).toBe(added)
    const left = await ask(input('LEFT'), { capabilities })
    expect(left.rows).toEqual([[5003]])
    // One row for each of 5,000 keys, and one for the two rows without: no key was sent.
    expect(left.sources.find(({ spoke }) => spoke === 'barnet')?.rows).toBe(5001)
  })
})

describe('keys', () => {
  it('are sent in a later stage, and explain says why', async () => {
    const { plan } = await ask({ from: { table: few.id }, joins: [{ table: { table: many.id }, on }] })
    const told = plan.fragments.map(({ spokeId, stage, keys, why }) => ({ spokeId, stage, keys: keys.length, why }))
    expect(told).toEqual([
      { spokeId: 'camden', stage: 0, keys: 0, why: undefined },
      { spokeId: 'barnet', stage: 0, keys: 0, why: 'counts the matches of a join' },
      { spokeId: 'barnet', stage: 1, keys: 1, why: 'waits for the keys of #0: about 36 rows against about 5,002' },
    ])
  })

  it('of a table that is not open go nowhere', async () => {
    const { rows, sources, plan } = await ask(
      { from: { table: few.id }, joins: [{ table: { table: many.id }, on }], measures },
      { access: 'SHARED' },
    )
    expect(rows).toEqual([[34, sum]])
    expect(plan.fragments.every(({ keys }) => keys.length === 0)).toBe(true)
    expect(sources[1]).toMatchObject({ spoke: 'barnet', rows: 5001 })
  })

  it.each(['INNER', 'LEFT', 'ANTI'])('that are none end the second side before it begins: %s', async (type) => {
    const { rows, sources, matches } = await ask({
      from: { table: empty.id },
      joins: [{ table: { table: many.id }, type, on }],
      select: [{ column: 'label' }],
    })
    expect(rows).toEqual([])
    expect(sources.map(({ spoke, status }) => ({ spoke, status }))).toEqual([
      { spoke: 'brent', status: 'OK' },
      { spoke: 'barnet', status: 'SKIPPED' },
    ])
    expect(matches).toMatchObject([{ leftRows: 0, leftRate: null, rightRows: 5002, rightKeys: 5000, matchedKeys: 0, joinedRows: 0 }])
  })

  it('are those that are left after the filter of their side', async () => {
    const where = { column: 'label', startsWith: 'n1' }
    const { rows, sources } = await ask({
      from: { table: few.id, where },
      joins: [{ table: { table: many.id }, on }],
      measures: [{ function: 'COUNT' }],
    })
    expect(rows).toEqual([[11]])
    expect(sources.find(({ spoke }) => spoke === 'barnet')?.rows).toBe(11)
  })

  it.each([
    ['are sent as one text', everything, 10_500],
    ['are not sent to a source that takes lists alone', cannotTakeMany, 21_500],
  ])('beyond 10,000 %s', async (_name, capabilities, rows) => {
    const input = {
      from: { table: senders.id },
      joins: [{ table: { table: readers.id }, on: [{ left: 'code', right: 'code' }] }],
      measures: [{ function: 'COUNT' }],
    }
    const asked = await ask(input, { capabilities, all: [senders, readers] })
    expect(asked.rows).toEqual([[10_500]])
    expect(asked.sources.find(({ spoke }) => spoke === 'barnet')?.rows).toBe(rows)
    expect(asked.matches).toMatchObject([{ matchedKeys: 10_500, rightRows: 21_500, rightKeys: 21_500, rightMatched: 10_500 }])
  })

  it.each([
    ['altogether', ['camden', 'barnet']],
    ['only when it counts', ['camden', 'barnet', 'barnet']],
  ] as const)('wait for a source that fails %s, which is told once', async (way, spokes) => {
    const tables = [few, many]
    const held = await Promise.all(tables.map((table) => openTableSource(bench.engine, bench.folder, [table], everything)))
    const [ofFew, ofMany] = held as [Source, Source]
    let calls = 0
    // It is asked to count first, and that a second time because it could not be reached.
    const broken = answering(ofMany, (under) => (way === 'altogether' || ++calls <= 2 ? scanOf(failing()) : under()))
    const known = tables.map(({ id, columns, rows }) => tableOf(id, columns, { rowCount: rows.length }))
    const context = contextOf(bench.hub, known, { camden: ofFew, barnet: broken })
    const input = { from: { table: few.id }, joins: [{ table: { table: many.id }, on }], measures, onSourceError: 'PARTIAL' }
    try {
      const result = await runQuery(input, context)
      expect(result.complete).toBe(false)
      expect(result.sources.map(({ spoke }) => spoke)).toEqual(spokes)
      expect(result.sources.filter(({ error }) => error !== null)).toMatchObject([
        { spoke: 'barnet', status: 'FAILED', error: { code: 'SOURCE_UNAVAILABLE' } },
      ])
      await result.release()
    } finally {
      await Promise.all(held.map((source) => source.close()))
    }
  })

  it.each(['FAIL', 'PARTIAL'])('that cannot be read are told as the fault of the source that sent them: %s', async (onSourceError) => {
    const tables = [few, many]
    const held = await Promise.all(tables.map((table) => openTableSource(bench.engine, bench.folder, [table], everything)))
    const [ofFew, ofMany] = held as [Source, Source]
    const lying = answering(ofFew, () =>
      scanOf(
        (async function* () {
          yield await partOf(bench, "SELECT 'no number' AS c0, 'x' AS c1")
        })(),
      ),
    )
    const known = tables.map(({ id, columns, rows }) => tableOf(id, columns, { rowCount: rows.length }))
    const context = contextOf(bench.hub, known, { camden: lying, barnet: ofMany })
    const input = { from: { table: few.id }, joins: [{ table: { table: many.id }, on }], measures: [{ function: 'COUNT' }], onSourceError }
    try {
      if (onSourceError === 'FAIL') {
        const error = await failureOf(() => runQuery(input, context))
        expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringContaining('camden') as unknown })
        return
      }
      const result = await runQuery(input, context)
      expect(JSON.parse(await textOf(result, 'rows', 'EXACT'))).toEqual([[0]])
      expect(result.sources.map(({ spoke, status }) => ({ spoke, status }))).toEqual([
        { spoke: 'camden', status: 'FAILED' },
        { spoke: 'barnet', status: 'OK' },
      ])
      await result.release()
    } finally {
      await Promise.all(held.map((source) => source.close()))
    }
  })
})
