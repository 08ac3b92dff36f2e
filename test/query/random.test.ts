import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinTypes } from '../../src/connector/relation.js'
import type { QueryResult } from '../../src/query/7-result/query-result.js'
import { type QueryContext, runQuery } from '../../src/query/run.js'
import { type Bench, failureOf, openBench, textOf } from '../support/query.js'
import { drawQuery, drawRefused } from './support/arbitrary-query.js'
import { drawWorld } from './support/arbitrary-world.js'
import { checkAnswer, checkMatches, checkReports } from './support/check-answer.js'
import { type OracleAnswer, oracle } from './support/oracle.js'
import { withWorld } from './support/with-world.js'
import type { Query } from './support/world.js'
import { long, runsOf, seed } from '../support/long.js'

const runs = runsOf(200, 1000)
/** fast-check keeps everything that a generator has drawn for as long as the generator, 100 KB for each tree, so a run is split. */
const runsOfOne = 5000

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

type Form = 'rows' | 'records' | undefined

/** Reads a page in the form that was announced, or in every form. */
async function read(query: object, context: QueryContext, form: Form): Promise<{ result: QueryResult; rows: unknown[][] }> {
  const result = await runQuery(query, context, { format: form })
  try {
    if (form !== undefined) {
      const page = JSON.parse(await textOf(result, form, 'EXACT')) as (unknown[] | object)[]
      return { result, rows: page.map((row) => (Array.isArray(row) ? row : Object.values(row))) }
    }
    const rows = JSON.parse(await textOf(result, 'rows', 'EXACT')) as unknown[][]
    const doubles = JSON.parse(await textOf(result, 'rows', 'DOUBLE')) as unknown[][]
    const records = JSON.parse(await textOf(result, 'records', 'EXACT')) as object[]
    expect(records.map((record) => Object.values(record))).toEqual(rows)
    expect(records.every((record) => Object.keys(record).join('\0') === result.columns.map(({ name }) => name).join('\0'))).toBe(true)
    const exact = (index: number) => ['INT64', 'DECIMAL'].includes(result.columns[index]?.shape.type ?? '')
    expect(doubles).toEqual(rows.map((row) => row.map((cell, index) => (cell !== null && exact(index) ? Number(cell) : cell))))
    return { result, rows }
  } finally {
    await result.release()
  }
}

/** Every page of a query, one after the other, until the last. */
async function pages(query: Query, pageRows: number, context: QueryContext, form: Form): Promise<unknown[][]> {
  const all: unknown[][] = []
  for (let offset = 0; ; offset += pageRows) {
    const { result, rows } = await read({ ...query, limit: pageRows, offset }, context, form)
    all.push(...rows)
    if (!result.truncated) return all
  }
}

const everythingNotable = [
  ...[...joinTypes].flatMap((type) => [`${type} with partners`, `${type} without`, `${type} in part`]),
  ...['TEXT', 'UPRN', 'POSTCODE'].flatMap((as) => [`${as} with partners`, ...(as === 'TEXT' ? [] : [`${as} with damaged keys`])]),
  ...['paged', 'joined and paged', 'fan-out', 'join at a source', 'five joins or more', 'a source failed', 'refused'],
  ...['aggregated below a join', 'aggregated below a join, a stack'],
]

