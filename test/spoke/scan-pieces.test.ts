import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Capabilities, everything } from '../../src/connector/capabilities.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { LandedFile } from '../../src/connector/engine.js'
import type { Relation } from '../../src/connector/relation.js'
import type { Source } from '../../src/connector/source.js'
import { anonymous } from '../../src/identity/viewer.js'
import { Holdings } from '../../src/spoke/holdings.js'
import { scan } from '../../src/spoke/scan.js'
import { failing, scanOf } from '../query/support/fault.js'
import { openTableSource } from '../query/support/table-source.js'
import { type Bench, failureOf, openBench } from '../support/query.js'
import { patienceMs } from '../support/patience.js'
import { complete, dataset } from '../support/fake-source.js'
import { quietLog } from '../support/spoke.js'
import { noAgreements } from './support/policy.js'

const columns = [{ name: 'n', type: 'INT64' }] as const
const { union: _, ...withoutUnion } = everything

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

/** The spoke's answer over sources of these tables, each with three rows. */
async function answer(
  sources: { tables: string[]; capabilities: Capabilities }[],
  relation: Relation,
  given: Partial<Source> | ((source: Source) => Partial<Source>) = {},
) {
  const opened = await Promise.all(sources.map(({ tables, capabilities }) => opens(tables, capabilities)))
  const context = {
    spokeId: 'camden',
    holdings: new Holdings(
      opened.map((one) => ({ ...one, ...(typeof given === 'function' ? given(one) : given) })),
      { organisation: undefined, readsPersonal: false },
      quietLog,
    ),
    agreements: noAgreements,
    engine: bench.engine,
    scratchFolder: bench.folder,
  }
  const limits = { signal: AbortSignal.timeout(patienceMs), rowsMax: 1000, bytesMax: 1e8, deadline: Date.now() + patienceMs }
  const parts = scan(relation, anonymous, undefined, context, limits)
  const files: LandedFile[] = []
  try {
    for (let next = await parts.next(); next.done !== true; next = await parts.next()) files.push(next.value)
    const session = await bench.hub.connect()
    try {
      const rows = await session.rows(`SELECT c0 FROM read_parquet([${files.map(({ path }) => `'${path}'`).join(', ')}]) ORDER BY 1`)
      return rows.map(({ c0 }) => Number(c0))
    } finally {
      await session.close()
    }
  } finally {
    await Promise.all(files.map((file) => file.release()))
    await Promise.all(opened.map((source) => source.close()))
  }
}

async function opens(tables: string[], capabilities: Capabilities): Promise<Source> {
  const rows = (table: string): bigint[][] => [0n, 1n, 2n].map((n) => [n + 10n * BigInt(table.slice(1))])
  const held = tables.map((table) => ({ id: `camden/${table}/${table}`, spokeId: 'camden', columns, rows: rows(table) }))
  const source = await openTableSource(bench.engine, bench.folder, held, capabilities)
  return { ...source, harvest: () => harvest(tables) }
}

async function* harvest(tables: string[]): AsyncGenerator<CatalogueEvent> {
  for (const table of tables) {
    const { dataset: description } = dataset(table) as Extract<CatalogueEvent, { kind: 'dataset' }>
    const [own] = description.tables
    yield {
      kind: 'dataset',
      dataset: {
        ...description,
        tables: [
          {
            ...(own as (typeof description.tables)[number]),
            columns: [{ ...columns[0], title: 'n', nullable: true, sensitivity: 'NONE' }],
          },
        ],
      },
    }
  }
  yield complete() as CatalogueEvent
}

const read = (table: string): Relation => ({ op: 'scan', table: `${table}/${table}`, columns: [{ name: 'n', type: 'INT64' }] })
const counted = (input: Relation): Relation => ({ op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input })
const above = (value: string, input: Relation): Relation => ({
  op: 'filter',
  predicate: {
    kind: 'compare',
    comparison: 'gt',
    left: { kind: 'column', index: 0 },
    right: { kind: 'literal', shape: { type: 'INT64' }, value },
  },
  input,
})

describe('a spoke asked for a union', () => {
  it('asks a source that cannot union for each table alone', async () => {
    const union: Relation = { op: 'union', inputs: [read('t1'), read('t2')] }
    for (const capabilities of [withoutUnion, {}, everything]) {
      expect(await answer([{ tables: ['t1', 't2'], capabilities }], union)).toEqual([10, 11, 12, 20, 21, 22])
      expect(await answer([{ tables: ['t1', 't2'], capabilities }], counted(union))).toEqual([6])
    }
  })

  it('asks each of two sources for its own tables, and runs what spans them', async () => {
    const union: Relation = { op: 'union', inputs: [above('10', read('t1')), above('21', read('t2')), read('t3')] }
    const sources = [
      { tables: ['t1', 't3'], capabilities: withoutUnion },
      { tables: ['t2'], capabilities: {} },
    ]
    expect(await answer(sources, union)).toEqual([11, 12, 22, 30, 31, 32])
    expect(await answer(sources, counted(above('12', union)))).toEqual([4])
  })

  it('fails with the error of the source that failed, of which a client learns nothing that is private', async () => {
    const union: Relation = { op: 'union', inputs: [read('t1'), read('t2')] }
    const failing: Partial<Source> = {
      execute: () => {
        throw new Error('a disk is on fire')
      },
    }
    const failure = await failureOf(() => answer([{ tables: ['t1', 't2'], capabilities: {} }], union, failing))
    expect(failure).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', cause: { message: 'a disk is on fire' } })
    expect(failure.message).not.toContain('disk')
    expect(await readdir(bench.folder)).toEqual([])
  })

  it('asks a source that could not be reached once more', async () => {
    const union: Relation = { op: 'union', inputs: [read('t1'), read('t2')] }
    let asked = 0
    const flaky = (source: Source): Partial<Source> => ({
      execute: (planned, options) => (++asked === 1 ? scanOf(failing()) : source.execute(planned, options)),
    })
    expect(await answer([{ tables: ['t1', 't2'], capabilities: {} }], union, flaky)).toEqual([10, 11, 12, 20, 21, 22])
    expect(asked).toBe(3)
  })
})
