import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { folderOf } from './support/folder.js'
import { openFolder, scanOf } from './support/source.js'

/** The files of tables in a store, with their paths. */
async function copiesIn(store: string): Promise<string[]> {
  const names = await readdir(store, { recursive: true })
  return names
    .filter((name) => /t\d+\.(duckdb|parquet)$/.test(name))
    .map((name) => join(store, name))
    .sort()
}

/** What this process has open in a folder, removed files among it. */
const openIn = (folder: string) =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      return []
    }
  })

describe('copies', () => {
  it('are databases of the engine, with nothing beside them, and Parquet where single rows are very long', async () => {
    const long = JSON.stringify(Array.from({ length: 20 }, (_, at) => ({ at, text: randomBytes(100_000).toString('hex') })))
    const opened = await folderOf({ 'short.csv': 'v\n1\n2\n', 'long.json': long })
    expect((await opened.texts('long/long')).map(([at]) => at)).toEqual(Array.from({ length: 20 }, (_, at) => String(at)))
    expect(await opened.texts('short/short')).toEqual([['1'], ['2']])
    const files = await copiesIn(opened.store)
    expect(files.map((file) => file.slice(file.lastIndexOf('/') + 1)).sort()).toEqual(['t0.duckdb', 't0.parquet'])
    for (const file of files) expect(existsSync(`${file}.wal`)).toBe(false)
    const small = files.find((file) => file.endsWith('.duckdb')) as string
    expect((await readFile(small)).length).toBeLessThan(100_000)
  })

  it('keep the rows in the order of their file, over many row groups', async () => {
    const rows = Array.from({ length: 300_000 }, (_, at) => at)
    const opened = await folderOf({ 'many.csv': `v,w\n${rows.map((at) => `${at},${at % 7}`).join('\n')}\n` })
    const dataset = await opened.dataset('many')
    // Of an answer of several parts any may be ready first: it is pages of one part that keep the order.
    const read: number[] = []
    for (const offset of [0, 100_000, 200_000]) {
      const page = await opened.run({ op: 'limit', count: 100_000, offset, input: scanOf('many/many', dataset.tables[0]?.columns ?? []) })
      read.push(...page.rows.map(({ c0 }) => Number(c0)))
    }
    expect(read).toHaveLength(rows.length)
    expect(read.findIndex((value, at) => value !== at)).toBe(-1)
  })

  it('that are damaged are reported, and made again by the next harvest', async () => {
    const opened = await folderOf({ 'a.csv': `v,w\n${Array.from({ length: 50_000 }, (_, at) => `${at},${at % 977}`).join('\n')}\n` })
    const scan = scanOf('a/a', (await opened.dataset('a')).tables[0]?.columns ?? [])
    for (const damage of [
      (whole: Buffer) => whole.fill(0xff, 4096),
      (whole: Buffer) => whole.fill(0),
      (whole: Buffer) => whole.subarray(0, 6000),
      () => Buffer.alloc(0),
    ]) {
      const [file = ''] = await copiesIn(opened.store)
      const second = await openFolder(opened.folder, {}, { store: opened.store })
      await writeFile(file, damage(await readFile(file)))
      await expect(second.run(scan)).rejects.toMatchObject({
        code: 'SOURCE_UNAVAILABLE',
        message: expect.stringContaining('damaged') as unknown,
      })
      expect(await second.harvest()).toHaveLength(2)
      expect((await second.run(scan)).rows).toHaveLength(50_000)
      await second.source.close()
    }
  })

  it('that went are not kept open', async () => {
    const opened = await folderOf({ 'a.csv': 'v\n1\n', 'b.csv': 'v\n2\n' })
    expect(await opened.texts('a/a')).toEqual([['1']])
    expect(await opened.texts('b/b')).toEqual([['2']])
    expect(openIn(opened.store)).toHaveLength(2)
    await rm(join(opened.folder, 'a.csv'))
    await opened.harvest()
    expect(openIn(opened.store)).toHaveLength(1)
    await opened.source.close()
    expect(openIn(opened.store)).toEqual([])
  })

  it('lie where a folder’s name is no plain name', async () => {
    const store = await mkdtemp(join(tmpdir(), "dials 'store' [x] "))
    onTestFinished(() => rm(store, { recursive: true, force: true }))
    const opened = await folderOf({ 'a.csv': 'v\n1\n' })
    const second = await openFolder(opened.folder, {}, { store })
    expect(await second.texts('a/a')).toEqual([['1']])
    await second.close()
  })

  it('are attached once for scans that come together', async () => {
    const opened = await folderOf({ 'a.csv': 'v\n1\n' })
    const scan = scanOf('a/a', (await opened.dataset('a')).tables[0]?.columns ?? [])
    const all = await Promise.all(Array.from({ length: 12 }, () => opened.run(scan)))
    expect(all.map(({ rows }) => rows)).toEqual(all.map(() => [{ c0: 1n }]))
    expect(openIn(opened.store)).toHaveLength(1)
  })
})
