import type { Access, DatasetDescription, TableDescription } from '../../../src/connector/catalogue.js'
import type { ColumnDescription } from '../../../src/connector/column.js'
import { describedBy, listingOf } from '../dataset-entry.js'
import { humanised } from '../slug.js'
import { fullName } from './ids.js'
import type { SourceTable } from './source-table.js'
import type { DatasetEntry } from './entries.js'

/** The columns of a table, before its values are sampled. */
export function columnsOf({ columns }: SourceTable): ColumnDescription[] {
  return columns.map(({ name, nullable, comment, reading: { shape } }) => ({
    name: name.slice(0, 500),
    title: name.slice(0, 500),
    ...shape,
    nullable,
    sensitivity: 'NONE',
    ...(comment === undefined ? {} : { description: comment.slice(0, 10_000) }),
  }))
}

/** Describes a table for the catalogue, with what its publisher says of it. @param columns as recognised. */
export function describeTable(
  table: SourceTable,
  { columns, rowCount }: { columns: readonly ColumnDescription[]; rowCount: number | undefined },
  entry: DatasetEntry,
  defaultAccess: Access,
  keys: Pick<TableDescription, 'primaryKey' | 'foreignKeys'>,
): DatasetDescription {
  const description = entry.description ?? table.comment?.slice(0, 100_000)
  const title = entry.title ?? humanised(table.name)
  const access = entry.access ?? defaultAccess
  return {
    id: table.id,
    title,
    ...describedBy(entry),
    access,
    listing: listingOf(entry, access),
    distributions: [],
    tables: [{ ...tableOf(table, columns, rowCount, title, entry), ...keys }],
    ...(description === undefined ? {} : { description }),
  }
}

function tableOf(
  table: SourceTable,
  columns: readonly ColumnDescription[],
  rowCount: number | undefined,
  title: string,
  entry: DatasetEntry,
): TableDescription {
  const known = new Set(table.columns.map(({ name }) => name))
  const astray = Object.keys(entry.columns ?? {}).filter((name) => !known.has(name))
  // The protected column may have been renamed. Any column without an entry may be that column, so all of them are PERSONAL.
  const isHeldBack = astray.some((name) => (entry.columns?.[name]?.sensitivity ?? 'NONE') !== 'NONE')
  const saidOf = (name: string) => entry.columns?.[name] ?? (isHeldBack ? { sensitivity: 'PERSONAL' as const } : {})
  const problems = [
    ...table.notes,
    ...table.columns.flatMap(({ name, reading: { note } }) => (note === undefined ? [] : [`Column ${name} ${note}`])),
    ...(table.hidden.length === 0
      ? []
      : [`The role of this source may not read ${table.hidden.length} of its columns, which are left out.`]),
    ...astray.map((name) => `The configuration describes a column "${name}" that the table does not have.`),
    ...(isHeldBack
      ? ['One of these is protected. Until its name is mended, every column that the configuration does not describe counts as PERSONAL.']
      : []),
  ]
  return {
    id: table.id,
    name: fullName(table).slice(0, 500),
    title,
    columns: columns.map((column) => ({ ...column, ...defined(saidOf(column.name)) })),
    ...(rowCount === undefined ? {} : { rowCount }),
    problems: problems.slice(0, 1000).map((problem) => problem.slice(0, 2000)),
  }
}

function defined<T extends object>(entry: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: Exclude<T[K], undefined>
  }>
}
