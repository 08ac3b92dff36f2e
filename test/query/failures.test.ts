import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { Part, ScanOptions, ScanReport, Source } from '../../src/connector/source.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import type { DialsError } from '../../src/errors.js'
import { type QueryContext, runQuery } from '../../src/query/run.js'
import { type Bench, contextOf, failureOf, openBench, tableOf, textOf } from '../support/query.js'
import { answering, failing, failingLate, heeding, ignoring, partOf, scanOf } from './support/fault.js'
import { openTableSource, settleable } from './support/table-source.js'
import type { WorldTable } from './support/world.js'

const columns = [
  { name: 'name', type: 'STRING' },
  { name: 'books', type: 'INT64' },
] as const
const world = ['camden', 'barnet'].map((spokeId): WorldTable => ({
  id: `${spokeId}/l/l`,
  spokeId,
  columns,
  rows: [
    [`${spokeId} 1`, 1n],
    [`${spokeId} 2`, 2n],
  ],
}))
const tables = world.map(({ id }) => tableOf(id, columns))
const query = { from: { union: tables.map(({ id }) => id) }, orderBy: [{ column: 'name' }] }
const camdenAlone = [
  ['camden 1', 1],
  ['camden 2', 2],
]
/** What Barnet sends when it works. */
const good = "SELECT 'barnet 1' AS c0, CAST(1 AS BIGINT) AS c1"

let bench: Bench
let camden: Source
let barnet: Source
let held: string[]
const unhandled: unknown[] = []
const note = (reason: unknown) => unhandled.push(reason)
beforeAll(async () => {
  process.on('unhandledRejection', note)
  bench = await openBench()
  ;[camden, barnet] = (await Promise.all(world.map((table) => openTableSource(bench.engine, bench.folder, [table], everything)))) as [
    Source,
    Source,
  ]
  held = await readdir(bench.folder)
})
afterAll(async () => {
  await bench.close()
  process.off('unhandledRejection', note)
})
afterEach(async () => {
  // Node reports unhandled rejections in a later turn.
  await new Promise((resolve) => setImmediate(resolve))
  expect(unhandled).toEqual([])
  // A source that needs more than 100 ms to end cleans up afterwards. What is never cleaned up still fails the test.
  await vi.waitFor(
    async () => {
      expect(await readdir(bench.folder)).toEqual(held)
      expect([bench.hub.admission.load, bench.engine.admission.load]).toEqual(Array(2).fill({ running: 0, waiting: 0 }))
    },
    { interval: 20 },
  )
})

interface Setup {
  observed: Record<string, string | undefined>
  context: QueryContext
}

/** Camden answers normally, Barnet as given. */
function withBarnet(
  execute: Parameters<typeof answering>[1],
  given: { signal?: AbortSignal; camden?: Source; hub?: DuckDbEngine; admits?: (spokeId: string) => boolean } = {},
): Setup {
  const observed: Setup['observed'] = {}
  const sources = { camden: given.camden ?? camden, barnet: answering(barnet, execute) }
  const context = contextOf(given.hub ?? bench.hub, tables, sources, {
    observed: (spokeId: string, error: DialsError | undefined) => {
      observed[spokeId] = error?.code ?? 'UP'
    },
    ...(given.signal === undefined ? {} : { signal: given.signal }),
    ...(given.admits === undefined ? {} : { admits: given.admits }),
  })
  return { observed, context }
}

async function partial({ context }: Setup, input: object = query) {
  const result = await runQuery({ ...input, onSourceError: 'PARTIAL' }, context)
  const rows = JSON.parse(await textOf(result)) as unknown[]
  await result.release()
  return {
    rows,
    complete: result.complete,
    version: result.version,
    barnet: result.sources.find(({ spoke }) => spoke === 'barnet'),
    camden: result.sources.find(({ spoke }) => spoke === 'camden'),
  }
}

const rejected = (reason: Error): Promise<ScanReport> => Promise.reject(reason)
const junk = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(500, 7), Buffer.from([200, 0, 0, 0]), Buffer.from('PAR1')])
const oneGood = async function* (): AsyncGenerator<Part> {
  yield await partOf(bench, good)
}
const parts = (...all: (string | Buffer)[]) =>
  async function* (): AsyncGenerator<Part> {
    for (const content of all) yield await partOf(bench, content)
  }

