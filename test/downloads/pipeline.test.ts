import { readdir } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { Source } from '../../src/connector/source.js'
import { ResultTooLarge } from '../../src/errors.js'
import { arrowOf } from '../../src/http/downloads/arrow/arrow-of.js'
import { openDownload } from '../../src/query/download/open.js'
import type { QueryContext } from '../../src/query/run.js'
import { answering, failing, failingLate, partOf, scanOf } from '../query/support/fault.js'
import { openTableSource, type TableSource } from '../query/support/table-source.js'
import type { WorldTable } from '../query/support/world.js'
import { patienceMs } from '../support/patience.js'
import { type Bench, contextOf, failureOf, openBench, tableOf } from '../support/query.js'
import { downloadContext, written } from './support/download.js'

const columns = [
  { name: 'name', type: 'STRING' },
  { name: 'n', type: 'INT64' },
] as const
const tables = ['camden', 'barnet'].map((spokeId): WorldTable => ({
  id: `${spokeId}/t/t`,
  spokeId,
  columns,
  rows: Array.from({ length: 50 }, (_, at) => [`${spokeId} ${at}`, BigInt(at)]),
}))
const both = { from: { union: tables.map(({ id }) => id) } }
const csv = { kind: 'CSV', separator: ',', formulas: 'ESCAPE' } as const
const good = "SELECT 'late' AS c0, CAST(1 AS BIGINT) AS c1"

let bench: Bench
let camden: TableSource
let barnet: TableSource
let held: string[]
beforeAll(async () => {
  bench = await openBench()
  ;[camden, barnet] = (await Promise.all(tables.map((table) => openTableSource(bench.engine, bench.folder, [table], everything, 7)))) as [
    TableSource,
    TableSource,
  ]
  held = await readdir(bench.folder)
})
afterAll(() => bench.close())
// A source may clean up a little after it was ended.
afterEach(() => vi.waitFor(async () => expect(await readdir(bench.folder)).toEqual(held), patienceMs))

const context = (sources: Record<string, Source> = { camden, barnet }, signal = new AbortController().signal): QueryContext =>
  contextOf(
    bench.hub,
    tables.map(({ id }) => tableOf(id, columns)),
    sources,
    { signal },
  )
const broken = () => answering(barnet, () => scanOf(failing()))
const lateBroken = () => answering(barnet, () => scanOf(failingLate(partOf(bench, good))))

