import { setMaxListeners } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { engineError } from '../../src/engine/engine-error.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
})
afterAll(() => bench.close())

const endless = 'SELECT sum(sqrt(i)) FROM range(1000000000000) t(i)'

async function withSession<T>(
  engine: DuckDbEngine,
  work: (session: Awaited<ReturnType<DuckDbEngine['connect']>>) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const session = await engine.connect(signal)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

describe('the locked engine', () => {
  it.each([
    ['reads a file of the machine', "SELECT * FROM read_text('/etc/hostname')"],
    ['reads a file by way of its own folder', "SELECT * FROM read_text('FOLDER/../../etc/hostname')"],
    ['reads a folder whose name begins like its own', "SELECT * FROM read_text('FOLDERx/secret')"],
    ['lists the machine', "SELECT * FROM glob('/etc/*')"],
    ['writes to the machine', "COPY (SELECT 1) TO '/tmp/seven-dials-must-not-be'"],
    ['opens a database', "ATTACH '/tmp/seven-dials-must-not-be.db'"],
    ['reads the environment', "SELECT getenv('HOME')"],
    ['loads an extension', 'LOAD httpfs'],
    ['installs an extension', 'INSTALL httpfs'],
    ['reads over HTTP', "SELECT * FROM read_csv('https://example.org/x.csv')"],
    ['changes a setting', "SET memory_limit = '100GB'"],
    ['changes a setting for all', "SET GLOBAL temp_directory = '/tmp'"],
    ['takes a setting back', 'RESET memory_limit'],
    ['opens itself again', 'SET enable_external_access = true'],
    ['lets more folders in', "SET allowed_directories = ['/']"],
    ['unlocks itself', 'SET lock_configuration = false'],
    ['changes a setting by pragma', "PRAGMA memory_limit = '100GB'"],
    ['spills to a disk', "PRAGMA temp_directory = '/tmp'"],
  ])('refuses a query that %s', async (_, sql) => {
    await mkdir(`${bench.folder}x`, { recursive: true })
    await writeFile(`${bench.folder}x/secret`, 'secret')
    const error = await withSession(bench.engine, (session) => failureOf(() => session.run(sql.replace('FOLDER', bench.folder))))
    await rm(`${bench.folder}x`, { recursive: true })
    expect(error.code).toBe('INTERNAL_SERVER_ERROR')
    expect(error.message).not.toMatch(/\/|seven-dials|SELECT/)
  })

  it('reads and writes its own folder', async () => {
    const file = join(bench.folder, "it's.parquet")
    const read = `SELECT count(*) AS n FROM read_parquet('${file.replaceAll("'", "''")}')`
    await withSession(bench.engine, async (session) => {
      await session.run(`COPY (SELECT 1 AS c0) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`)
      expect(await session.rows(read)).toEqual([{ n: 1n }])
    })
  })

  it('uses UTC on every connection', async () => {
    expect(
      await withSession(bench.engine, (session) => session.rows("SELECT CAST(TIMESTAMPTZ '2026-07-01T12:00:00+01:00' AS VARCHAR) AS t")),
    ).toEqual([{ t: '2026-07-01 11:00:00+00' }])
  })
})

describe('limits', () => {
  it('uses the configured number of threads', async () => {
    const one = await DuckDbEngine.open({ folders: [], memoryMb: 64, threads: 1 })
    try {
      expect(await withSession(one, (session) => session.rows("SELECT current_setting('threads') AS threads"))).toEqual([{ threads: 1n }])
    } finally {
      await one.close()
    }
  })

  it('fails with RESULT_TOO_LARGE when memory runs out, and goes on working', async () => {
    const small = await DuckDbEngine.open({ folders: [], memoryMb: 64 })
    try {
      const sql = 'CREATE TEMP TABLE t AS SELECT md5(CAST(i AS VARCHAR)) AS a, i FROM range(20000000) t(i) ORDER BY a'
      expect(await withSession(small, (session) => failureOf(() => session.run(sql)))).toMatchObject({ code: 'RESULT_TOO_LARGE' })
      expect(await withSession(small, (session) => session.rows('SELECT 1 AS one'))).toEqual([{ one: 1 }])
    } finally {
      await small.close()
    }
  })

  it('spills to its own folder where it has one, only while the query runs', async () => {
    const spillFolder = join(bench.folder, 'spilt')
    await mkdir(spillFolder)
    const small = await DuckDbEngine.open({ folders: [], memoryMb: 128, spillFolder })
    try {
      const rows = 3_000_000
      const most = { bytes: 0 }
      await withSession(small, async (session) => {
        const watch = setInterval(() => {
          for (const file of readdirSync(spillFolder))
            most.bytes = Math.max(most.bytes, statSync(join(spillFolder, file), { throwIfNoEntry: false })?.size ?? 0)
        }, 5)
        expect(await session.table('t', `SELECT md5(CAST(i AS VARCHAR)) AS a, i FROM range(${rows}) t(i) ORDER BY a`)).toBe(rows)
        clearInterval(watch)
        expect(await session.rows("SELECT count(*) AS n FROM t WHERE a < 'f'")).toHaveLength(1)
      })
      expect(most.bytes).toBeGreaterThan(1e6)
    } finally {
      await small.close()
    }
    expect(readdirSync(spillFolder)).toEqual([])
  })

  it('gives places back when sessions close, whether they succeeded or failed', async () => {
    const one = await DuckDbEngine.open({ folders: [], memoryMb: 64, running: 1, waiting: 1 })
    const first = await one.connect()
    const second = one.connect()
    expect(await failureOf(() => one.connect())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    await failureOf(() => first.run('nonsense'))
    await Promise.all([first.close(), first.close()])
    await (await second).close()
    expect(one.admission.load).toEqual({ running: 0, waiting: 0 })
    await one.close()
  })

  it('lets a session give its place back and still read its result', async () => {
    const one = await DuckDbEngine.open({ folders: [], memoryMb: 64, running: 1, waiting: 1 })
    const first = await one.connect()
    await first.run('CREATE TEMP TABLE result AS SELECT 1 AS c0')
    first.rest()
    const second = await one.connect()
    expect(await first.rows('SELECT c0 FROM result')).toEqual([{ c0: 1 }])
    await first.close()
    expect(one.admission.load).toEqual({ running: 1, waiting: 0 })
    await second.close()
    expect(one.admission.load).toEqual({ running: 0, waiting: 0 })
    await one.close()
  })
})

describe('interruption', () => {
  it('ends the running statement when the signal ends; another session goes on', async () => {
    const ends = new AbortController()
    const ending = withSession(bench.engine, (session) => failureOf(() => session.run(endless)), ends.signal)
    const other = await bench.engine.connect()
    ends.abort()
    expect(await ending).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(await other.rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await other.close()
  })

  it('is not lost before the query has begun', async () => {
    // More queries than libuv has threads, so the later ones begin only when an earlier one ends.
    const crowd = await DuckDbEngine.open({ folders: [], memoryMb: 256, running: 100 })
    const ends = new AbortController()
    setMaxListeners(0, ends.signal)
    const sessions = await Promise.all(Array.from({ length: 70 }, () => crowd.connect(ends.signal)))
    const all = sessions.map((session) => failureOf(() => session.run(endless)))
    ends.abort()
    expect((await Promise.all(all)).map(({ code }) => code)).toEqual(Array(70).fill('SOURCE_TIMEOUT'))
    await Promise.all(sessions.map((session) => session.close()))
    await crowd.close()
  })

  it('refuses statements after the signal ended, or after close', async () => {
    const ends = new AbortController()
    const session = await bench.engine.connect(ends.signal)
    ends.abort()
    expect(await failureOf(() => session.run('SELECT 1'))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    await session.close()
    const closed = await bench.engine.connect()
    await closed.close()
    expect(await failureOf(() => closed.run('SELECT 1'))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
  })

  it('ends the running statement when its session closes', async () => {
    const session = await bench.engine.connect()
    const running = failureOf(() => session.run(endless))
    await session.close()
    expect(await running).toMatchObject({ code: 'SOURCE_TIMEOUT' })
  })
})

describe('errors', () => {
  it('are RESULT_TOO_LARGE when the folder of parts is full, and name no folder', () => {
    const error = engineError(new Error('IO Error: Could not write file "/dev/shm/seven-dials-7/data_0.parquet": No space left on device'))
    expect(error).toMatchObject({ code: 'RESULT_TOO_LARGE' })
    expect(error.message).not.toContain('/')
  })

  it('do not show DuckDB’s text', async () => {
    const error = await withSession(bench.engine, (session) => failureOf(() => session.run("SELECT CAST('secret value' AS BIGINT)")))
    expect(error).toMatchObject({ code: 'TYPE_MISMATCH' })
    expect(error.message).not.toContain('secret')
    expect(String(error.cause)).toContain('secret')
    expect(engineError(error)).toBe(error)
    expect(engineError('rubbish')).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
  })
})
