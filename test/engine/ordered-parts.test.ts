import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LandedFile } from '../../src/connector/engine.js'
import type { TableScan } from '../../src/connector/relation.js'
import { type Bench, openBench } from '../support/query.js'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const rows = 500_000

/** The first column of all parts, one after the other. Releases them. */
async function read(files: readonly LandedFile[]): Promise<number[]> {
  const session = await bench.engine.connect()
  try {
    const values: number[] = []
    for (const file of files) {
      for (const { c0 } of await session.rows(`SELECT c0 FROM read_parquet('${file.path}')`)) values.push(Number(c0))
      await file.release()
    }
    return values
  } finally {
    await session.close()
  }
}

// Without the order, one run in ten has its parts in another.
test('parts of sorted rows, and parts that are combined in order, never change places, many times over', async () => {
  const sorted = Array.from({ length: rows }, (_, at) => rows - 1 - at)
  for (let time = 0; time < 8; time++) {
    const session = await bench.engine.connect()
    const parts: LandedFile[] = []
    const sql = `SELECT range AS c0, md5(CAST(range AS VARCHAR)) AS c1 FROM range(${rows}) ORDER BY range DESC`
    for await (const file of session.parts(sql, { folder: bench.folder, bytesMax: 1e9, ordered: true })) parts.push(file)
    await session.close()
    const scan: TableScan = { op: 'scan', table: '#0', columns: [{ name: 'c0', type: 'INT64' }] }
    const combined: LandedFile[] = []
    const options = { folder: bench.folder, bytesMax: 1e9, signal: AbortSignal.timeout(60_000), ordered: true }
    for await (const file of bench.engine.combine(scan, new Map([['#0', parts]]), options)) combined.push(file)
    expect(await read(combined)).toEqual(sorted)
    expect(await read(parts)).toEqual(sorted)
  }
  expect(await readdir(bench.folder)).toEqual([])
})
