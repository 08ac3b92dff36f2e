import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slugSchema } from '../../src/connector/catalogue.js'
import { bindIds } from '../../connectors/files/folder/bind-ids.js'
import { groupFiles } from '../../connectors/files/folder/datasets.js'
import type { CatalogueFile } from '../../connectors/files/folder/catalogue-file.js'
import type { Folder } from '../../connectors/files/folder/folder.js'
import { type FolderMemory, noMemory } from '../../connectors/files/folder/memory.js'
import { folderOf } from './support/folder.js'

/** Names of which several give one slug, and of which some look like a slug with a number behind it. */
const stems = [
  'housing-waits',
  'Housing Waits',
  'housing_waits',
  'HOUSING WAITS',
  'housing-waits-2',
  'Housing Waits 2',
  'spend',
  'Spend',
  'spend-2',
  'libraries',
  '__proto__',
  'Größe',
  'grosse',
]
const stem = fc.constantFrom(...stems)
const entry = fc.record(
  {
    access: fc.constantFrom('OPEN', 'SHARED', 'CLOSED'),
    listing: fc.constantFrom('PUBLIC', 'PARTIES'),
    files: fc.uniqueArray(
      stem.map((name) => `${name}.csv`),
      { minLength: 1, maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)
const catalogues = fc.dictionary(fc.constantFrom('housing-waits', 'housing-waits-2', 'spend', 'spend-2', 'other'), entry, { maxKeys: 3 })
const step = fc.oneof(
  fc.record({ op: fc.constant('add' as const), name: stem }),
  fc.record({ op: fc.constant('remove' as const), name: stem }),
  fc.record({ op: fc.constant('rename' as const), name: stem, to: stem }),
)

function folderWith(present: ReadonlySet<string>): Folder {
  const files = [...present].sort().map((name) => ({
    name: `${name}.csv`,
    stem: name,
    format: 'csv' as const,
    path: `/${name}.csv`,
    bytes: 1,
    modified: '2026-01-01T00:00:00Z',
  }))
  return { files, refused: [], foreign: new Set(), passedOver: [], misnamedCatalogue: undefined }
}

/** What is seen of each file: its dataset's id and access. */
async function seen(present: ReadonlySet<string>, catalogue: CatalogueFile, memory: FolderMemory) {
  const grouped = await groupFiles(folderWith(present), catalogue, memory, 'OPEN')
  return {
    ...grouped,
    byFile: new Map(grouped.datasets.flatMap(({ id, access, files }) => files.map(({ stem: name }) => [name, { id, access }]))),
  }
}

const openness = { CLOSED: 0, SHARED: 1, OPEN: 2 }

describe('a folder whose files come and go', () => {
  it('keeps the id of every other file, and opens none of them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(stem, { maxLength: 6 }),
        fc.array(step, { maxLength: 8 }),
        catalogues,
        async (first, steps, entries) => {
          const catalogue = { datasets: entries, isAbsent: false } as CatalogueFile
          const present = new Set(first)
          let { byFile, memory } = await seen(present, catalogue, noMemory)
          for (const { op, name, ...rest } of steps) {
            const touched = new Set([name])
            if (op === 'add') present.add(name)
            else if (present.delete(name) && op === 'rename') {
              present.add((rest as { to: string }).to)
              touched.add((rest as { to: string }).to)
            }
            const after = await seen(present, catalogue, memory)
            expect(after.byFile.size).toBe(present.size)
            // A dataset of files that its entry names is one, whatever their number.
            const ids = [...after.byFile]
              .filter(([file]) => !Object.values(entries).some(({ files = [] }) => files.includes(`${file}.csv`)))
              .map(([, { id }]) => id)
            expect(new Set(ids).size).toBe(ids.length)
            for (const [file, now] of after.byFile) {
              const then = byFile.get(file)
              if (then === undefined || touched.has(file)) continue
              expect([file, now.id]).toEqual([file, then.id])
              // A file that an entry was without may come and end a doubt; nothing else may open a dataset.
              if (openness[now.access] > openness[then.access]) expect(op).not.toBe('remove')
            }
            ;({ byFile, memory } = after)
          }
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('changes the access of no other file where catalogue.yaml means files that were there from the beginning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(stem, { minLength: 1, maxLength: 6 }),
        fc.array(step, { maxLength: 8 }),
        fc.array(fc.constantFrom('CLOSED', 'SHARED', 'OPEN'), { minLength: 6, maxLength: 6 }),
        async (first, steps, accesses) => {
          const named = first
            .map((name, at) => [`entry-${at}`, { files: [`${name}.csv`], access: accesses[at] }] as const)
            .filter((_, at) => at % 2 === 0)
          const catalogue = { datasets: Object.fromEntries(named), isAbsent: false } as unknown as CatalogueFile
          const present = new Set(first)
          let { byFile, memory } = await seen(present, catalogue, noMemory)
          for (const { op, name, ...rest } of steps) {
            const touched = new Set([name, (rest as { to?: string }).to])
            if (op === 'add') present.add(name)
            else if (present.delete(name) && op === 'rename') present.add((rest as { to: string }).to)
            const after = await seen(present, catalogue, memory)
            for (const [file, now] of after.byFile) {
              const then = byFile.get(file)
              if (then !== undefined && !touched.has(file)) expect([file, now]).toEqual([file, then])
            }
            ;({ byFile, memory } = after)
          }
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('never opens what an entry closes by being renamed or copied beside', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(stem, { minLength: 2, maxLength: 6 }), stem, async (first, to) => {
        const [closed = '', ...others] = first
        const catalogue = { datasets: { secret: { access: 'CLOSED', files: [`${closed}.csv`] } }, isAbsent: false } as CatalogueFile
        const before = await seen(new Set(first), catalogue, noMemory)
        const renamed = await seen(new Set([...others, to]), catalogue, before.memory)
        if (!first.includes(to)) expect(renamed.byFile.get(to)?.access).toBe('CLOSED')
        for (const other of others) expect(renamed.byFile.get(other)).toEqual(before.byFile.get(other))
        const forgotten = await seen(new Set([...others, to]), catalogue, noMemory)
        if (to !== closed) for (const [, { access }] of forgotten.byFile) expect(access).toBe('CLOSED')
      }),
    )
  })

  it('gives ids that are slugs, unique, and the same whenever it is asked with the same memory', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 20 }), fc.uniqueArray(name, { maxLength: 20 }), (first, later) => {
        const things = (names: readonly string[]) => names.map((each) => ({ key: each, name: each }))
        const before = bindIds(new Map(), things(first))
        const after = bindIds(before, things([...later, ...first]))
        for (const [key, id] of before) expect(after.get(key)).toBe(id)
        expect(new Set(after.values()).size).toBe(new Set([...first, ...later]).size)
        for (const id of after.values()) expect(slugSchema.safeParse(id).success).toBe(true)
      }),
    )
  })

  it('takes time in proportion to the files, 5,000 of one slug included', () => {
    const names = Array.from({ length: 5000 }, (_, at) => 'a'.repeat(at % 2) + '-'.repeat(at) + 'b')
    const ids = bindIds(
      new Map(),
      names.map((each, at) => ({ key: `${at}`, name: each })),
    )
    expect(new Set(ids.values()).size).toBe(5000)
  })
})

