import type { Access, CatalogueEvent, TableDescription } from '../../src/connector/catalogue.js'
import type { Log } from '../../src/connector/source.js'
import { DialsError, SourceTimeout } from '../../src/errors.js'
import { type CatalogueFile, catalogueFileName, readCatalogueFile } from './catalogue-file.js'
import type { FilesConfig } from './config.js'
import type { ContentHashes } from './copies/content-hashes.js'
import type { Converter } from './copies/converter.js'
import type { CopyStore } from './copies/copy-store.js'
import type { HeldTable, Holdings } from './copies/holdings.js'
import { type FileDataset, groupFiles } from './datasets.js'
import { describeDataset, describeTable, listingOf } from './describe.js'
import { listFolder } from './folder.js'
import { uniqueSlugs } from '../shared/slug.js'
import { Unreadable } from './unreadable.js'

/** What a harvest works with. */
export interface HarvestParts {
  folder: string
  config: FilesConfig
  store: CopyStore
  hashes: ContentHashes
  holdings: Holdings
  converter: Converter
  log: Log
  /** Runs one piece of work at a time, over all harvests of the source. */
  inTurn<T>(work: () => Promise<T>): Promise<T>
  /** Told who may read what, or that nobody can know. */
  onCatalogueFile(readable: DialsError | undefined): void
}

/**
 * Reads the folder: a `dataset` for each that could be read, a `problem` for each file that could not, then `complete`. A file that did not
 * change since the last harvest is not read again; one that cannot be read leaves its dataset as it was.
 * @throws SourceUnavailable where the folder or its catalogue.yaml cannot be read at all.
 */
export async function* harvestFolder(parts: HarvestParts, signal: AbortSignal): AsyncGenerator<CatalogueEvent> {
  const { config, folder, holdings, store, hashes, inTurn } = parts
  const catalogue = await readCatalogueFile(folder).catch((thrown: unknown) => thrown as DialsError)
  parts.onCatalogueFile(catalogue instanceof Error ? catalogue : undefined)
  if (catalogue instanceof Error) {
    if (catalogue instanceof DialsError) yield { kind: 'problem', sourceId: catalogueFileName, message: catalogue.message.slice(0, 2000) }
    throw catalogue
  }
  const listed = await listFolder(folder, config.maxFileMb * 1024 * 1024)
  await store.open()
  const { datasets, problems } = groupFiles(listed, catalogue)
  const defaultAccess = safeDefault(config.defaultAccess, catalogue, [...datasets, ...problems])
  for (const { id, message } of problems) {
    const listing = id === catalogueFileName ? 'PARTIES' : listingOf(catalogue.datasets[id] ?? {}, defaultAccess)
    yield { kind: 'problem', sourceId: id, message: message.slice(0, 2000), listing }
  }
  if (defaultAccess !== config.defaultAccess) yield { kind: 'problem', sourceId: catalogueFileName, message: heldBack }
  for (const dataset of datasets) {
    const event = await inTurn(() => harvestDataset(dataset, { ...parts, config: { ...config, defaultAccess } }, signal))
    if (signal.aborted) throw new SourceTimeout('The harvest was ended before it had read every file.')
    yield event
  }
  await inTurn(async () => {
    await holdings.keepOnly(new Set([...datasets, ...problems].map(({ id }) => id)))
    await holdings.save()
    await hashes.keepOnly(listed.files.map(({ path }) => path))
    await store.keepOnly(await holdings.keys())
  })
  yield { kind: 'complete' }
}

const heldBack =
  'catalogue.yaml closes a dataset that no file of the folder is: until its id is mended, every dataset whose access is not given there counts as CLOSED.'

/** A mistyped id must not open what it meant to close: then nothing is open but what says so itself. */
function safeDefault(defaultAccess: Access, { datasets }: CatalogueFile, found: readonly { id: string }[]): Access {
  const astray = Object.entries(datasets).some(([id, { access = 'OPEN' }]) => access !== 'OPEN' && !found.some((one) => one.id === id))
  return astray ? 'CLOSED' : defaultAccess
}

async function harvestDataset(dataset: FileDataset, parts: HarvestParts, signal: AbortSignal): Promise<CatalogueEvent> {
  let reading = ''
  try {
    const hashes = new Map<string, string>()
    for (const file of dataset.files) {
      reading = file.name
      hashes.set(file.name, (await parts.hashes.of(file.path, signal)).hash)
    }
    const types = new Map(Object.entries(dataset.entry.columns ?? {}).flatMap(([name, { type }]) => (type === undefined ? [] : [[name, type] as const])))
    const read: { id: string; held: HeldTable; describe: (id: string) => TableDescription }[] = []
    for (const { id, title, file } of dataset.tables) {
      reading = file.name
      const { key, manifest } = await parts.converter.copyOf(file, types, signal)
      for (const table of manifest.tables) {
        read.push({
          id: table.sheet ?? id,
          held: {
            dataset: dataset.id, key, file: table.file, columns: table.columns, rowCount: table.rowCount, asOf: file.modified,
            ...(table.indexed === undefined ? {} : { indexed: table.indexed }),
          },
          describe: (own) =>
            describeTable(own, table, { title, version: key, columns: dataset.entry.columns ?? {}, problems: manifest.problems }),
        })
      }
    }
    const ids = uniqueSlugs(read.map(({ id }) => id))
    const tables = read.map(({ describe }, position) => describe(ids[position] as string))
    await parts.holdings.replace(dataset.id, new Map(read.map(({ held }, position) => [`${dataset.id}/${ids[position]}`, held])))
    return { kind: 'dataset', dataset: describeDataset(dataset, tables, parts.config.defaultAccess, hashes) }
  } catch (thrown) {
    const message = `${reading}: ${reasonOf(thrown, dataset, parts.log)}`.slice(0, 2000)
    return { kind: 'problem', sourceId: dataset.id, message, listing: listingOf(dataset.entry, parts.config.defaultAccess) }
  }
}

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