describe('a source that fails', () => {
  const ways: [string, Parameters<typeof answering>[1]][] = [
    ['before its first part', () => scanOf(failing(), rejected(new Error('the same')))],
    ['after a part', () => scanOf(failingLate(partOf(bench, good)))],
    ['in its report', () => scanOf(oneGood(), failing().next() as Promise<never>)],
    ['by text that is no Parquet', () => scanOf(parts(junk)())],
    ['by an empty file', () => scanOf(parts(Buffer.alloc(0))())],
    ['by a file cut short', () => scanOf(parts(Buffer.from('PAR1'))())],
    ['by a bad part after a good one', () => scanOf(parts(good, junk)())],
    ['by too few columns', () => scanOf(parts("SELECT 'x' AS c0")())],
    ['by columns of other names', () => scanOf(parts('SELECT 1 AS a, 2 AS b')())],
    ['by text where numbers were planned', () => scanOf(parts("SELECT 'x' AS c0, 'many' AS c1")())],
    [
      'by numbers beyond what was planned',
      () => scanOf(parts("SELECT 'x' AS c0, CAST('99999999999999999999' AS DECIMAL(38,0)) AS c1", good)()),
    ],
  ]
  it.each(ways)('%s fails the query under FAIL', async (_, execute) => {
    const setup = withBarnet(execute)
    const error = await failureOf(() => runQuery(query, setup.context))
    expect(error.code).toBe('SOURCE_UNAVAILABLE')
    expect(error.transaction).toMatch(/^[0-9a-f-]{36}$/)
    expect(error.message).not.toMatch(/parquet|PAR1|\/|SELECT/i)
    expect(setup.observed['barnet']).toBe('SOURCE_UNAVAILABLE')
  })

  it.each(ways)('%s is left out under PARTIAL, and the others answer', async (_, execute) => {
    const setup = withBarnet(execute)
    const { rows, complete, version, barnet: report, camden: other } = await partial(setup)
    expect({ rows, complete, version }).toEqual({ rows: camdenAlone, complete: false, version: null })
    expect(report).toMatchObject({ status: 'FAILED', rows: null, bytes: null, error: { code: 'SOURCE_UNAVAILABLE' } })
    expect(other).toMatchObject({ status: 'OK', rows: 2, error: null })
    expect(setup.observed['barnet']).toBe('SOURCE_UNAVAILABLE')
  })

  it.each<[string, (attempt: number) => ReturnType<typeof scanOf>, number, string]>([
    ['before its first part is asked once more', (attempt) => (attempt === 1 ? scanOf(failing()) : scanOf(oneGood())), 2, 'UP'],
    ['twice is left alone', () => scanOf(failing()), 2, 'SOURCE_UNAVAILABLE'],
    ['after a part is not asked again', () => scanOf(failingLate(partOf(bench, good))), 1, 'SOURCE_UNAVAILABLE'],
  ])('%s', async (_, execute, attempts, outcome) => {
    let asked = 0
    const setup = withBarnet(() => execute(++asked))
    const { rows, complete } = await partial(setup)
    expect({ asked, rows, complete, observed: setup.observed['barnet'] }).toEqual({
      asked: attempts,
      rows: outcome === 'UP' ? [['barnet 1', 1], ...camdenAlone] : camdenAlone,
      complete: outcome === 'UP',
      observed: outcome,
    })
  })

  it('is not asked again after the client disconnected', async () => {
    const client = new AbortController()
    let asked = 0
    const setup = withBarnet(
      () => {
        asked++
        setImmediate(() => client.abort())
        return scanOf(failing())
      },
      { signal: client.signal },
    )
    expect((await failureOf(() => runQuery(query, setup.context))).code).toBe('SOURCE_TIMEOUT')
    expect(asked).toBe(1)
  })

  it('repeatedly is not asked for a while, and the others still are', async () => {
    let asked = 0
    const setup = withBarnet(
      () => {
        asked++
        return scanOf(oneGood())
      },
      { admits: (spokeId) => spokeId !== 'barnet' },
    )
    const { rows, barnet: report } = await partial(setup)
    expect({ asked, rows, error: report?.error?.code }).toEqual({ asked: 0, rows: camdenAlone, error: 'SOURCE_UNAVAILABLE' })
  })

  it('leaves a count of 0 under PARTIAL where every other source fails too', async () => {
    const setup = withBarnet(() => scanOf(failing()), { camden: answering(camden, () => scanOf(failing())) })
    const { rows, complete } = await partial(setup, {
      from: query.from,
      measures: [{ function: 'COUNT' }, { function: 'SUM', column: 'books' }, { function: 'MEDIAN', column: 'books' }],
    })
    expect({ rows, complete }).toEqual({ rows: [[0, null, null]], complete: false })
  })

  it('ends the others under FAIL', async () => {
    const ended = settleable<boolean>()
    const waiting = async function* (options: ScanOptions): AsyncGenerator<Part> {
      options.signal.addEventListener('abort', () => ended.resolve(true))
      yield* heeding(options)
    }
    const setup = withBarnet(() => scanOf(failing()), { camden: answering(camden, (_, options) => scanOf(waiting(options))) })
    expect(await failureOf(() => runQuery(query, setup.context))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await ended.promise).toBe(true)
    // Camden was ended because Barnet failed, which says nothing about Camden.
    expect(setup.observed).toEqual({ barnet: 'SOURCE_UNAVAILABLE' })
  })

  it('is not blamed for an error of the query', async () => {
    const setup = withBarnet((under) => under())
    const members = tables.map(({ id }) => ({ table: id, columns: [{ column: 'name', type: 'INT64' }] }))
    expect(await failureOf(() => runQuery({ from: { members }, onSourceError: 'PARTIAL' }, setup.context))).toMatchObject({
      code: 'TYPE_MISMATCH',
    })
  })

  it('because of a defect in its code fails the query, even under PARTIAL', async () => {
    const setup = withBarnet(() => {
      throw new TypeError('a mistake of ours')
    })
    const error = await failureOf(() => runQuery({ ...query, onSourceError: 'PARTIAL' }, setup.context))
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
    expect(error.message).not.toContain('mistake')
  })

  it('because its answer is too large fails the query, even under PARTIAL', async () => {
    const much = async function* (): AsyncGenerator<Part> {
      yield await partOf(bench, good, 600 * 1024 * 1024)
    }
    for (const onSourceError of ['FAIL', 'PARTIAL']) {
      expect(await failureOf(() => runQuery({ ...query, onSourceError }, withBarnet(() => scanOf(much())).context))).toMatchObject({
        code: 'RESULT_TOO_LARGE',
      })
    }
  })

  it('because it is not configured: SOURCE_UNAVAILABLE', async () => {
    const context = contextOf(bench.hub, tables, { camden })
    expect(await failureOf(() => runQuery(query, context))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })
})

describe('a source that stalls', () => {
  const never = new Promise<Part>(() => undefined)
  const ways: [string, Parameters<typeof answering>[1]][] = [
    ['and heeds the signal', (_, options) => scanOf(heeding(options))],
    ['and does not heed it', () => scanOf(ignoring(never))],
    [
      'after a part',
      () =>
        scanOf(
          (async function* () {
            yield await partOf(bench, good)
            yield* ignoring(never)
          })(),
        ),
    ],
    ['in its report', () => scanOf(oneGood(), new Promise(() => undefined))],
  ]
  it.each(ways)('%s: SOURCE_TIMEOUT under FAIL', async (_, execute) => {
    const setup = withBarnet(execute)
    expect(await failureOf(() => runQuery({ ...query, timeoutMs: 100 }, setup.context))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(setup.observed['barnet']).toBe('SOURCE_TIMEOUT')
  })

  it.each(ways.slice(0, 2))('%s: TIMED_OUT under PARTIAL, and the others answer', async (_, execute) => {
    const setup = withBarnet(execute)
    const { rows, complete, barnet: report } = await partial(setup, { ...query, timeoutMs: 3000 })
    expect({ rows, complete }).toEqual({ rows: camdenAlone, complete: false })
    expect(report).toMatchObject({ status: 'TIMED_OUT', error: { code: 'SOURCE_TIMEOUT' } })
  })

  it('and lands a part long after the query has ended: the part is released', async () => {
    const late = settleable<Part>()
    expect(
      await failureOf(() => runQuery({ ...query, timeoutMs: 50 }, withBarnet(() => scanOf(ignoring(late.promise))).context)),
    ).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    const part = await partOf(bench, good)
    const released = settleable<undefined>()
    late.resolve({
      ...part,
      file: {
        ...part.file,
        release: async () => {
          await part.file.release()
          released.resolve(undefined)
        },
      },
    })
    await released.promise
  })
})

describe('a client that disconnects', () => {
  it('ends every source, and none counts as failed', async () => {
    const gone = new AbortController()
    const begun = settleable<undefined>()
    const setup = withBarnet(
      (_, options) => {
        begun.resolve(undefined)
        return scanOf(heeding(options))
      },
      { signal: gone.signal },
    )
    const failure = failureOf(() => runQuery({ ...query, onSourceError: 'PARTIAL' }, setup.context))
    await begun.promise
    gone.abort()
    expect(await failure).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(setup.observed['barnet']).toBeUndefined()
  })

  it('before its query starts gets no answer', async () => {
    const setup = withBarnet((under) => under(), { signal: AbortSignal.abort() })
    expect(await failureOf(() => runQuery(query, setup.context))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
  })

  it('while the residual waits in the queue frees its place', async () => {
    const hub = await DuckDbEngine.open({ folders: [bench.folder], memoryMb: 128, running: 1 })
    const busy = await hub.connect()
    const gone = new AbortController()
    const failure = failureOf(() => runQuery(query, withBarnet((under) => under(), { signal: gone.signal, hub }).context))
    await expect.poll(() => hub.admission.load.waiting).toBe(1)
    gone.abort()
    expect(await failure).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(hub.admission.load).toEqual({ running: 1, waiting: 0 })
    await busy.close()
    await hub.close()
  })
})

describe('results', () => {
  it('can be held in any number, although few queries run at once', async () => {
    const hub = await DuckDbEngine.open({ folders: [bench.folder], memoryMb: 128, running: 2 })
    const { context } = withBarnet((under) => under(), { hub })
    const results = await Promise.all(Array.from({ length: 10 }, () => runQuery(query, context)))
    for (const result of results) expect(JSON.parse(await textOf(result))).toHaveLength(4)
    await Promise.all(results.flatMap((result) => [result.release(), result.release()]))
    expect(hub.admission.load).toEqual({ running: 0, waiting: 0 })
    await hub.close()
  })

  it('can be read after their query’s deadline', async () => {
    const { context } = withBarnet((under) => under())
    const result = await runQuery({ ...query, timeoutMs: 1000 }, context)
    const over = settleable<undefined>()
    setTimeout(() => over.resolve(undefined), 1100)
    await over.promise
    expect(JSON.parse(await textOf(result))).toHaveLength(4)
    await result.release()
  })

  it('report when a source stopped early, and their version', async () => {
    const short = withBarnet(() =>
      scanOf(oneGood(), Promise.resolve({ truncated: true, version: 'v2', asOf: '2026-01-09T00:00:00Z', rows: 1 })),
    )
    const result = await runQuery(query, short.context)
    expect(result).toMatchObject({ truncated: true, complete: true })
    expect(result.sources.find(({ spoke }) => spoke === 'barnet')).toMatchObject({
      status: 'TRUNCATED',
      asOf: '2026-01-09T00:00:00Z',
      rows: 1,
    })
    await result.release()
    const other = await runQuery(query, withBarnet((under) => under()).context)
    await other.release()
    expect(other.version).not.toBe(result.version)
    expect(await failureOf(() => runQuery({ ...query, atVersion: other.version }, short.context))).toMatchObject({
      code: 'VERSION_CHANGED',
      inputPath: ['atVersion'],
    })
    await (await runQuery({ ...query, atVersion: other.version }, withBarnet((under) => under()).context)).release()
  })
})
