import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { EngineSession, LandedFile } from '../../src/connector/engine.js'
import type { Relation } from '../../src/connector/relation.js'
import { partsOf } from '../../src/engine/parts/write-parts.js'
import { SourceTimeout } from '../../src/errors.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

const rowsPerPart = 122_880
const wide = (rows: number) => `SELECT i AS c0, md5(CAST(i AS VARCHAR)) AS c1 FROM range(${rows}) t(i)`
const options = (bytesMax = 1e9) => ({ folder: bench.folder, bytesMax })

let bench: Bench
let session: EngineSession
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())
beforeEach(async () => {
  session = await bench.engine.connect()
})
afterEach(async () => {
  await session.close()
  expect(await readdir(bench.folder)).toEqual([])
})

/** Collects all parts without releasing them, and the returned number of rows. */
async function gather(parts: ReturnType<EngineSession['parts']>): Promise<{ files: LandedFile[]; rows: number }> {
  const files: LandedFile[] = []
  for (;;) {
    const next = await parts.next()
    if (next.done === true) return { files, rows: next.value.rows }
    files.push(next.value)
  }
}

const list = (files: readonly LandedFile[]) => `read_parquet([${files.map(({ path }) => `'${path}'`).join(', ')}])`
const release = (files: readonly LandedFile[]) => Promise.all(files.map((file) => file.release()))

describe('parts', () => {
  it('are several complete files that hold every row once', async () => {
    const { files, rows } = await gather(session.parts(wide(600_000), options()))
    expect(rows).toBe(600_000)
    expect(files.length).toBeGreaterThan(1)
    expect(await session.rows(`SELECT count(*) AS n, sum(c0) AS total, count(DISTINCT c1) AS texts FROM ${list(files)}`)).toEqual([
      { n: 600_000n, total: 179_999_700_000n, texts: 600_000n },
    ])
    await release(files)
  })

  it('keep the order of a sort and of a limit', async () => {
    await session.run(`CREATE TEMP TABLE t AS ${wide(300_000)}`)
    const from = () => '(SELECT c0, c1 FROM t) AS t'
    const scan: Relation = {
      op: 'scan',
      table: 't',
      columns: [
        { name: 'a', type: 'INT64' },
        { name: 'b', type: 'STRING' },
      ],
    }
    const sorted: Relation = { op: 'sort', keys: [{ column: 1, descending: false, nullsFirst: false }], input: scan }
    for (const relation of [sorted, { op: 'limit', count: 200_000, offset: 0, input: sorted } as const]) {
      const { files } = await gather(session.parts(bench.engine.compile(relation, from), options()))
      expect(files.length).toBeGreaterThan(1)
      await session.run(`CREATE OR REPLACE TEMP TABLE landed AS SELECT * FROM ${list(files)}`)
      expect(
        await session.rows('SELECT count(*) AS n FROM (SELECT c1 < lag(c1) OVER (ORDER BY rowid) AS wrong FROM landed) WHERE wrong'),
      ).toEqual([{ n: 0n }])
      await release(files)
    }
  })

  it('are one empty file with all columns where there are no rows', async () => {
    const { files, rows } = await gather(session.parts(wide(0), options()))
    expect([files.length, rows]).toEqual([1, 0])
    expect(await session.rows(`SELECT count(c1) AS n FROM ${list(files)}`)).toEqual([{ n: 0n }])
    await release(files)
  })

  it('are deleted once, on release, and their folder with the last', async () => {
    const { files } = await gather(session.parts(wide(rowsPerPart * 3), options()))
    const [first, ...others] = files
    await first?.release()
    await first?.release()
    expect(await session.rows(`SELECT count(*) > 0 AS there FROM ${list(others)}`)).toEqual([{ there: true }])
    await release(others)
    expect(await readdir(bench.folder)).toEqual([])
  })

  it('are not treated as complete where data looks like the end of a file', async () => {
    const sql = `SELECT i AS c0, repeat('PAR1', 200) || CAST(hash(i) AS VARCHAR) AS c1 FROM range(400000) t(i)`
    let rows = 0
    for await (const file of session.parts(sql, options())) {
      const other = await bench.engine.connect()
      rows += Number((await other.rows(`SELECT count(c1) AS n FROM ${list([file])}`))[0]?.['n'])
      await other.close()
      await file.release()
    }
    expect(rows).toBe(400_000)
  })

  it('end with RESULT_TOO_LARGE beyond the limit of bytes', async () => {
    const kept: LandedFile[] = []
    const failure = await failureOf(async () => {
      for await (const file of session.parts(wide(5_000_000), options(5_000_000))) kept.push(file)
    })
    expect(failure).toMatchObject({ code: 'RESULT_TOO_LARGE' })
    await release(kept)
  })

  it('end beyond the limit of bytes although nobody reads them', async () => {
    const folder = join(bench.folder, 'copy')
    const whole = Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(4), Buffer.from('PAR1')])
    let read = (): void => undefined
    const firstRead = new Promise<void>((resolve) => {
      read = resolve
    })
    let interrupt = (): void => undefined
    const interrupted = new Promise<void>((resolve) => {
      interrupt = resolve
    })
    const run = async () => {
      await writeFile(join(folder, 'data_0.parquet'), whole)
      await firstRead
      await writeFile(join(folder, 'data_1.parquet'), Buffer.alloc(1000))
      await interrupted
      throw new SourceTimeout('interrupted')
    }
    const parts = partsOf({ compression: 'snappy', sql: '', run, interrupt }, folder, 500)
    const first = await parts.next()
    read()
    // Nobody asks for the next part, and the COPY must end all the same.
    await interrupted
    await (first.value as LandedFile).release()
    expect(await failureOf(() => parts.next())).toMatchObject({ code: 'RESULT_TOO_LARGE' })
  })

  it('end when the reader stops, in the middle or after the last part was written', async () => {
    for (const rows of [1_000_000_000, 500_000]) {
      const parts = session.parts(`SELECT i AS c0, uuid() AS c1 FROM range(${rows}) t(i)`, options())
      for await (const file of parts) {
        // Both statements use one connection, so the second begins only when the COPY has ended.
        if (rows < 1_000_000) await session.rows('SELECT 1')
        await file.release()
        break
      }
      expect(await readdir(bench.folder)).toEqual([])
      expect(await session.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
    }
  })

  it('stay with the reader that received them, although the COPY fails', async () => {
    const sql = `SELECT i AS c0, CASE WHEN i = 2900000 THEN error('Could not convert') ELSE uuid() END AS c1 FROM range(3000000) t(i)`
    const kept: LandedFile[] = []
    expect(
      await failureOf(async () => {
        for await (const file of session.parts(sql, options())) kept.push(file)
      }),
    ).toMatchObject({ code: 'TYPE_MISMATCH' })
    for (const file of kept) expect(await session.rows(`SELECT count(*) > 0 AS there FROM ${list([file])}`)).toEqual([{ there: true }])
    await release(kept)
  })

  it('end when the signal ends', async () => {
    const ends = new AbortController()
    const other = await bench.engine.connect(ends.signal)
    const failure = failureOf(async () => {
      for await (const file of other.parts('SELECT i AS c0, uuid() AS c1 FROM range(1000000000) t(i)', options())) {
        await file.release()
        ends.abort()
      }
    })
    expect(await failure).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    await other.close()
  })

  it('fail before the first part where the query fails', async () => {
    expect(
      await failureOf(async () => {
        for await (const file of session.parts("SELECT CAST('x' AS BIGINT) AS c0", options())) await file.release()
      }),
    ).toMatchObject({ code: 'TYPE_MISMATCH' })
  })
})
