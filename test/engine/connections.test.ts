import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { LandedFile } from '../../src/connector/engine.js'
import { type Bench, failureOf, openBench } from '../support/query.js'

let bench: Bench
beforeAll(async () => {
  bench = await openBench()
  await inSession((session) => session.run('CREATE TABLE counted AS SELECT i AS c0 FROM range(10) t(i)'))
})
afterAll(() => bench.close())
afterEach(async () => {
  expect(await readdir(bench.folder)).toEqual([])
})

type Session = Awaited<ReturnType<Bench['engine']['connect']>>

async function inSession<T>(work: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> {
  const session = await bench.engine.connect(signal)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/**
 * Runs a query that fits one part in a session of its own, and closes the session before the part is read. Returns the part and its
 * reported rows.
 */
function part(sql: string): Promise<{ file: LandedFile; rows: number }> {
  return inSession(async (session) => {
    const parts = session.parts(sql, { folder: bench.folder, bytesMax: 1e9, rowsMax: 100 })
    const first = await parts.next()
    const end = await parts.next()
    if (first.done === true || end.done !== true) throw new Error('not one part')
    return { file: first.value, rows: end.value.rows }
  })
}

const totalOf = ({ path }: LandedFile) =>
  inSession(async (session) => (await session.rows(`SELECT CAST(sum(c0) AS BIGINT) AS total FROM read_parquet('${path}')`))[0]?.['total'])

describe('a query that runs again', () => {
  it('returns the table’s present rows, in a file that no later run changes', async () => {
    const sql = 'SELECT c0 FROM counted WHERE c0 > 2'
    const answers = []
    for (let time = 0; time < 4; time++) {
      answers.push(await part(sql))
      await inSession((session) => session.run(`INSERT INTO counted VALUES (${100 * (time + 1)})`))
    }
    expect(answers.map(({ rows }) => rows)).toEqual([7, 8, 9, 10])
    expect(await Promise.all(answers.map(({ file }) => totalOf(file)))).toEqual([42n, 142n, 342n, 642n])
    await Promise.all(answers.map(({ file }) => file.release()))
  })

  it('reports every failure, leaves no file behind, and the next query succeeds', async () => {
    const sql = "SELECT CASE WHEN c0 = 5 THEN error('five') ELSE c0 END AS c0 FROM counted"
    for (let time = 0; time < 3; time++) expect((await failureOf(() => part(sql))).code).toBe('INTERNAL_SERVER_ERROR')
    const { file } = await part('SELECT c0 FROM counted WHERE c0 = 5')
    expect(await totalOf(file)).toBe(5n)
    await file.release()
  })

  it('returns the same rows among more queries than a connection remembers', async () => {
    for (let time = 0; time < 3; time++) {
      for (let value = 0; value < 10; value++) {
        const { file, rows } = await part(`SELECT c0 FROM counted WHERE c0 = ${value}`)
        expect([rows, await totalOf(file)]).toEqual([1, BigInt(value)])
        await file.release()
      }
    }
  })

  it('fails after its table was dropped, and reads a new table of the same name', async () => {
    await inSession((session) => session.run('CREATE TABLE passing AS SELECT 1 AS c0'))
    const sql = 'SELECT c0 FROM passing'
    for (let time = 0; time < 2; time++) await (await part(sql)).file.release()
    await inSession((session) => session.run('DROP TABLE passing'))
    await failureOf(() => part(sql))
    await inSession((session) => session.run('CREATE TABLE passing AS SELECT 7 AS c0'))
    const { file } = await part(sql)
    expect(await totalOf(file)).toBe(7n)
    await file.release()
  })
})

it('no later session sees a temporary table', async () => {
  await inSession((session) => session.table('own', 'SELECT 1 AS c0'))
  for (let time = 0; time < 6; time++) await failureOf(() => inSession((session) => session.rows('SELECT * FROM own')))
})

it('an interrupted query does not affect later ones', async () => {
  for (let time = 0; time < 3; time++) {
    const end = new AbortController()
    const failure = failureOf(() =>
      inSession((session) => session.rows('SELECT count(*) FROM range(100000000) a(i), range(1000) b(j) WHERE i * j = 7'), end.signal),
    )
    setImmediate(() => end.abort())
    expect((await failure).code).toBe('SOURCE_TIMEOUT')
    const { file } = await part('SELECT c0 FROM counted WHERE c0 = 3')
    expect(await totalOf(file)).toBe(3n)
    await file.release()
  }
})
