import { readdir, readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Capabilities } from '../../src/connector/capabilities.js'
import { type CatalogueEvent, catalogueEventSchema, type TableDescription } from '../../src/connector/catalogue.js'
import type { Relation } from '../../src/connector/relation.js'
import type { PlannedFragment, Scan, ScanOptions, Source } from '../../src/connector/source.js'
import { supports } from '../../src/connector/supports.js'
import { DialsError } from '../../src/errors.js'
import { runQuery } from '../../src/query/run.js'
import { drawQuery } from '../query/support/arbitrary-query.js'
import { cellOf, type World } from '../query/support/arbitrary-world.js'
import { checkAnswer, checkMatches } from '../query/support/check-answer.js'
import { oracle } from '../query/support/oracle.js'
import type { WorldTable } from '../query/support/world.js'
import { type Bench, contextOf, failureOf, openBench, tableOf, textOf } from '../support/query.js'
import type { Wire } from '../support/wire.js'
import type { Harness, Held } from './harness.js'
import { pushedWhole, remainingOps } from '../support/planned.js'
import { longTest } from '../support/long-test.js'
import { long, runsOf } from '../support/long.js'
import { auditOf } from '../support/audit.js'
import { patienceMs } from '../support/patience.js'

const runs = runsOf(40, 100)
const spokeId = 'camden'
const bigRows = 400_000

/**
 * What every connector owes to a query (`src/connector/source.ts`). Random queries are answered as plain loops
 * over plain rows do, with all that the source declares and with any part of it withheld.
 */