/** What a run shows that not every run does. */
function notable({ joins = [] }: Query, { matches, complete }: OracleAnswer, { sources }: QueryResult): string[] {
  const ofJoins = matches.flatMap(({ leftMatched, leftRows, leftDamagedKeys, largestFanOut }, index) => {
    const { type = 'INNER', on = [] } = joins[index] ?? {}
    if (typeof leftMatched !== 'number' || typeof leftRows !== 'number') return []
    const part = leftMatched > 0 && leftMatched < leftRows ? [`${type} in part`] : []
    const things = on.flatMap(({ normalise }) => (normalise === undefined || normalise === 'EXACT' ? [] : [normalise]))
    const ofThings = things.flatMap((as) => [
      ...(leftMatched > 0 ? [`${as} with partners`] : []),
      ...(things.length === 1 && Number(leftDamagedKeys) > 0 ? [`${as} with damaged keys`] : []),
    ])
    const fanOut = Number(largestFanOut) > 1 ? ['fan-out'] : []
    return [`${type} ${leftMatched > 0 ? 'with partners' : 'without'}`, ...part, ...ofThings, ...fanOut]
  })
  // All joins are below the groups, so a source that aggregates and does not join aggregates below a join.
  const below = joins.length === 0 ? [] : sources.filter(({ pushedDown: took }) => took.includes('AGGREGATE') && !took.includes('JOIN'))
  return [
    ...ofJoins,
    ...(below.length > 0 ? ['aggregated below a join'] : []),
    ...(below.length > 1 ? ['aggregated below a join, a stack'] : []),
    ...(joins.length > 4 ? ['five joins or more'] : []),
    ...(complete ? [] : ['a source failed']),
    ...(sources.some(({ pushedDown }) => pushedDown.includes('JOIN')) ? ['join at a source'] : []),
  ]
}

describe('any query over any sources', () => {
  it(`answers as plain loops do (${runs} runs)`, { tags: [long] }, async () => {
    const seen = new Map<string, number>()
    const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1)
    const property = () =>
      fc.asyncProperty(fc.gen(), async (g) => {
        const draw = <T>(of: fc.Arbitrary<T>) => g(() => of)
        const world = drawWorld(draw)
        const query = drawQuery(draw, world)
        const times = draw(fc.constantFrom(query.joins?.length === 1 ? 500 : 5, undefined))
        const form = draw(fc.constantFrom('rows', 'records', undefined))
        try {
          await withWorld(bench, world, times, async (context) => {
            const whole = oracle(query, world.tables, world.failed)
            const { result, rows } = await read(query, context, form)
            checkAnswer(query, whole, result, rows)
            checkReports(world, whole, result)
            checkMatches(whole, result)
            for (const what of notable(query, whole, result)) note(what)
            const refused = draw(fc.integer({ min: 0, max: 3 })) === 0 ? drawRefused(draw, world) : undefined
            if (refused !== undefined) {
              const error = await failureOf(() => runQuery(refused.query, context))
              expect({ code: error.code, path: error.inputPath?.slice(0, 4) }).toEqual({ code: 'TYPE_MISMATCH', path: refused.path })
              note('refused')
            }
            const total = whole.rows.length
            if (whole.complete && total > 1 && total < 30 && draw(fc.integer({ min: 0, max: 3 })) === 0) {
              const all = { ...query, limit: 100, offset: 0 }
              const together = await pages(query, draw(fc.integer({ min: 1, max: 7 })), context, form)
              checkAnswer(all, whole, { columns: undefined, complete: true, truncated: false, rowCount: together.length }, together)
              note(query.joins === undefined ? 'paged' : 'joined and paged')
            }
          })
        } catch (thrown) {
          const text = (value: unknown) =>
            JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item instanceof Set ? [...item] : item))
          throw new Error(`${String(thrown)}\nquery ${text(query)}\nworld ${text(world)}`, { cause: thrown })
        }
      })
    for (let done = 0; done < runs; done += runsOfOne) {
      await fc.assert(property(), {
        numRuns: Math.min(runsOfOne, runs - done),
        ...(seed.seed === undefined ? {} : { seed: seed.seed + done }),
        endOnFailure: process.env['SHRINK'] === undefined,
      })
    }
    expect(seen.get('paged')).toBeGreaterThan(0)
    // Of fewer runs it may be that none has a rare join.
    if (runs >= 1000) expect(new Set(seen.keys())).toEqual(new Set(everythingNotable))
    expect(await readdir(bench.folder)).toEqual([])
    expect(bench.hub.admission.load).toEqual({ running: 0, waiting: 0 })
    expect(bench.engine.admission.load).toEqual({ running: 0, waiting: 0 })
  })
})
