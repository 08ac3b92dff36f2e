import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import type { Part } from '../../src/connector/source.js'
import { folderOf } from './support/folder.js'
import { scanOf } from './support/source.js'
import { pushedWhole } from '../support/planned.js'
import { patienceMs } from '../support/patience.js'

const many = `v,w\n${Array.from({ length: 300_000 }, (_, at) => `${at},x${at % 7}`).join('\n')}\n`
const scan: Relation = {
  op: 'scan',
  table: 'many/many',
  columns: [
    { name: 'w', type: 'STRING' },
    { name: 'v', type: 'INT64' },
  ],
}
const below = (limit: number): Relation => ({
  op: 'filter',
  predicate: {
    kind: 'compare',
    comparison: 'lt',
    left: { kind: 'column', index: 1 },
    right: { kind: 'literal', shape: { type: 'INT64' }, value: String(limit) },
  },
  input: scan,
})
const options = { rowsMax: 1e6, bytesMax: 1e9 }

async function opened() {
  const folder = await folderOf({ 'many.csv': many, 'few.csv': 'v,w\n1,a\n2,b\n' })
  await folder.harvest()
  return folder
}

describe('a scan', () => {
  it('answers the wanted columns in the wanted order, with how many, as of when, and of which version', async () => {
    const { run } = await opened()
    const { rows, report } = await run(scan)
    expect(rows).toHaveLength(300_000)
    expect(rows).toContainEqual({ c0: 'x0', c1: 299_999n })
    expect(report).toEqual({
      rows: 300_000,
      truncated: false,
      version: expect.stringMatching(/^[\w-]{43}$/) as unknown,
      asOf: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
    })
  })

  it('runs filters, groups, order, limits and stacks itself, and says so', async () => {
    const { source, run } = await opened()
    const relation: Relation = {
      op: 'limit',
      count: 2,
      offset: 1,
      input: {
        op: 'sort',
        keys: [
          { column: 1, descending: true, nullsFirst: false },
          { column: 0, descending: false, nullsFirst: false },
        ],
        input: {
          op: 'aggregate',
          groups: [{ kind: 'column', index: 0 }],
          measures: [{ function: 'COUNT' }],
          input: {
            op: 'union',
            inputs: [
              below(20),
              {
                op: 'scan',
                table: 'few/few',
                columns: [
                  { name: 'w', type: 'STRING' },
                  { name: 'v', type: 'INT64' },
                ],
              },
            ],
          },
        },
      },
    }
    const planned = source.plan({ relation }, await source.capabilities([]))
    expect(planned).toMatchObject({ pushed: relation, pushedDown: ['PROJECT', 'FILTER', 'AGGREGATE', 'SORT', 'LIMIT'] })
    expect(source.native(planned.pushed)).toContain('"v" AS c1 FROM "many/many")')
    expect(source.native(planned.pushed)).not.toMatch(/\.parquet|\.duckdb|copy_/)
    expect((await run(relation)).rows).toEqual([
      { c0: 'x1', c1: 3n },
      { c0: 'x2', c1: 3n },
    ])
  })

  it('counts rows without any column', async () => {
    const { run } = await opened()
    expect(
      (
        await run({
          op: 'aggregate',
          groups: [],
          measures: [{ function: 'COUNT' }],
          input: { op: 'scan', table: 'many/many', columns: [] },
        })
      ).rows,
    ).toEqual([{ c0: 300_000n }])
  })

  it('keeps the order of a sort under a guard', async () => {
    const { run } = await opened()
    const sorted: Relation = { op: 'sort', keys: [{ column: 1, descending: true, nullsFirst: false }], input: below(200_000) }
    const { rows } = await run(sorted, { rowsMax: 250_000 })
    expect(rows.map(({ c1 }) => Number(c1))).toEqual(Array.from({ length: 200_000 }, (_, at) => 199_999 - at))
  })

  it.each<[string, Relation, object]>([
    ['rows, known beforehand', scan, { rowsMax: 299_999 }],
    ['rows, found on the way', below(200_000), { rowsMax: 199_999 }],
    ['bytes', scan, { bytesMax: 1000 }],
  ])('refuses an answer of too many %s', async (_, relation, limits) => {
    const { run, scratch } = await opened()
    await expect(run(relation, limits)).rejects.toMatchObject({ code: 'RESULT_TOO_LARGE' })
    expect(await readdir(scratch)).toEqual([])
  })

  it('answers just as many as it may', async () => {
    const { run } = await opened()
    expect((await run(below(200_000), { rowsMax: 200_000 })).rows).toHaveLength(200_000)
  })

  it.each<[string, Relation]>([
    ['a table that is not there', scanOf('gone/gone', [])],
    ['a column that is not there', { op: 'scan', table: 'few/few', columns: [{ name: 'x', type: 'STRING' }] }],
    ['a column of another case', { op: 'scan', table: 'few/few', columns: [{ name: 'V', type: 'INT64' }] }],
    ['a column of another type', { op: 'scan', table: 'few/few', columns: [{ name: 'v', type: 'STRING' }] }],
  ])('tells that the catalogue is out of date: %s', async (_, relation) => {
    const { run } = await opened()
    await expect(run(relation)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/[Hh]arvest/) as unknown,
    })
  })

  it('gives the same error by its parts and by its report', async () => {
    const { source } = await opened()
    const started = source.execute(pushedWhole(scan), {
      ...options,
      rowsMax: 1,
      signal: new AbortController().signal,
      deadline: Date.now() + patienceMs,
    })
    const parts = (async () => {
      for await (const _ of started.parts);
    })()
    const [left, right] = await Promise.allSettled([parts, started.report])
    expect(left).toEqual(right)
    expect(left).toMatchObject({ status: 'rejected', reason: { code: 'RESULT_TOO_LARGE' } })
  })

  it('leaves nothing behind when its reader stops early, and releases what was given', async () => {
    const { source, scratch } = await opened()
    const started = source.execute(pushedWhole(scan), {
      ...options,
      signal: new AbortController().signal,
      deadline: Date.now() + patienceMs,
    })
    let first: Part | undefined
    for await (const part of started.parts) {
      first = part
      break
    }
    await expect(started.report).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    // The part that was given is still its reader's.
    expect(await readdir(scratch)).toHaveLength(1)
    await first?.file.release()
    expect(await readdir(scratch)).toEqual([])
  })

  it('ends with its signal, and at its deadline', async () => {
    const { run } = await opened()
    await expect(run(scan, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' })
    await expect(run(scan, { deadline: Date.now() - 1000 })).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' })
  })
})
