import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CatalogueEvent, DatasetDescription } from '../../src/connector/catalogue.js'
import { folderOf } from './support/folder.js'
import { openFolder, scanOf } from './support/source.js'

const datasetOf = (events: readonly CatalogueEvent[], id: string): DatasetDescription | undefined =>
  events.flatMap((event) => (event.kind === 'dataset' && event.dataset.id === id ? [event.dataset] : []))[0]

/** The folder of the source's own copies, and what is in it. */
async function copiesOf(store: string): Promise<{ folder: string; names: string[]; copies: string[] }> {
  const [own] = await readdir(store)
  const folder = join(store, own as string)
  const names = (await readdir(folder)).sort()
  return { folder, names, copies: names.filter((name) => /^[0-9a-f]{64}$/.test(name)) }
}

describe('converted copies', () => {
  it('are made once for one content, whatever its file is called and however often it is touched', async () => {
    const opened = await folderOf({ 'a.csv': 'v\n1\n', 'b.csv': 'v\n1\n', 'c.csv': 'v\n2\n' })
    const first = await opened.harvest()
    const { names, copies } = await copiesOf(opened.store)
    expect(copies).toHaveLength(2)
    await utimes(join(opened.folder, 'a.csv'), new Date(), new Date('2020-01-01T00:00:00Z'))
    const second = await opened.harvest()
    expect((await copiesOf(opened.store)).names).toEqual(names)
    expect(datasetOf(second, 'a')?.modified).toBe('2020-01-01T00:00:00.000Z')
    expect(datasetOf(second, 'a')?.tables).toEqual(datasetOf(first, 'a')?.tables)
    expect(datasetOf(second, 'a')?.tables[0]?.version).toBe(datasetOf(second, 'b')?.tables[0]?.version)
  })

  it('answer as last harvested while a file changes, goes, or breaks', async () => {
    const opened = await folderOf({ 'a.csv': 'v\n1\n' })
    const before = await opened.dataset('a')
    const first = (await copiesOf(opened.store)).copies
    const scan = scanOf('a/a', before.tables[0]?.columns ?? [])
    const seen = async () => {
      const { rows, report } = await opened.run(scan)
      return [rows.map(({ c0 }) => c0), report.version]
    }
    await writeFile(join(opened.folder, 'a.csv'), 'v\n2\n3\n')
    expect(await seen()).toEqual([[1n], before.tables[0]?.version])

    const after = await opened.dataset('a')
    expect(after.tables[0]?.version).not.toBe(before.tables[0]?.version)
    expect(await seen()).toEqual([[2n, 3n], after.tables[0]?.version])
    const { copies } = await copiesOf(opened.store)
    expect(copies).toHaveLength(1)
    expect(copies).not.toEqual(first)

    await writeFile(join(opened.folder, 'a.csv'), '<html>')
    expect(await opened.harvest()).toMatchObject([
      { kind: 'problem', sourceId: 'a', message: expect.stringContaining('web page') as unknown },
      {
        kind: 'dataset',
        dataset: {
          id: 'a',
          tables: [{ rowCount: 2, problems: [expect.stringMatching(/^The rows are of an earlier state.*web page/) as unknown] }],
        },
      },
      { kind: 'complete' },
    ])
    expect((await opened.run(scan)).report.stale).toEqual([{ table: 'a/a', reason: expect.stringContaining('web page') as unknown }])
    expect(await seen()).toEqual([[2n, 3n], after.tables[0]?.version])

    await rm(join(opened.folder, 'a.csv'))
    expect(await opened.harvest()).toEqual([{ kind: 'complete' }])
    await expect(seen()).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message:
        'The table a/a has no rows now: its file has gone, or has another table in its place. The catalogue says so after the next harvest.',
    })
    expect((await copiesOf(opened.store)).names).toEqual(['harvested.json', 'hashes.json'])
  })

  it('are refused with the reason where the file could never be read', async () => {
    const opened = await folderOf({ 'a.csv': '<html>' })
    await expect(opened.run(scanOf('a/a', []))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringMatching(/^The table a\/a has no rows now, since its file cannot be read\. a\.csv: .*web page/) as unknown,
    })
  })

  it('stay over a restart, which sweeps what a crash left half-made', async () => {
    const first = await folderOf({ 'a.csv': 'v\n1\n' })
    const dataset = await first.dataset('a')
    const { folder, copies } = await copiesOf(first.store)
    await mkdir(join(folder, 'unfinished-1', 'copy'), { recursive: true })
    await mkdir(join(folder, 'f'.repeat(64)))
    await rm(join(first.folder, 'a.csv'))

    const second = await openFolder(first.folder, {}, { store: first.store })
    // Not harvested again yet: the copy answers, though its file is gone.
    expect((await second.run(scanOf('a/a', dataset.tables[0]?.columns ?? []))).rows).toEqual([{ c0: 1n }])
    await writeFile(join(first.folder, 'a.csv'), 'v\n5\n')
    await second.harvest()
    const after = await copiesOf(first.store)
    expect(after.names).toEqual([...after.copies, 'harvested.json', 'hashes.json'])
    expect(after.copies).toHaveLength(1)
    for (const gone of [...copies, 'f'.repeat(64)]) expect(after.copies).not.toContain(gone)
    await second.close()
  })

  it('are made again where they are damaged', async () => {
    const first = await folderOf({ 'a.csv': 'v\n1\n' })
    await first.harvest()
    const { folder, copies } = await copiesOf(first.store)
    await writeFile(join(folder, copies[0] as string, 'manifest.json'), '{"tables"')
    await writeFile(join(folder, 'harvested.json'), 'null')
    await writeFile(join(folder, 'hashes.json'), '[')
    const second = await openFolder(first.folder, {}, { store: first.store })
    expect(await second.texts('a/a')).toEqual([['1']])
    await second.close()
  })

  it('are read first where a process begins with a query', async () => {
    const opened = await folderOf({ 'a.csv': 'v\n1\n' })
    const scan = scanOf('a/a', [{ name: 'v', title: 'v', type: 'INT64', nullable: false, sensitivity: 'NONE' }])
    const both = await Promise.all([opened.run(scan), opened.run(scan)])
    expect(both.map(({ rows }) => rows)).toEqual([[{ c0: 1n }], [{ c0: 1n }]])
  })

  it('take no harm from two harvests at once', async () => {
    const opened = await folderOf(Object.fromEntries(Array.from({ length: 6 }, (_, at) => [`f${at}.csv`, `v\n${at}\n`])))
    const [left, right] = await Promise.all([opened.harvest(), opened.harvest()])
    expect(left).toEqual(right)
    expect(left).toHaveLength(7)
    expect(opened.logged).toEqual([])
  })

  it('are not made by a harvest that was ended', async () => {
    const opened = await folderOf({ 'a.csv': 'v\n1\n', 'b.csv': 'v\n2\n' })
    const ended = new AbortController()
    const events: unknown[] = []
    const harvest = async () => {
      for await (const event of opened.source.harvest(undefined, ended.signal)) {
        events.push(event.kind)
        ended.abort()
      }
    }
    await expect(harvest()).rejects.toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(events).toEqual(['dataset'])
    expect(await opened.harvest()).toHaveLength(3)
  })
})
