import type { Access, DatasetDescription, DistributionDescription, Listing, TableDescription } from '../../src/connector/catalogue.js'
import type { ColumnDescription } from '../../src/connector/column.js'
import type { ColumnEntry, DatasetEntry } from './catalogue-file.js'
import type { FileDataset } from './datasets.js'
import { mediaTypeOf } from './formats.js'
import type { ConvertedTable } from './manifest.js'
import { humanised, slugOf, uniqueSlugs } from '../shared/slug.js'

/** A dataset as the catalogue tells of it. @param hashes the SHA-256 of each of its files, by name. */
export function describeDataset(
  { id, title, entry, files }: FileDataset,
  tables: TableDescription[],
  defaultAccess: Access,
  hashes: ReadonlyMap<string, string>,
): DatasetDescription {
  const access = entry.access ?? defaultAccess
  const { description, licence, issued, frequency, landingPage } = entry
  const latest = files.map(({ modified }) => modified).sort().at(-1)
  const modified = entry.modified ?? latest
  return {
    id,
    title,
    themes: entry.themes ?? [],
    keywords: entry.keywords ?? [],
    access,
    sharedWith: entry.sharedWith ?? [],
    listing: listingOf(entry, defaultAccess),
    distributions: distributions(files, hashes),
    tables: access === 'OPEN' ? tables : tables.map(withoutProfiles),
    ...(description === undefined ? {} : { description }),
    ...(licence === undefined ? {} : { licence }),
    ...(issued === undefined ? {} : { issued }),
    ...(modified === undefined ? {} : { modified }),
    ...(frequency === undefined ? {} : { frequency }),
    ...(landingPage === undefined ? {} : { landingPage }),
  }
}

/** Who learns that a dataset exists: as its entry says, else everybody where it is OPEN. */
export function listingOf(entry: DatasetEntry, defaultAccess: Access): Listing {
  return entry.listing ?? ((entry.access ?? defaultAccess) === 'OPEN' ? 'PUBLIC' : 'PARTIES')
}

function distributions(files: FileDataset['files'], hashes: ReadonlyMap<string, string>): DistributionDescription[] {
  const several = new Set(files.map(({ stem }) => stem)).size > 1
  const ids = uniqueSlugs(files.map(({ stem, format }) => (several ? `${slugOf(stem)}-${format}` : format)))
  return files.map(({ name, format, bytes, modified }, position) => {
    const checksum = hashes.get(name)
    return {
      id: ids[position] as string,
      title: name,
      format,
      mediaType: mediaTypeOf(name, format),
      byteSize: bytes,
      modified,
      ...(checksum === undefined ? {} : { checksum }),
    }
  })
}

/** A converted table as the catalogue tells of it, with what its publisher says of its columns. */
export function describeTable(
  id: string,
  table: ConvertedTable,
  options: { title: string; version: string; columns: Readonly<Record<string, ColumnEntry>>; problems: readonly string[] },
): TableDescription {
  const known = new Set(table.columns.map(({ name }) => name))
  const unknown = Object.keys(options.columns).filter((name) => !known.has(name))
  const problems = unknown.map((name) => `catalogue.yaml describes a column "${name}" that the table does not have.`.slice(0, 2000))
  return {
    id,
    name: table.sheet ?? id,
    title: table.sheet === undefined ? options.title : humanised(table.sheet),
    columns: table.columns.map((column) => describeColumn(column, options.columns[column.name])),
    rowCount: table.rowCount,
    version: options.version,
    problems: [...options.problems, ...table.problems, ...problems].slice(0, 1000).map((problem) => problem.slice(0, 2000)),
  }
}

function describeColumn(column: ColumnDescription, entry: ColumnEntry | undefined): ColumnDescription {
  if (entry === undefined) return column
  const { type: _, ...said } = entry
  const described: ColumnDescription = { ...column, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) }
  return described.sensitivity === 'NONE' ? described : withoutProfile(described)
}

/** What is not open to everybody leaves this process neither in rows nor in figures of them. */
function withoutProfiles(table: TableDescription): TableDescription {
  return { ...table, columns: table.columns.map(withoutProfile) }
}

function withoutProfile({ profile: _, ...column }: ColumnDescription): ColumnDescription {
  return column
}