describe('a download', () => {
  it('writes source by source, part after part, and holds no room at its end', async () => {
    const own = downloadContext(context(), bench.folder)
    const { text, report } = await written(await openDownload(both, own), csv)
    const lines = text.trimEnd().split('\r\n')
    expect(lines).toHaveLength(100)
    expect(lines.slice(0, 50).every((line) => line.startsWith('camden'))).toBe(true)
    expect(report).toMatchObject({ rowCount: 100, complete: true, truncated: false })
    expect(own.taken()).toBe(0)
  })

  it('fails with the first source that fails, before its rows and after them, and leaves nothing', async () => {
    for (const source of [broken(), lateBroken()]) {
      const own = downloadContext(context({ camden, barnet: source }), bench.folder)
      const error = await failureOf(async () => written(await openDownload(both, own), csv))
      expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', transaction: expect.any(String) as string })
      expect(own.taken()).toBe(0)
    }
  })

  it('says under PARTIAL, before its first byte, that it is not complete', async () => {
    const own = downloadContext(context({ camden, barnet: lateBroken() }), bench.folder)
    const { text, complete, report } = await written(await openDownload({ ...both, onSourceError: 'PARTIAL' }, own), csv)
    expect(complete).toBe(false)
    expect(text.trimEnd().split('\r\n')).toHaveLength(50)
    expect(report.sources.map(({ spoke, status }) => `${spoke} ${status}`).sort()).toEqual(['barnet FAILED', 'camden OK'])
  })

  it('blames the source whose part cannot be read', async () => {
    const damaged = answering(barnet, () => scanOf(of(partOf(bench, Buffer.from('PAR1 is not enough PAR1')))))
    const error = await failureOf(async () =>
      written(await openDownload(both, downloadContext(context({ camden, barnet: damaged }), bench.folder)), csv),
    )
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(error.message).toContain('barnet')
  })

  it('ends where there is no room for it, and leaves nothing', async () => {
    const room = { take: () => Promise.reject(new ResultTooLarge('no room')) }
    const error = await failureOf(async () => written(await openDownload(both, downloadContext(context(), bench.folder, { room })), csv))
    expect(error.code).toBe('RESULT_TOO_LARGE')
  })

  it('ends with its client, in the middle', async () => {
    const client = new AbortController()
    const own = downloadContext(context(undefined, client.signal), bench.folder)
    const { pieces } = await (await (await openDownload(both, own)).record()).text(csv)
    await pieces.next()
    client.abort()
    await pieces.return(undefined as never)
    expect(own.taken()).toBe(0)
    expect(bench.hub.admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('without a memory file system writes what needs not land, and refuses the rest', async () => {
    const own = downloadContext(context(), bench.folder, { isMemory: () => false })
    expect((await written(await openDownload(both, own), csv)).report.rowCount).toBe(100)
    const sorted = { ...both, orderBy: [{ column: 'n' }] }
    expect(await failureOf(async () => written(await openDownload(sorted, own), csv))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await failureOf(async () => (await (await openDownload(both, own)).record()).parquet())).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    })
  })

  it.each([
    ['all rows', {}, [31, 31]],
    ['more than that', { limit: 80 }, [31, 31]],
    ['fewer', { limit: 20 }, [20, 20]],
    ['all in an order', { orderBy: [{ column: 'n' }] }, [31, 31]],
    ['all after some', { offset: 5 }, [50, 50]],
  ])('for a format of 30 rows reads no more than one row too many where %s are asked for', async (_what, asked, read) => {
    const own = downloadContext(context(), bench.folder)
    const { rows, report, release } = await (await (await openDownload({ ...both, ...asked }, own, 30)).record()).landed()
    await release()
    expect(rows).toBe('limit' in asked ? Math.min(asked.limit, 31) : 31)
    expect(report.sources.map((source) => source.rows)).toEqual(read)
  })

  it('in pieces of bounded size, whatever the cells are', async () => {
    const large = answering(barnet, () =>
      scanOf(
        of(
          partOf(
            bench,
            "SELECT CASE WHEN i % 625 = 0 THEN repeat('x', 5000000) ELSE 'y' END AS c0, CAST(i AS BIGINT) AS c1 FROM range(10000) t(i)",
          ),
        ),
      ),
    )
    const own = downloadContext(context({ camden, barnet: large }), bench.folder)
    const { pieces } = await (await (await openDownload({ from: { table: 'barnet/t/t' } }, own)).record()).text(csv)
    let [lines, largest] = [0, 0]
    for await (const piece of pieces) {
      largest = Math.max(largest, piece.length)
      for (let at = piece.indexOf(10); at !== -1; at = piece.indexOf(10, at + 1)) lines++
    }
    expect(lines).toBe(10_000)
    // One such cell, and what else is a piece.
    expect(largest).toBeLessThan(10 * 1024 * 1024)
  })

  it('of as many texts as a query may have columns is written and measured', async () => {
    const select = Array.from({ length: 1000 }, (_, at) => ({ column: 'name', as: `o${at}` }))
    const own = downloadContext(context(), bench.folder)
    // The rows of one part: each part is a statement of its own.
    const open = () => openDownload({ from: { table: 'camden/t/t' }, select, where: { column: 'n', lt: 7 } }, own)
    for (const form of [csv, { kind: 'NDJSON' }] as const) {
      const { text, report } = await written(await open(), form)
      expect([text.split('\n').length >= 7, report.rowCount]).toEqual([true, 7])
    }
    const landed = await (await (await open()).record()).landed()
    expect([landed.rows, landed.longest.length, landed.longest[999]]).toEqual([7, 1000, 'camden 6'.length])
    await landed.release()
    expect(own.taken()).toBe(0)
  })

  it('as Arrow has room for its thread, too, until it has ended', async () => {
    const own = downloadContext(context(), bench.folder)
    const { pieces } = await arrowOf(await (await openDownload({ from: { table: 'camden/t/t' } }, own)).record(), own.signal, undefined)
    expect(own.taken()).toBeGreaterThan(80 * 1024 * 1024)
    let bytes = 0
    for await (const piece of pieces) bytes += piece.length
    expect([bytes > 0, own.taken()]).toEqual([true, 0])
  })

  it('of the version that its client knows is asked for no row', async () => {
    const asked: string[] = []
    const telling = answering(camden, (under) => {
      asked.push('asked')
      return under()
    })
    const version = await (
      await openDownload({ from: { table: 'camden/t/t' } }, downloadContext(context({ camden: telling, barnet }), bench.folder))
    ).version()
    expect(version).toEqual(expect.any(String))
    expect(asked).toEqual(['asked'])
  })
})

async function* of<T>(part: Promise<T>): AsyncGenerator<T> {
  yield await part
}