export function connectorContract(harness: Harness): void {
  describe(`the connector ${harness.kind}`, () => {
    let bench: Bench
    let held: Held
    let tables: readonly WorldTable[]
    let told: ReadonlyMap<string, TableDescription>
    /** What the tests called a table, by its id. */
    let names: ReadonlyMap<string, string>
    beforeAll(async () => {
      bench = await openBench()
      tables = drawTables(harness)
      held = await harness.open(bench, tables)
      told = tablesOf(await harvest(held.source))
      // From here on tables have the ids that the source gives them.
      names = new Map(tables.map(({ id: name }) => [idOf(told, name), name]))
      tables = tables.map((table) => ({ ...table, id: `${spokeId}/${idOf(told, table.id)}` }))
    })
    afterAll(async () => {
      await held.remove()
      await bench.close()
    })
    const options = (given: Partial<ScanOptions> = {}): ScanOptions => ({
      signal: new AbortController().signal,
      rowsMax: 1_000_000,
      bytesMax: 512 * 1024 * 1024,
      deadline: Date.now() + patienceMs,
      ...given,
    })
    const scanOf = (table: WorldTable): Relation => ({
      op: 'scan',
      table: table.id.slice(spokeId.length + 1),
      columns: table.columns.map((column) => ({ ...column })),
    })
    // A scan that has answered may be ending its transaction still; what is left for good fails here all the same.
    const clean = async () => {
      await expect.poll(() => held.leftovers()).toEqual([])
      expect(await readdir(bench.folder)).toEqual([])
    }

    test('tells its catalogue as the contract has it, the types of its columns included', () => {
      const columnsOf = ({ columns }: TableDescription) =>
        columns.map(({ name, type, scale }) => ({ name, type, ...(scale === undefined ? {} : { scale }) }))
      expect([...told].map(([id, table]) => [id, columnsOf(table)])).toEqual(
        tables.map(({ id, columns }) => [id.slice(spokeId.length + 1), columns]),
      )
    })

    test('gives the same ids at a second harvest', async () => {
      expect([...tablesOf(await harvest(held.source)).keys()]).toEqual([...told.keys()])
    })

    test('says that it is up', async () => {
      expect(await held.source.health(new AbortController().signal)).toMatchObject({ status: 'UP' })
    })

    test(`answers any query as plain loops do, whatever of it is pushed down (${runs} runs)`, { tags: [long] }, async () => {
      const property = fc.asyncProperty(fc.gen(), async (g) => {
        const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
        const world = worldOf(tables, draw(fc.boolean()), draw(fc.nat(2)) === 0)
        const query = drawQuery(draw, world)
        const kept = draw(fc.constantFrom('all', 'none', 'some'))
        const declared = await held.source.capabilities(world.tables.map(({ id }) => id.slice(spokeId.length + 1)))
        const withheld = kept === 'all' ? declared : kept === 'none' ? {} : someOf(declared, (of) => draw(of))
        const source = withCapabilities(held.source, withheld)
        const context = contextOf(
          bench.hub,
          tables.map(({ id, columns }) => tableOf(id, columns)),
          { [spokeId]: source },
        )
        const result = await runQuery(query, context)
        try {
          const rows = JSON.parse(await textOf(result)) as unknown[][]
          const whole = oracle(query, world.tables)
          checkAnswer(query, whole, result, rows)
          checkMatches(whole, result)
        } catch (thrown) {
          throw new Error(
            `${String(thrown)}\nquery ${JSON.stringify(query)}\npushed down ${JSON.stringify(result.sources.map(({ pushedDown }) => pushedDown))}`,
            { cause: thrown },
          )
        } finally {
          await result.release()
        }
      })
      await fc.assert(property, {
        numRuns: runs,
        endOnFailure: true,
      })
      await clean()
    })

    test.each(operatorKinds)('pushes %s down where it declares it, says so in the plan, and refuses it where it does not', async (kind) => {
      const [table] = tables as [WorldTable]
      const declared = await held.source.capabilities([table.id.slice(spokeId.length + 1)])
      const relation = operatorOver(kind, table, scanOf(table))
      const planned = held.source.plan({ relation }, declared)
      if (supports(declared, relation)) {
        expect(remainingOps(planned)).toEqual([])
        expect(planned).toMatchObject({ pushed: relation, pushedDown: expect.arrayContaining([kind]) as string[] })
        expect(held.source.native(planned.pushed).length).toBeGreaterThan(0)
        held.wire?.clear()
        const { rows } = await read(bench, held.source, planned, options())
        expect(rows).toBe(rowsOf(kind, table))
        if (held.wire !== undefined) expect(held.wire.asked()).toMatch(harness.words?.[kind] as RegExp)
        return
      }
      expect(remainingOps(planned)).not.toEqual([])
      const asked = pushedWhole(relation)
      await failureOf(() => drain(held.source, asked, options()))
      await clean()
    })

    test('gives every row of a table, in columns of the declared types, and tells how many they were', async () => {
      const [table] = tables as [WorldTable]
      const { rows, types, report } = await read(bench, held.source, planOf(held.source, scanOf(table)), options())
      expect(types).toEqual(table.columns.map(({ type, scale }) => engineType(type, scale)))
      expect(rows).toBe(table.rows.length)
      expect([report.truncated, report.rows ?? rows]).toEqual([false, rows])
      await clean()
    })

    test.each([
      ['a table that it does not have', { op: 'scan', table: 'no-such/no-such', columns: [{ name: 'a', type: 'STRING' }] }],
      [
        'a table whose name is an attack',
        { op: 'scan', table: `x"; DROP TABLE t; --/../../etc/passwd`, columns: [{ name: 'a', type: 'STRING' }] },
      ],
    ] satisfies [string, Relation][])('refuses %s, and says no more than that', async (_what, relation) => {
      const failure = await failureOf(() => drain(held.source, pushedWhole(relation), options()))
      expect(failure.code).toMatch(/^(SOURCE_UNAVAILABLE|BAD_USER_INPUT)$/)
      silent(failure, held)
      await clean()
    })

    test('refuses a column that the table does not have', async () => {
      const table = (tables[0] as WorldTable).id.slice(spokeId.length + 1)
      const failure = await failureOf(() =>
        drain(held.source, pushedWhole({ op: 'scan', table, columns: [{ name: '"; SELECT 1; --', type: 'STRING' }] }), options()),
      )
      expect(failure.code).toMatch(/^(SOURCE_UNAVAILABLE|BAD_USER_INPUT)$/)
      await clean()
    })

    test('ends with RESULT_TOO_LARGE beyond the rows or the bytes that are allowed, and leaves nothing', async () => {
      const [table] = tables as [WorldTable]
      for (const limit of [{ rowsMax: table.rows.length - 1 }, { bytesMax: 40 }]) {
        expect(await failureOf(() => drain(held.source, planOf(held.source, scanOf(table)), options(limit)))).toMatchObject({
          code: 'RESULT_TOO_LARGE',
        })
        await expect.poll(() => held.leftovers()).toEqual([])
      }
      await clean()
    })

    test('does not begin where its time is over, or the query has ended', async () => {
      const [table] = tables as [WorldTable]
      const ended = AbortSignal.abort(new DOMException('over', 'TimeoutError'))
      for (const limit of [{ deadline: Date.now() - 1000 }, { signal: ended }]) {
        const failure = await failureOf(() => drain(held.source, planOf(held.source, scanOf(table)), options(limit)))
        expect(failure.code).toBe('SOURCE_TIMEOUT')
      }
      await expect.poll(() => held.leftovers()).toEqual([])
      await clean()
    })

    describe('over a table of many rows', () => {
      let big: Held
      let table: Relation
      beforeAll(async () => {
        big = await harness.openBig(bench, bigRows)
        table = {
          op: 'scan',
          table: idOf(tablesOf(await harvest(big.source)), 'big'),
          columns: [
            { name: 'n', type: 'INT64' },
            { name: 'text', type: 'STRING' },
          ],
        }
      })
      afterAll(() => big.remove())
      const nothingLeft = async () => {
        await expect.poll(() => big.leftovers()).toEqual([])
        await expect.poll(() => readdir(bench.folder)).toEqual([])
      }

      test('every row comes once', async () => {
        const { rows, sum } = await read(bench, big.source, planOf(big.source, table), options(), 'n')
        expect([rows, sum]).toEqual([bigRows, (BigInt(bigRows) * BigInt(bigRows - 1)) / 2n])
        await nothingLeft()
      })

      test('a query that ends in the middle ends the scan, and nothing is left', async () => {
        const gone = new AbortController()
        const scan = execute(big.source, planOf(big.source, table), options({ signal: gone.signal }))
        scan.report.catch(() => undefined)
        const failure = await failureOf(async () => {
          for await (const part of scan.parts) {
            await part.file.release()
            gone.abort(new DOMException('over', 'TimeoutError'))
          }
          // All of it may have come as the first part.
          if (gone.signal.aborted) throw new DialsError('SOURCE_TIMEOUT', 'it had ended')
        })
        expect(failure.code).toBe('SOURCE_TIMEOUT')
        await nothingLeft()
      })

      longTest('holds neither memory nor handles that grow with what it gives', async () => {
        const drained = () => drain(big.source, planOf(big.source, table), options())
        await drained()
        const [before, handles] = [process.memoryUsage.rss(), await openHandles()]
        for (let times = 0; times < 6; times += 1) await drained()
        expect(process.memoryUsage.rss() - before).toBeLessThan(192 * 1024 * 1024)
        await expect.poll(openHandles).toBeLessThanOrEqual(handles)
        await nothingLeft()
      })

      for (const { how, what, code, within } of harness.words === undefined ? [] : faults) {
        test(`a network that ${how} amid the rows never makes a short answer look whole, and nothing is left`, async () => {
          const planned = planOf(big.source, table)
          const wire = big.wire as Wire
          wire.after(150_000, what)
          try {
            expect((await failureOf(() => drain(big.source, planned, options({ deadline: Date.now() + within })))).code).toMatch(code)
          } finally {
            wire.clear()
          }
          await nothingLeft()
          expect((await read(bench, big.source, planned, options())).rows).toBe(bigRows)
        })
      }

      test('parts that nobody wants any more are left behind by nobody', async () => {
        const scan = execute(big.source, planOf(big.source, table), options())
        scan.report.catch(() => undefined)
        for await (const part of scan.parts) {
          await part.file.release()
          break
        }
        await nothingLeft()
      })
    })

    test('a source that cannot be reached says so, keeps its secrets, and closes twice', async () => {
      const own = await harness.open(
        bench,
        tables.map((table) => ({ ...table, id: names.get(table.id.slice(spokeId.length + 1)) as string })),
      )
      try {
        await harvest(own.source)
        await own.break()
        const events: CatalogueEvent[] = []
        const failure = await failureOf(async () => {
          for await (const event of own.source.harvest(undefined, new AbortController().signal)) events.push(event)
          if (!events.some(({ kind }) => kind === 'complete')) throw new DialsError('SOURCE_UNAVAILABLE', 'it told nothing')
        })
        expect(failure.code).toBe('SOURCE_UNAVAILABLE')
        silent(failure, own)
        expect((await own.source.health(AbortSignal.timeout(patienceMs))).status).not.toBe('UP')
        await own.source.close()
        await own.source.close()
      } finally {
        await own.remove()
      }
    })
  })
}

