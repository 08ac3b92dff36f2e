import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { HeldFile, keptText } from '../../connectors/shared/held-file.js'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { patienceMs } from '../support/patience.js'
import { folderOf } from './support/folder.js'
import { type OpenedFolder, scanOf } from './support/source.js'
import { rows, spreadsheet } from './support/spreadsheet.js'

const secret = 'of-another-folder'
const signal = () => AbortSignal.timeout(patienceMs)

/** A file of each format, with one value. */
async function everyFormat(value: string): Promise<Record<string, Buffer>> {
  const opened = await folderOf({})
  const engine = await DuckDbEngine.open({ folders: [opened.folder], memoryMb: 128 })
  const session = await engine.connect()
  await session.run(`COPY (SELECT '${value}' AS v) TO '${opened.folder}/b.parquet' (FORMAT parquet)`)
  await session.close()
  await engine.close()
  return {
    'b.csv': Buffer.from(`v,w\n${value},1\n`),
    'b.tsv': Buffer.from(`v\tw\n${value}\t1\n`),
    'b.json': Buffer.from(JSON.stringify([{ v: value }])),
    'b.ndjson': Buffer.from(`${JSON.stringify({ v: value })}\n`),
    'b.geojson': Buffer.from(
      JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { v: value }, geometry: null }] }),
    ),
    'b.xlsx': spreadsheet({ sheets: [rows(['v'], [value])] }),
    'b.parquet': await readFile(join(opened.folder, 'b.parquet')),
  }
}

const names = ['b.csv', 'b.tsv', 'b.json', 'b.ndjson', 'b.geojson', 'b.xlsx', 'b.parquet']

/** Harvests, and calls `attack` when the first dataset was read and the others were only listed. */
async function harvestUnder(opened: OpenedFolder, attack: () => Promise<void>): Promise<CatalogueEvent[]> {
  const events: CatalogueEvent[] = []
  for await (const event of opened.source.harvest(undefined, signal())) {
    events.push(event)
    if (event.kind === 'dataset' && event.dataset.id === 'a') await attack()
  }
  return events
}

