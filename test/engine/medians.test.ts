import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LandedFile, LandedParts } from '../../src/connector/engine.js'
import type { Expression, Relation } from '../../src/connector/relation.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

const rows = 100_000
const column: Expression = { kind: 'column', index: 0 }

let bench: Bench
let engine: DuckDbEngine
let parts: LandedParts
beforeAll(async () => {
  bench = await openBench()
  engine = await DuckDbEngine.open({ folders: [bench.folder], memoryMb: 64 })
  const session = await bench.engine.connect()
  const path = join(bench.folder, 'part.parquet')
  await session.run(`COPY (SELECT i AS c0, i + 1 AS c1 FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet)`)
  await session.close()
  const part: LandedFile = { path, bytes: 1, release: () => Promise.resolve() }
  parts = new Map([['#0', [part]]])
})
afterAll(async () => {
  await engine.close()
  await bench.close()
})

/** Medians of one column, each read as another number of digits, so that no two are the same. */
function medians(count: number, sameColumn = false): Relation {
  const input = { op: 'scan' as const, table: '#0', columns: [{ name: 'c0', type: 'INT64' as const }] }
  const inputs = Array.from({ length: count }, (_, at): Expression => {
    return sameColumn ? column : { kind: 'cast', input: column, to: { type: 'DECIMAL', scale: at % 15 } }
  })
  return { op: 'aggregate', groups: [], measures: inputs.map((of) => ({ function: 'MEDIAN', input: of })), input }
}

async function firstCell(relation: Relation): Promise<unknown> {
  const columns = shapesOf(relation).map((shape, at) => ({ name: `m${at}`, shape }))
  const answer = await engine.answer(relation, parts, { signal: new AbortController().signal, columns, limit: 10 })
  const text = Buffer.concat(await answer.json('rows', 'EXACT')).toString()
  await answer.release()
  return (JSON.parse(text) as unknown[][])[0]?.[0]
}

describe('medians, whose values the engine keeps beyond its limit', () => {
  it('are answered where their values fit, one after the other if need be', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => firstCell(medians(10))))
    expect(answers.map(Number)).toEqual(Array.from({ length: 6 }, () => (rows - 1) / 2))
  })

  it('are one where they are equal', async () => {
    expect(Number(await firstCell(medians(100, true)))).toBe((rows - 1) / 2)
  })

  it('are refused before they are computed where their values do not fit', async () => {
    const union: Relation = medians(15)
    if (union.op !== 'aggregate') throw new Error('no aggregate')
    const wide: Relation = { ...union, input: { op: 'union', inputs: [union.input, union.input] } }
    const failure = await failureOf(() => firstCell(wide))
    expect(failure).toMatchObject({ code: 'RESULT_TOO_LARGE' })
    expect(failure.message).toBe(
      'The medians of this query would hold 60 MB of values, and may hold 32 MB. Filter more, or ask for less at once.',
    )
  })
})
