import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import type { Log } from '../../src/connector/source.js'
import { DialsError, SourceTimeout } from '../../src/errors.js'
import { bindIds } from './folder/bind-ids.js'
import { catalogueFileName, readCatalogueFile } from './folder/catalogue-file.js'
import type { FilesConfig } from './config.js'
import type { ContentHashes } from '../shared/tabular/copies/content-hashes.js'
import type { Converter, HeldForm } from '../shared/tabular/copies/converter.js'
import type { CopyStore } from '../shared/tabular/copies/copy-store.js'
import type { HeldTable, HarvestedTables } from '../shared/tabular/copies/harvested-tables.js'
import { type FileDataset, groupFiles } from './folder/datasets.js'
import { holdDataFile } from './hold-data-file.js'
import type { HeldFile } from '../shared/held-file.js'
import { describeDataset, describeTable, lostProtection } from './describe.js'
import { folderProblems } from './folder/folder-problems.js'
import { type DataFile, listFolder } from './folder/folder.js'
import type { ConvertedTable } from '../shared/tabular/copies/manifest.js'
import { type FolderMemory, readMemory, writeMemory } from './folder/memory.js'
import { Unreadable } from '../shared/tabular/unreadable.js'

/** What a harvest needs. */
export interface HarvestParts {
  folder: string
  config: FilesConfig
  store: CopyStore
  hashes: ContentHashes
  harvestedTables: HarvestedTables
  converter: Converter
  /** The file that keeps this folder's memory. */
  memoryFile: string
  log: Log
  /** To be called as the folder is listed. Answers whether no other harvest has listed it since. */
  listing(): () => boolean
  /** Runs one piece of work at a time, across all harvests of the source. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** The version of a table whose copy has this key. */
  versionOf(keys: readonly string[]): Promise<string>
  /** Called once catalogue.yaml was read: with its error, or with undefined if it is valid. */
  onCatalogueFile(readable: DialsError | undefined): void
}

/**
 * Reads the folder: yields a `dataset` for each that could be read, a `problem` for each file that could not, then `complete`. A file that
 * has not changed since the last harvest is not read again. A file that cannot be read leaves its dataset as it was, marked stale.
 * @throws SourceUnavailable if the folder or its catalogue.yaml cannot be read at all.
 */
export async function* harvestFolder(parts: HarvestParts, signal: AbortSignal): AsyncGenerator<CatalogueEvent> {
  const { config, folder, harvestedTables, store, hashes, memoryFile, inTurn } = parts
  const catalogue = await readCatalogueFile(folder).catch((thrown: unknown) => thrown as DialsError)
  parts.onCatalogueFile(catalogue instanceof Error ? catalogue : undefined)
  if (catalogue instanceof Error) {
    if (catalogue instanceof DialsError) yield { kind: 'problem', sourceId: catalogueFileName, message: catalogue.message.slice(0, 2000) }
    throw catalogue
  }
  await store.open()
  // Another harvest of this folder may be running, so the memory is read and written in one turn.
  const { datasets, problems, memory, listed, isLatest } = await inTurn(async () => {
    const isLatest = parts.listing()
    const before = await readMemory(memoryFile)
    const named = new Set(Object.values(catalogue.datasets).flatMap(({ files = [] }) => files))
    const listed = await listFolder(folder, config.maxFileMb * 1024 * 1024, ({ stem, name }) => before.stems.has(stem) || named.has(name))
    const grouped = await groupFiles(listed, catalogue, before, config.defaultAccess)
    await writeMemory(memoryFile, grouped.memory)
    // What was withdrawn is not answered from here on, however long the other files take.
    await harvestedTables.keepOnly(new Set(grouped.datasets.map(({ id }) => id)))
    return { ...grouped, listed, isLatest }
  })
  for (const { id, message } of problems) yield { kind: 'problem', sourceId: id, message: message.slice(0, 2000), listing: 'PARTIES' }
  for (const dataset of datasets) {
    const events = await inTurn(() => harvestDataset(dataset, parts, memory, signal))
    if (signal.aborted) throw new SourceTimeout('The harvest was ended before it had read every file.')
    yield* events
  }
  await inTurn(async () => {
    // What has come since is another harvest's to keep, or to drop.
    if (!isLatest()) return harvestedTables.save()
    await writeMemory(memoryFile, { ...(await readMemory(memoryFile)), tables: memory.tables })
    await harvestedTables.keepOnly(new Set(datasets.map(({ id }) => id)))
    await harvestedTables.save()
    await hashes.keepOnly(listed.files.map(({ path }) => path))
    await store.keepOnly(await harvestedTables.keys())
  })
  yield { kind: 'complete' }
}