async function expectNotServed(opened: OpenedFolder, events: readonly CatalogueEvent[], message: RegExp): Promise<void> {
  expect(events.slice(1)).toEqual([
    { kind: 'problem', sourceId: 'b', message: expect.stringMatching(message) as unknown, listing: 'PUBLIC' },
    { kind: 'complete' },
  ])
  expect(JSON.stringify(events)).not.toContain(secret)
  const column = { name: 'v', title: 'v', type: 'STRING', nullable: false, sensitivity: 'NONE' } as const
  await expect(opened.run(scanOf('b/b', [column]))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
}

describe('while an earlier file is converted', () => {
  it.each(names)('%s swapped for a link out of the folder is not read', async (name) => {
    const outside = await folderOf(await everyFormat(secret))
    const opened = await folderOf({ 'a.csv': 'n\n1\n', [name]: (await everyFormat('ours'))[name] as Buffer })
    const events = await harvestUnder(opened, async () => {
      await rm(join(opened.folder, name))
      await symlink(join(outside.folder, name), join(opened.folder, name))
    })
    await expectNotServed(opened, events, /^b\.\w+: It became a link that leads out of the folder/)
  })

  it.each(names)('%s is not read through its folder swapped for a link to another', async (name) => {
    const outside = await folderOf(await everyFormat(secret))
    const opened = await folderOf({ 'a.csv': 'n\n1\n', [name]: (await everyFormat('ours'))[name] as Buffer })
    const moved = `${opened.folder}-moved`
    onTestFinished(() => rm(moved, { recursive: true, force: true }))
    const events = await harvestUnder(opened, async () => {
      await rename(opened.folder, moved)
      await symlink(outside.folder, opened.folder)
    })
    expect(JSON.stringify(events)).not.toContain(secret)
    expect(events.slice(1)).toMatchObject([{ kind: 'problem', sourceId: 'b' }, { kind: 'complete' }])
  })

  it('a link within the folder is not read through a sub-folder swapped for a link', async () => {
    const outside = await folderOf({ 'b.json': JSON.stringify([{ v: secret }]) })
    const opened = await folderOf({ 'a.csv': 'n\n1\n' })
    const within = join(opened.folder, 'within')
    await mkdir(within)
    await writeFile(join(within, 'b.json'), '[{"v":"ours"}]')
    await symlink('within/b.json', join(opened.folder, 'b.json'))
    const events = await harvestUnder(opened, async () => {
      await rename(within, `${within}-moved`)
      await symlink(outside.folder, within)
    })
    expect(JSON.stringify(events)).not.toContain(secret)
    expect(events.at(-2)).toMatchObject({
      kind: 'problem',
      sourceId: 'b',
      message: expect.stringMatching(/leads out of the folder/) as unknown,
    })
  })

  it.each(names)('%s swapped for a pipe is not waited for', async (name) => {
    const opened = await folderOf({ 'a.csv': 'n\n1\n', [name]: (await everyFormat('ours'))[name] as Buffer })
    const events = await harvestUnder(opened, async () => {
      await rm(join(opened.folder, name))
      execFileSync('mkfifo', [join(opened.folder, name)])
    })
    await expectNotServed(opened, events, /^b\.\w+: It ceased to be a regular file/)
  })

  it('a file that grew beyond the limit is not read', async () => {
    const opened = await folderOf({ 'a.csv': 'n\n1\n', 'b.json': '[{"v":1}]' }, { maxFileMb: 1 })
    const events = await harvestUnder(opened, () => writeFile(join(opened.folder, 'b.json'), `[${'{"v":1},'.repeat(200_000)}{"v":1}]`))
    await expectNotServed(opened, events, /^b\.json: It is larger than 1 MiB/)
  })

  it('a file that was taken away is told', async () => {
    const opened = await folderOf({ 'a.csv': 'n\n1\n', 'b.json': '[{"v":1}]' })
    const events = await harvestUnder(opened, () => rm(join(opened.folder, 'b.json')))
    await expectNotServed(opened, events, /^b\.json: It was taken away/)
  })

  it('the size and time in the catalogue are those of the file whose rows are served', async () => {
    const opened = await folderOf({ 'a.csv': 'n\n1\n', 'b.json': '[{"v":1}]' })
    const events = await harvestUnder(opened, () => writeFile(join(opened.folder, 'b.json'), '[{"v":1},{"v":2}]'))
    expect(events[1]).toMatchObject({ dataset: { distributions: [{ byteSize: 17 }], tables: [{ rowCount: 2 }] } })
  })
})

// /proc lists the opened files on Linux. Elsewhere there is no such folder, and the bytes are copied.
describe.each([
  ['by the list of opened files', '/proc/self/fd'],
  ['where the system keeps no such list', '/nowhere'],
])('a held file, %s', (_, descriptors) => {
  const hold = async (folder: string, name: string) => {
    const held = await HeldFile.open(folder, name, descriptors)
    if (typeof held === 'string') throw new Error(held)
    onTestFinished(() => held.close())
    return held
  }

  it('gives the same bytes to every reader after its name leads elsewhere', async () => {
    const outside = await folderOf({ 'b.json': secret })
    const { folder, scratch } = await folderOf({ 'b.json': '[{"v":"ours"}]' })
    const held = await hold(folder, 'b.json')
    await rename(join(folder, 'b.json'), join(folder, 'old.json'))
    await symlink(join(outside.folder, 'b.json'), join(folder, 'b.json'))
    await held.giveTo(join(scratch, 'original'), signal())
    expect(await readFile(join(scratch, 'original'), 'utf8')).toBe('[{"v":"ours"}]')
    expect(await held.text()).toBe('[{"v":"ours"}]')
    const engine = await DuckDbEngine.open({ folders: [folder, scratch], memoryMb: 128 })
    onTestFinished(() => engine.close())
    const session = await engine.connect()
    expect(await session.rows(`SELECT v FROM read_json('${scratch}/original')`)).toEqual([{ v: 'ours' }])
    await session.close()
  })

  it('is no link out of the folder, no dangling link, no pipe, no socket and no folder', async () => {
    const outside = await folderOf({ 'b.json': secret })
    const { folder } = await folderOf({ 'inside.json': '[]' })
    await symlink(join(outside.folder, 'b.json'), join(folder, 'out'))
    await symlink('nothing', join(folder, 'dangling'))
    await symlink('inside.json', join(folder, 'alias'))
    await mkdir(join(folder, 'folder'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await symlink('pipe', join(folder, 'to-pipe'))
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => void server.close())
    await symlink('/dev/zero', join(folder, 'endless'))
    const found = Object.fromEntries(
      await Promise.all(
        ['out', 'dangling', 'folder', 'pipe', 'to-pipe', 'socket', 'endless', 'gone'].map(async (name) => [
          name,
          await HeldFile.open(folder, name, descriptors),
        ]),
      ),
    ) as unknown
    expect(found).toEqual({
      ...{ out: 'elsewhere', dangling: 'elsewhere', endless: 'elsewhere' },
      ...{ folder: 'no file', pipe: 'no file', 'to-pipe': 'no file', socket: 'no file', gone: 'absent' },
    })
    expect((await hold(folder, 'alias')).bytes).toBe(2)
  })

  it('is read to the size that it had, however long it grows', async () => {
    const { folder } = await folderOf({ 'b.json': 'first' })
    const held = await hold(folder, 'b.json')
    await writeFile(join(folder, 'b.json'), 'first and more')
    expect(await held.text()).toBe('first')
  })
})

describe('what is read by its name', () => {
  const served = { 'a.csv': 'n\n1\n' }
  const refused = async (opened: OpenedFolder, message: RegExp) => {
    await expect(opened.harvest()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringMatching(message) as unknown })
  }

  it('catalogue.yaml as a link out of the folder is not followed, and nothing is served', async () => {
    const outside = await folderOf({ 'catalogue.yaml': 'datasets: {a: {title: From elsewhere}}' })
    const opened = await folderOf(served)
    await symlink(join(outside.folder, 'catalogue.yaml'), join(opened.folder, 'catalogue.yaml'))
    await refused(opened, /^catalogue\.yaml, it is a link that leads out of the folder, or nowhere: put the file itself here\. Until/)
  })

  it('catalogue.yaml as a dangling link does not count as absent', async () => {
    const opened = await folderOf(served)
    await symlink('gone.yaml', join(opened.folder, 'catalogue.yaml'))
    await refused(opened, /it is a link that leads out of the folder, or nowhere/)
  })

  it('catalogue.yaml as a link within the folder is followed', async () => {
    const opened = await folderOf({ ...served, 'catalogue-2024.txt': 'datasets: {a: {title: Linked}}' })
    await symlink('catalogue-2024.txt', join(opened.folder, 'catalogue.yaml'))
    expect(await opened.dataset('a')).toMatchObject({ title: 'Linked' })
  })

  it('24 folders whose catalogue.yaml is a pipe end at once and block no other reading', async () => {
    const folders = await Promise.all(
      Array.from({ length: 24 }, async () => {
        const opened = await folderOf(served)
        execFileSync('mkfifo', [join(opened.folder, 'catalogue.yaml')])
        return opened
      }),
    )
    await Promise.all(folders.map((opened) => refused(opened, /^catalogue\.yaml, it is no regular file: put a file here/)))
    const sound = await folderOf(served)
    expect(await sound.texts('a/a')).toEqual([['1']])
  })

  it('catalogue.yaml of too many bytes is not read', async () => {
    const opened = await folderOf({ ...served, 'catalogue.yaml': `# ${'é'.repeat(2.1 * 1024 * 1024)}` })
    await refused(opened, /it is larger than 4 MiB/)
  })

  it('what the connector keeps is no link and no pipe', async () => {
    const outside = await folderOf({ 'kept.json': '{}' })
    const { folder } = await folderOf({ 'own.json': '{}' })
    await symlink(join(outside.folder, 'kept.json'), join(folder, 'link.json'))
    execFileSync('mkfifo', [join(folder, 'pipe.json')])
    const kept = ['own.json', 'link.json', 'pipe.json', 'gone.json'].map((name) => keptText(join(folder, name)))
    expect(await Promise.all(kept)).toEqual(['{}', undefined, undefined, undefined])
  })
})