/** What a network does amid the rows, and what the scan then ends with, when it may take so many milliseconds. */
const faults = [
  { how: 'goes silent', what: 'nothing passes', code: /^SOURCE_TIMEOUT$/, within: 2_000 },
  { how: 'is cut', what: 'the connection ends', code: /^SOURCE_UNAVAILABLE$/, within: 60_000 },
  { how: 'spoils what passes', what: 'bytes are spoilt', code: /^(SOURCE_UNAVAILABLE|SOURCE_TIMEOUT|TYPE_MISMATCH)$/, within: 2_000 },
] as const

const operatorKinds = ['FILTER', 'PROJECT', 'AGGREGATE', 'SORT', 'LIMIT'] as const

function operatorOver(kind: (typeof operatorKinds)[number], { columns }: WorldTable, input: Relation): Relation {
  const index = columns.findIndex(({ type }) => type === 'INT64')
  const column = { kind: 'column', index } as const
  switch (kind) {
    case 'FILTER':
      return {
        op: 'filter',
        predicate: { kind: 'compare', comparison: 'gt', left: column, right: { kind: 'literal', shape: { type: 'INT64' }, value: '1' } },
        input,
      }
    case 'PROJECT':
      return { op: 'project', outputs: [column], input }
    case 'AGGREGATE':
      return { op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }, { function: 'SUM', input: column }], input }
    case 'SORT':
      return { op: 'sort', keys: [{ column: index, descending: true, nullsFirst: false }], input }
    case 'LIMIT':
      return { op: 'limit', count: 3, offset: 1, input }
  }
}