/** A table that was read, before it has an id. `key` is its place in the dataset. */
interface ReadTable {
  readonly key: string
  readonly name: string
  readonly table: ConvertedTable
  readonly held: HeldTable
  readonly version: string
  readonly title: string
  readonly problems: readonly string[]
}

async function harvestDataset(
  dataset: FileDataset,
  parts: HarvestParts,
  memory: FolderMemory,
  signal: AbortSignal,
): Promise<CatalogueEvent[]> {
  const refused = dataset.refused.map((message) => problemOf(dataset, message))
  if (dataset.files.length === 0) return [...refused, ...(await asBefore(dataset, dataset.refused.join(' '), parts))]
  const bound = memory.tables.get(dataset.id) ?? new Map<string, string>()
  let reading = ''
  try {
    const seen = new Map<string, DataFile>()
    const hashes = new Map<string, string>()
    const hold = <T extends { hash: string }>(file: DataFile, work: (held: HeldFile) => Promise<T>): Promise<T> => {
      reading = file.name
      return holdDataFile(parts.folder, file, parts.config.maxFileMb * 1024 * 1024, async (held) => {
        const done = await work(held)
        seen.set(file.name, { ...file, bytes: held.bytes, modified: held.modified })
        hashes.set(file.name, done.hash)
        return done
      })
    }
    const withRows = new Set(dataset.tables.map(({ file }) => file))
    for (const file of dataset.files) if (!withRows.has(file)) await hold(file, (held) => parts.hashes.of(file.path, held, signal))
    const columns = new Map(Object.entries(dataset.entry.columns ?? {}))
    const types = new Map([...columns].flatMap(([name, { type }]) => (type === undefined ? [] : [[name, type] as const])))
    const semanticTypes = new Map(
      [...columns].flatMap(([name, { semanticType }]) => (semanticType === undefined ? [] : [[name, semanticType] as const])),
    )
    const said = { types, semanticTypes, keepTotals: dataset.entry.totals === 'KEEP' }
    const read: ReadTable[] = []
    for (const { stem, name, title, file, problems } of dataset.tables) {
      // A file without rows does not show the types of its columns, so those of the last harvest stay.
      const before = bound.get(`${stem}/`)
      const known = before === undefined ? undefined : (await parts.harvestedTables.get(`${dataset.id}/${before}`))?.columns
      const places = geojsonBeside(dataset, file)
      const copied = (geojson?: HeldForm) =>
        hold(file, (held) => parts.converter.copyOf({ ...file, held }, said, signal, { known, geojson }))
      const { key, manifest } = await (places === undefined
        ? copied()
        : holdDataFile(parts.folder, places, parts.config.maxFileMb * 1024 * 1024, (held) => copied({ path: places.path, held })))
      const { modified: asOf } = seen.get(file.name) as DataFile
      const version = await parts.versionOf([key])
      for (const table of manifest.tables) {
        const held = {
          dataset: dataset.id,
          key,
          file: table.file,
          columns: table.columns,
          rowCount: table.rowCount,
          asOf,
          ...(table.indexed === undefined ? {} : { indexed: table.indexed }),
          ...(table.totals === undefined ? {} : { totals: table.totals }),
        }
        read.push({
          key: `${stem}/${table.sheet ?? ''}`,
          name: table.sheet ?? name,
          table,
          held,
          version,
          title,
          problems: [...problems, ...placesElsewhere(dataset, file, table), ...manifest.problems],
        })
      }
    }
    const ids = bindIds(bound, read)
    memory.tables.set(dataset.id, new Map([...bound, ...ids].slice(-tablesMax)))
    const idOf = (key: string) => ids.get(key) as string
    const lost = lostProtection(
      columns,
      read.map(({ table }) => table),
    )
    const tables = read.map(({ key, table, version, title, problems }) =>
      describeTable(idOf(key), table, { title, version, columns, lostProtection: lost, problems }),
    )
    await parts.harvestedTables.replace(dataset.id, new Map(read.map(({ key, held }) => [`${dataset.id}/${idOf(key)}`, held])))
    return [
      ...refused,
      {
        kind: 'dataset',
        dataset: describeDataset({ ...dataset, files: dataset.files.map(({ name }) => seen.get(name) as DataFile) }, tables, hashes),
      },
    ]
  } catch (thrown) {
    if (signal.aborted) return []
    const message = `${reading}: ${reasonOf(thrown, dataset, parts.log)}`
    return [...refused, problemOf(dataset, message), ...(await asBefore(dataset, message, parts))]
  }
}

