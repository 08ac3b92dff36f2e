import type { DatasetDescription, DistributionDescription, TableDescription } from '../../src/connector/catalogue.js'
import { type ColumnDescription, sensitivities, type Sensitivity } from '../../src/connector/column.js'
import type { ColumnEntry } from './folder/catalogue-file.js'
import type { FileDataset } from './folder/datasets.js'
import { mediaTypeOf } from '../shared/tabular/formats.js'
import type { ConvertedTable } from '../shared/tabular/copies/manifest.js'
import { describedBy } from '../shared/dataset-entry.js'
import { isNotWgs84 } from '../shared/tabular/geo-reports.js'
import { isDayAssumed } from '../shared/tabular/typing/day-reports.js'
import { humanised, slugOf, uniqueSlugs } from '../shared/slug.js'

/** Describes a dataset for the catalogue. @param hashes the SHA-256 of each of its files, by name. */
export function describeDataset(
  { id, title, entry, files, access, listing }: FileDataset,
  tables: TableDescription[],
  hashes: ReadonlyMap<string, string>,
): DatasetDescription {
  const { description, issued } = entry
  const latest = files
    .map(({ modified }) => modified)
    .sort()
    .at(-1)
  const modified = entry.modified ?? latest
  return {
    id,
    title,
    ...describedBy(entry),
    access,
    listing,
    distributions: distributions(files, hashes),
    tables: access === 'OPEN' ? tables : tables.map(withoutProfiles),
    ...(description === undefined ? {} : { description }),
    ...(issued === undefined ? {} : { issued }),
    ...(modified === undefined ? {} : { modified }),
  }
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

/**
 * The columns that an entry protects but no table of the dataset has. Such a column may have been renamed, and any column without an entry
 * may be that column.
 */
export function lostProtection(columns: ReadonlyMap<string, ColumnEntry>, tables: readonly ConvertedTable[]): string[] {
  const known = new Set(tables.flatMap((table) => table.columns.map(({ name }) => name)))
  return [...columns].flatMap(([name, { sensitivity = 'NONE' }]) => (sensitivity === 'NONE' || known.has(name) ? [] : [name]))
}

/** The most columns that a problem of a table names. */
const namesMax = 100

/** Describes a converted table for the catalogue, with what its publisher says of its columns. */
export function describeTable(
  id: string,
  table: ConvertedTable,
  options: {
    title: string
    version: string
    columns: ReadonlyMap<string, ColumnEntry>
    lostProtection: readonly string[]
    problems: readonly string[]
  },
): TableDescription {
  const known = new Set(table.columns.map(({ name }) => name))
  const unknown = [...options.columns.keys()].filter((name) => !known.has(name))
  const problems = unknown.slice(0, namesMax).map((name) => `catalogue.yaml describes a column "${name}" that the table does not have.`)
  if (unknown.length > namesMax) problems.push(`catalogue.yaml describes ${unknown.length - namesMax} more such columns.`)
  const isHeldBack = options.lostProtection.length > 0
  if (isHeldBack)
    problems.push(
      `catalogue.yaml protects ${quoted(options.lostProtection)}, which no table of the dataset has. Until that is mended, every column that catalogue.yaml does not describe counts as PERSONAL.`,
    )
  return {
    id,
    name: table.sheet ?? id,
    title: table.sheet === undefined ? options.title : humanised(table.sheet),
    columns: asStrictAsSources(
      table.columns.map((column) =>
        describeColumn(column, options.columns.get(column.name) ?? (isHeldBack ? { sensitivity: 'PERSONAL' } : undefined)),
      ),
      table.geometryFrom ?? [],
    ).map((column) => ({
      ...column,
      ...(isDayAssumed(column.name, table.problems) ? { dayAssumed: true } : {}),
      ...(column.type === 'GEOMETRY' && isNotWgs84(column.name, table.problems) ? { notWgs84: true } : {}),
    })),
    rowCount: table.rowCount,
    version: options.version,
    problems: [...options.problems, ...table.problems, ...problems].slice(0, 1000).map((problem) => problem.slice(0, 2000)),
  }
}

function quoted(names: readonly string[]): string {
  const some = names.slice(0, namesMax).map((name) => `"${name}"`)
  return names.length > namesMax ? `${some.join(', ')} and ${names.length - namesMax} more` : some.join(', ')
}

function describeColumn(column: ColumnDescription, entry: ColumnEntry | undefined): ColumnDescription {
  if (entry === undefined) return column
  const { type: _, ...said } = entry
  const described: ColumnDescription = { ...column, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) }
  return described.sensitivity === 'NONE' ? described : withoutProfile(described)
}

/** What was derived shows what it was derived from, so the last column is at least as sensitive as these. @param sources their names. */
function asStrictAsSources(columns: readonly ColumnDescription[], sources: readonly string[]): ColumnDescription[] {
  const strictness = columns.filter(({ name }) => sources.includes(name)).map(({ sensitivity }) => sensitivities.indexOf(sensitivity))
  return columns.map((column, position) => {
    const own = sensitivities.indexOf(column.sensitivity)
    const strictest = Math.max(own, ...strictness)
    return position < columns.length - 1 || strictest === own
      ? column
      : withoutProfile({ ...column, sensitivity: sensitivities[strictest] as Sensitivity })
  })
}

/** Profiles hold values of the rows. Those of a dataset that is not OPEN must not leave this process. */
function withoutProfiles(table: TableDescription): TableDescription {
  return { ...table, columns: table.columns.map(withoutProfile) }
}

function withoutProfile({ profile: _, ...column }: ColumnDescription): ColumnDescription {
  return column
}