/** Rows that an operator gives over all of a table. */
function rowsOf(kind: (typeof operatorKinds)[number], { columns, rows }: WorldTable): number {
  const index = columns.findIndex(({ type }) => type === 'INT64')
  if (kind === 'FILTER') return rows.filter((row) => row[index] !== null && BigInt(row[index] as string) > 1n).length
  return kind === 'AGGREGATE' ? 1 : kind === 'LIMIT' ? 3 : rows.length
}

/** Descriptors of this process. */
const openHandles = async () => (await readdir('/proc/self/fd')).length

/** Two tables of the same columns, one of each type, and every cell that the types offer. */
function drawTables({ types }: Harness): WorldTable[] {
  const columns = types.map((type, index) => ({
    name: ['a', 'Ward Name', '__proto__', 'constructor', `it's "b"`, 'x.y', 'Größe', 'count', 'when'][index] ?? `column ${index}`,
    type,
    ...(type === 'DECIMAL' ? { scale: 2 } : {}),
  }))
  return ['t-0', 't-1'].map((id, seed) => ({
    id,
    spokeId,
    columns,
    rows: fc.sample(fc.tuple(...columns.map((column) => fc.option(cellOf(column), { freq: 6 }))), { numRuns: 40, seed }),
  }))
}

function worldOf(tables: readonly WorldTable[], both: boolean, isJoined: boolean): World {
  const chosen = both ? tables : tables.slice(0, 1)
  const from = both ? { union: chosen.map(({ id }) => id) } : { table: (chosen[0] as WorldTable).id }
  const shared = (chosen[0] as WorldTable).columns
  const joined = isJoined ? [{ from: { table: (tables.at(-1) as WorldTable).id }, shared }] : []
  return { tables: isJoined ? tables : chosen, from, shared, joined, capabilities: {}, chunkRows: {} }
}

function someOf(declared: Capabilities, draw: <T>(of: fc.Arbitrary<T>) => T): Capabilities {
  const keep = () => draw(fc.boolean())
  const { filter, aggregate } = declared
  return {
    ...(declared.project && keep() ? { project: true } : {}),
    ...(declared.union && keep() ? { union: true } : {}),
    ...(declared.sort && keep() ? { sort: true } : {}),
    ...(declared.limit && keep() ? { limit: true } : {}),
    ...(filter && keep() ? { filter: new Set(draw(fc.subarray([...filter]))) } : {}),
    ...(aggregate && keep() ? { aggregate: new Set(draw(fc.subarray([...aggregate]))) } : {}),
  }
}