describe('a folder of 5,000 files under 40,000 entries whose files are gone', () => {
  it('is judged as a whole: each file seen since is held back', async () => {
    const entries = Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => [`entry-${at}`, { access: 'CLOSED' as const }]))
    const expected = new Map(Object.keys(entries).map((key, at) => [key, at === 39_999 ? 1 : 99]))
    const present = new Set(Array.from({ length: 5000 }, (_, at) => `file ${at}`))
    const memory = { ...noMemory, harvests: 100, expected }
    const { byFile, memory: after } = await seen(present, { datasets: entries, isAbsent: false } as CatalogueFile, memory)
    expect([...byFile.values()].filter(({ access }) => access !== 'CLOSED')).toEqual([])
    expect(after.doubted.get('file 4999')).toBe('entry-39999')
  })
})

describe('a folder on a disk', () => {
  const yaml = 'datasets: { housing-waits: { access: CLOSED } }'
  const accessOf = async (opened: Awaited<ReturnType<typeof folderOf>>) => {
    const events = await opened.harvest()
    return {
      access: Object.fromEntries(events.flatMap((event) => (event.kind === 'dataset' ? [[event.dataset.id, event.dataset.access]] : []))),
      told: events.flatMap((event) => (event.kind === 'problem' ? [event.message] : [])),
    }
  }

  it.each([[true], [false]])('keeps a closed file closed when another comes that has its slug (seen before: %s)', async (seenBefore) => {
    const opened = await folderOf({ 'housing-waits.csv': 'n\n1\n', 'other.csv': 'n\n1\n', 'catalogue.yaml': yaml })
    if (seenBefore) expect((await accessOf(opened)).access).toEqual({ 'housing-waits': 'CLOSED', other: 'OPEN' })
    await writeFile(join(opened.folder, 'Housing Waits.csv'), 'n\n2\n')
    const { access, told } = await accessOf(opened)
    expect(access).toEqual({ 'housing-waits': 'CLOSED', 'housing-waits-2': 'CLOSED', other: 'OPEN' })
    expect(told).toEqual([
      'Housing Waits.csv: its name gives the id housing-waits, but that id belongs to the file "housing-waits", here or gone; it has the id housing-waits-2. catalogue.yaml may mean this file and does not name it plainly, so it is CLOSED. Give it another name, or name it under "files" of an entry in catalogue.yaml.',
    ])
    expect(await opened.texts('housing-waits/housing-waits')).toEqual([['1']])
    expect(await opened.texts('housing-waits-2/housing-waits-2')).toEqual([['2']])
    // Named plainly, it is as open as its entry says.
    await writeFile(
      join(opened.folder, 'catalogue.yaml'),
      'datasets: { housing-waits: { access: CLOSED }, waits: { files: [Housing Waits.csv], access: OPEN } }',
    )
    expect((await accessOf(opened)).access).toEqual({ 'housing-waits': 'CLOSED', waits: 'OPEN', other: 'OPEN' })
  })

  it('keeps the id of a file when one comes before it in the order of names', async () => {
    const opened = await folderOf({ 'spend-data.csv': 'n\n100\n' })
    await opened.harvest()
    await writeFile(join(opened.folder, 'spend data.csv'), 'n\n999\n')
    expect(await opened.texts('spend-data/spend-data')).toEqual([['100']])
    expect(await opened.texts('spend-data-2/spend-data-2')).toEqual([['999']])
    await rm(join(opened.folder, 'spend-data.csv'))
    await opened.harvest()
    expect(await opened.texts('spend-data-2/spend-data-2')).toEqual([['999']])
    await expect(opened.texts('spend-data/spend-data')).rejects.toThrow('no dataset spend-data')
  })

  it('is CLOSED while catalogue.yaml, which protected datasets, is gone, empty or under another name', async () => {
    const opened = await folderOf({ 'housing-waits.csv': 'n\n1\n', 'other.csv': 'n\n1\n', 'catalogue.yaml': yaml })
    await opened.harvest()
    const path = join(opened.folder, 'catalogue.yaml')
    await rename(path, `${path}.txt`)
    expect(await accessOf(opened)).toEqual({
      access: { 'housing-waits': 'CLOSED', other: 'CLOSED' },
      told: [expect.stringContaining('catalogue.yaml.txt is not read: rename it')],
    })
    await rm(`${path}.txt`)
    expect(await accessOf(opened)).toEqual({
      access: { 'housing-waits': 'CLOSED', other: 'CLOSED' },
      told: [expect.stringContaining('catalogue.yaml is gone or empty')],
    })
    await writeFile(path, '')
    expect((await accessOf(opened)).access).toEqual({ 'housing-waits': 'CLOSED', other: 'CLOSED' })
    await writeFile(path, 'datasets: {}')
    expect(await accessOf(opened)).toEqual({ access: { 'housing-waits': 'OPEN', other: 'OPEN' }, told: [] })
  })

  it('closes everything where the only catalogue file has another name from the beginning', async () => {
    for (const name of ['catalogue.yml', 'Catalogue.yaml', 'catalog.yaml', 'catalogue.yaml.txt', 'catalogue (1).yaml']) {
      const opened = await folderOf({ 'a.csv': 'n\n1\n', [name]: 'datasets: { a: { access: CLOSED } }' })
      expect([name, (await accessOf(opened)).access]).toEqual([name, { a: 'CLOSED' }])
    }
  })

  it('keeps columns from being published where the one that catalogue.yaml protects has another name now', async () => {
    const columns = 'datasets: { staff: { columns: { Officer: { sensitivity: PERSONAL }, team: { title: Team } } } }'
    const opened = await folderOf({ 'staff.csv': 'Officer,team,note\nx1,Red,a\nx2,Blue,b\n', 'catalogue.yaml': columns })
    const sensitive = async () =>
      (await opened.dataset('staff')).tables[0]?.columns.map(({ name, sensitivity }) => `${name} ${sensitivity}`)
    expect(await sensitive()).toEqual(['Officer PERSONAL', 'team NONE', 'note NONE'])
    await writeFile(join(opened.folder, 'staff.csv'), 'Case officer,team,note\nx1,Red,a\nx2,Blue,b\n')
    expect(await sensitive()).toEqual(['Case officer PERSONAL', 'team NONE', 'note PERSONAL'])
    expect((await opened.dataset('staff')).tables[0]?.problems).toContainEqual(
      expect.stringContaining('"Officer", which no table of the dataset has'),
    )
  })

  it('remembers over a restart', async () => {
    const opened = await folderOf({ 'spend data.csv': 'n\n1\n' })
    await opened.harvest()
    const { openFolder } = await import('./support/source.js')
    await writeFile(join(opened.folder, 'spend-data.csv'), 'n\n2\n')
    const again = await openFolder(opened.folder, {}, { store: opened.store })
    expect(await again.texts('spend-data/spend-data')).toEqual([['1']])
    await again.close()
    // What cannot be remembered is decided anew: a stem that is its own slug comes first.
    const forgetful = await openFolder(opened.folder)
    expect(await forgetful.texts('spend-data/spend-data')).toEqual([['2']])
    await forgetful.close()
  })
})
