import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer, LandedFile } from '../../src/connector/engine.js'
import type { Relation } from '../../src/connector/relation.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { type Bench, openBench } from '../support/query.js'

/**
 * As in production (bin/dials.js): the number of queries at once, and of threads in libuv's pool, of which each running statement occupies
 * one.
 */
const running = 16
const threads = 24

let bench: Bench
let engine: DuckDbEngine
let part: LandedFile
beforeAll(async () => {
  bench = await openBench()
  engine = await DuckDbEngine.open({ folders: [bench.folder], memoryMb: 1024, running })
  const session = await bench.engine.connect()
  const path = join(bench.folder, 'part.parquet')
  await session.run(`COPY (SELECT i AS c0, md5(CAST(i AS VARCHAR)) AS c1 FROM range(2000) t(i)) TO '${path}' (FORMAT parquet)`)
  await session.close()
  part = { path, bytes: 1, release: () => Promise.resolve() }
})
afterAll(async () => {
  await engine.close()
  await bench.close()
})

const relation: Relation = {
  op: 'scan',
  table: '#0',
  columns: [
    { name: 'c0', type: 'INT64' },
    { name: 'c1', type: 'STRING' },
  ],
}
const columns = [
  { name: 'n', shape: { type: 'INT64' } },
  { name: 'text', shape: { type: 'STRING' } },
] as const
const answer = (signal = new AbortController().signal): Promise<Answer> =>
  engine.answer(relation, new Map([['#0', [part]]]), { signal, columns, limit: 2000 })

describe('an answer', () => {
  it('holds a place in the queue only while its rows are written', async () => {
    const held = await Promise.all(Array.from({ length: 3 * running }, () => answer()))
    expect(engine.admission.load).toEqual({ running: 0, waiting: 0 })
    const blockers = await Promise.all(Array.from({ length: running }, () => engine.admission.enter()))
    let written = 0
    const texts = held.map((one) => one.json('rows', 'EXACT').finally(() => written++))
    expect(engine.admission.load).toEqual({ running, waiting: held.length })
    // A later query waits behind the answer that has to be written.
    const later = engine.admission.enter()
    blockers[0]?.()
    await Promise.race(texts)
    expect(written).toBeGreaterThan(0)
    for (const leave of blockers) leave()
    await Promise.all(texts)
    ;(await later)()
    await Promise.all(held.map((one) => one.release()))
    expect(engine.admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('leaves the line when its client disconnects while it waits to be written', async () => {
    const client = new AbortController()
    const held = await answer(client.signal)
    const blockers = await Promise.all(Array.from({ length: running }, () => engine.admission.enter()))
    const text = held.json('rows', 'EXACT')
    client.abort()
    await expect(text).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(engine.admission.load.waiting).toBe(0)
    for (const leave of blockers) leave()
    await held.release()
  })

  it('never occupies every thread: files can be read while more answers are written than there are threads', async () => {
    expect(process.env['UV_THREADPOOL_SIZE']).toBe(String(threads))
    const held = await Promise.all(Array.from({ length: 2 * threads }, () => answer()))
    let most = 0
    let left = held.length
    const texts = held.map(async (one) => {
      for (let round = 0; round < 3; round++) {
        await one.json('records', 'EXACT')
        most = Math.max(most, engine.admission.load.running)
      }
      left--
    })
    let read = 0
    while (left > 0) {
      await readFile(part.path)
      read++
    }
    await Promise.all(texts)
    await Promise.all(held.map((one) => one.release()))
    expect(most).toBeLessThanOrEqual(running)
    expect(read).toBeGreaterThan(0)
  })
})