function withCapabilities(source: Source, capabilities: Capabilities): Source {
  return {
    harvest: (cursor, signal) => source.harvest(cursor, signal),
    capabilities: () => Promise.resolve(capabilities),
    plan: (fragment, own) => source.plan(fragment, own),
    native: (pushed) => source.native(pushed),
    execute: (planned, options) => source.execute(planned, options),
    health: (signal) => source.health(signal),
    close: () => source.close(),
  }
}

const planOf = (source: Source, relation: Relation): PlannedFragment => source.plan({ relation }, {})

async function harvest(source: Source): Promise<CatalogueEvent[]> {
  const events: CatalogueEvent[] = []
  for await (const event of source.harvest(undefined, new AbortController().signal)) events.push(catalogueEventSchema.parse(event))
  expect(events.at(-1)).toMatchObject({ kind: 'complete' })
  return events
}

function tablesOf(events: readonly CatalogueEvent[]): Map<string, TableDescription> {
  return new Map(
    events.flatMap((event) =>
      event.kind === 'dataset' ? event.dataset.tables.map((table) => [`${event.dataset.id}/${table.id}`, table] as const) : [],
    ),
  )
}

/** The id of a table by the name that it was given, which may stand behind that of its schema. */
function idOf(told: ReadonlyMap<string, TableDescription>, given: string): string {
  const [id] = [...told].find(([, { name }]) => name === given || name.endsWith(`.${given}`)) ?? []
  if (id === undefined) throw new Error(`the harvest tells of no table ${given}`)
  return id
}

/** Runs a scan as a hub does whose query reads just that. */
function execute(source: Source, planned: PlannedFragment, options: ScanOptions): Scan {
  return source.execute(planned, { ...options, audit: auditOf(planned.pushed) })
}

async function drain(source: Source, planned: PlannedFragment, options: ScanOptions): Promise<void> {
  const scan = execute(source, planned, options)
  scan.report.catch(() => undefined)
  for await (const part of scan.parts) await part.file.release()
  await scan.report
}

/** Every part of a scan, read by an engine as the hub reads it. */
async function read(bench: Bench, source: Source, planned: PlannedFragment, options: ScanOptions, summed?: string) {
  const scan = execute(source, planned, options)
  let [rows, sum, types] = [0, 0n, [] as string[]]
  const session = await bench.hub.connect()
  try {
    for await (const { file } of scan.parts) {
      expect((await readFile(file.path)).length).toBe(file.bytes)
      types = (await session.rows(`DESCRIBE SELECT * FROM read_parquet('${file.path}')`)).map((row) => String(row['column_type']))
      const [counted] = await session.rows(
        `SELECT count(*) AS rows, ${summed === undefined ? '0' : 'coalesce(sum(c0), 0)'}::HUGEINT AS sum FROM read_parquet('${file.path}')`,
      )
      rows += Number(counted?.['rows'])
      sum += BigInt(String(counted?.['sum']))
      await file.release()
    }
    return { rows, sum, types, report: await scan.report }
  } finally {
    await session.close()
  }
}

function engineType(type: string, scale: number | undefined): string {
  const plain: Record<string, string> = { STRING: 'VARCHAR', INT64: 'BIGINT', TIMESTAMPTZ: 'TIMESTAMP WITH TIME ZONE', GEOMETRY: 'VARCHAR' }
  return type === 'DECIMAL' ? `DECIMAL(38,${scale ?? 0})` : (plain[type] ?? type)
}

/** Neither the message nor what it came from holds a secret; the message holds no SQL and no path. */
function silent(failure: DialsError, { secrets }: Held): void {
  const all: string[] = []
  for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause) all.push(cause.message, cause.stack ?? '')
  for (const secret of secrets) expect(all.join('\n')).not.toContain(secret)
  expect(failure.message).not.toMatch(/SELECT |\/tmp\/|\/dev\/shm/)
}