/** A table without geometries, of which the dataset has another form that has them. */
function placesElsewhere(dataset: FileDataset, file: DataFile, { columns }: ConvertedTable): string[] {
  if (columns.some(({ type }) => type === 'GEOMETRY')) return []
  const other = geojsonBeside(dataset, file)
  return other === undefined ? [] : [folderProblems.placesElsewhere(file.name, other.name)]
}

/** The file of the same data as GeoJSON, if the rows are read from another. */
function geojsonBeside({ files }: FileDataset, { stem, format }: DataFile): DataFile | undefined {
  return format === 'geojson' ? undefined : files.find((file) => file.stem === stem && file.format === 'geojson')
}

/** Problems place and count rows, so those of a dataset that is not OPEN are told to its parties only. */
const problemOf = ({ id, access, listing }: FileDataset, message: string): CatalogueEvent => ({
  kind: 'problem',
  sourceId: id,
  message: message.slice(0, 2000),
  listing: access === 'OPEN' ? listing : 'PARTIES',
})

/** A dataset whose file is present but cannot be read: its earlier tables, with the present catalogue.yaml applied. */
async function asBefore(
  dataset: FileDataset,
  reason: string,
  { harvestedTables, store, versionOf }: HarvestParts,
): Promise<CatalogueEvent[]> {
  const columns = new Map(Object.entries(dataset.entry.columns ?? {}))
  const held = [...(await harvestedTables.markStale(dataset.id, reason))]
  const read = await Promise.all(
    held.map(async ([id, table]) => ({
      id,
      table: (await store.get(table.key))?.tables.find(({ file }) => file === table.file),
      version: await versionOf([table.key]),
    })),
  )
  const known = read.flatMap(({ table, ...rest }) => (table === undefined ? [] : [{ table, ...rest }]))
  if (known.length === 0) return []
  const lost = lostProtection(
    columns,
    known.map(({ table }) => table),
  )
  const problems = [`The rows are of an earlier state, since the file cannot be read now. ${reason}`]
  const tables = known.map(({ id, table, version }) =>
    describeTable(id.slice(dataset.id.length + 1), table, { title: dataset.title, version, columns, lostProtection: lost, problems }),
  )
  return [{ kind: 'dataset', dataset: describeDataset(dataset, tables, new Map()) }]
}

/** The most tables of one dataset whose ids are remembered, deleted ones included. */
const tablesMax = 2000

function reasonOf(thrown: unknown, dataset: FileDataset, log: Log): string {
  if ((thrown as NodeJS.ErrnoException).code === 'EACCES') return 'This process has no right to read it. Its operator must see to that.'
  if (thrown instanceof Unreadable && thrown.cause === undefined) return thrown.message
  log.warn({ err: thrown, dataset: dataset.id }, 'a file could not be converted')
  if (thrown instanceof Unreadable) return thrown.message
  if (thrown instanceof DialsError && thrown.code === 'RESULT_TOO_LARGE') {
    return 'It needs more memory than a conversion may have: its rows are very long. Split it, or publish it as Parquet.'
  }
  return 'It could not be converted. The reason is in the log of the process that reads it.'
}
