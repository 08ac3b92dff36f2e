import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import { DialsError, type ErrorCode } from '../../src/errors.js'
import { explainQuery, type QueryContext, runQuery } from '../../src/query/run.js'
import { long, runsOf } from '../support/long.js'
import { patienceMs } from '../support/patience.js'
import { type Bench, contextOf, failureOf, openBench, tableOf, textOf } from '../support/query.js'
import { drawAtLimits } from './support/arbitrary-limits.js'
import { openTableSource } from './support/table-source.js'
import type { WorldTable } from './support/world.js'

const runs = runsOf(15, 30)

/** What a query within the limits of its parts may be refused with. */
const refusals: readonly ErrorCode[] = ['QUERY_TOO_COMPLEX', 'BAD_USER_INPUT', 'TYPE_MISMATCH', 'RESULT_TOO_LARGE', 'SOURCE_TIMEOUT']

/** 500 columns of text and 500 of numbers, at a source that does everything; a few of them at a source that does nothing. */
const wide = table('full/wide/wide', 500)
const tables = [wide, table('none/few/few', 20), ...Array.from({ length: 40 }, (_, at) => table(`full/t${at}/t${at}`, 10))]

function table(id: string, each: number): WorldTable {
  const columns = Array.from({ length: each }, (_, at) => [
    { name: `n${at}`, type: 'INT64' as const },
    { name: `t${at}`, type: 'STRING' as const },
  ]).flat()
  const rows = Array.from({ length: 5 }, (_, row) => columns.map(({ type }) => (type === 'INT64' ? BigInt(row) : `text ${row}`)))
  return { id, spokeId: id.split('/')[0] as string, columns, rows }
}

let bench: Bench
let context: QueryContext
let filesBefore: readonly string[]
const closing: (() => Promise<void>)[] = []
beforeAll(async () => {
  bench = await openBench()
  const sources = await Promise.all(
    (['full', 'none'] as const).map(async (spokeId) => {
      const own = tables.filter((each) => each.spokeId === spokeId)
      const source = await openTableSource(bench.engine, bench.folder, own, spokeId === 'full' ? everything : {})
      closing.push(() => source.close())
      return [spokeId, source] as const
    }),
  )
  context = contextOf(
    bench.hub,
    tables.map(({ id, columns, rows }) => tableOf(id, columns, { rowCount: rows.length })),
    Object.fromEntries(sources),
  )
  filesBefore = await readdir(bench.folder)
})
afterAll(async () => {
  for (const close of closing) await close()
  await bench.close()
})

/** Runs and explains a query. Returns the code that it is refused with. */
async function ask(input: object): Promise<ErrorCode | undefined> {
  try {
    await explainQuery(input, context)
    const result = await runQuery(input, context)
    try {
      JSON.parse(await textOf(result, 'rows'))
      JSON.parse(await textOf(result, 'records'))
    } finally {
      await result.release()
    }
    return undefined
  } catch (thrown) {
    if (!(thrown instanceof DialsError) || !refusals.includes(thrown.code)) throw thrown
    return thrown.code
  }
}

describe('a query at the limits of its parts', () => {
  it(`is answered, or refused with the reason (${runs} runs)`, { tags: [long] }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (g) => {
        await ask(drawAtLimits((of) => g(() => of), tables))
        // Nobody waits for a source that does not end at its deadline: it removes its parts afterwards.
        await vi.waitFor(async () => expect(await readdir(bench.folder)).toEqual(filesBefore), { timeout: patienceMs })
      }),
      { numRuns: runs, endOnFailure: true },
    )
  })

  const values = Array.from({ length: 10_000 }, (_, at) => at)
  const lists = (count: number) => ({ or: Array.from({ length: count }, (_, at) => ({ column: `n${at % 10}`, in: values })) })
  const same = (count: number) => ({ union: Array.from({ length: count }, () => wide.id) })

  it('explains no table 500 times under 10 lists of 10,000 values', async () => {
    const input = { from: same(500), where: lists(10), measures: [{ function: 'COUNT' }] }
    const error = await failureOf(() => explainQuery(input, context))
    expect(error).toMatchObject({ code: 'QUERY_TOO_COMPLEX', transaction: undefined })
    expect(error.message).toContain('500 tables')
    expect(error.message).toContain('50,052,500 steps')
  })

  it('reads no 80 lists of 10,000 values', async () => {
    const error = await failureOf(() => explainQuery({ from: same(500), where: lists(80), measures: [{ function: 'COUNT' }] }, context))
    expect(error).toMatchObject({ code: 'QUERY_TOO_COMPLEX', inputPath: ['where'] })
    expect(error.message).toContain('800,000')
  })

  it('answers 33 tables under a list of 10,000 values', async () => {
    const union = tables.slice(2, 35).map(({ id }) => id)
    expect(await ask({ from: { union }, where: lists(1), measures: [{ function: 'COUNT' }] })).toBeUndefined()
  })

  it('answers 1,000 outputs of text, of which only the rows are counted', async () => {
    const select = Array.from({ length: 1000 }, (_, at) => ({ column: `t${at % 500}`, as: `o${at}` }))
    const result = await runQuery({ from: { table: wide.id }, select }, context)
    expect(result.rowCount).toBe(5)
    await result.release()
  })
})
