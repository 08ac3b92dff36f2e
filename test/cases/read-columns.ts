import { readFileSync } from 'node:fs'
import { folderOf, typesOf } from '../files/support/folder.js'

/** The input of a case, by its path under `in/`. */
export function input(path: string): Buffer {
  return readFileSync(new URL(`in/${path}`, import.meta.url))
}

/** A column as it was read. */
export interface ReadColumn {
  type: string
  values: (string | null)[]
  problems: string[]
}

/**
 * Columns `v` of a file each, read in one harvest, by name.
 * @param columns values; the type that catalogue.yaml asks for, if any. @param delimiter of every file
 */
export async function columnsOf(
  columns: Readonly<Record<string, readonly [values: readonly string[], demand?: string]>>,
  delimiter = '\t',
): Promise<Record<string, ReadColumn>> {
  const names = Object.keys(columns)
  const files = names.map((name, at) => [
    `t${at}.csv`,
    `k${delimiter}v\n${(columns[name]?.[0] ?? []).map((value, row) => `k${row}${delimiter}${value}`).join('\n')}\n`,
  ])
  const demands = names.flatMap((name, at) =>
    columns[name]?.[1] === undefined ? [] : [`  t${at}: { columns: { v: { type: ${columns[name][1]} } } }`],
  )
  const yaml = demands.length === 0 ? {} : { 'catalogue.yaml': `datasets:\n${demands.join('\n')}\n` }
  const opened = await folderOf({ ...Object.fromEntries(files), ...yaml })
  const found = new Map((await opened.harvest()).flatMap((event) => (event.kind === 'dataset' ? [[event.dataset.id, event.dataset]] : [])))
  const read: Record<string, ReadColumn> = {}
  for (const [at, name] of names.entries()) {
    const [table] = found.get(`t${at}`)?.tables ?? []
    const column = table?.columns[1]
    if (table === undefined || column === undefined) throw new Error(`${name} was not read`)
    const shapes = table.columns.map(({ name: called, type, scale }) => ({ name: called, type, ...(scale === undefined ? {} : { scale }) }))
    const { rows } = await opened.run({ op: 'scan', table: `t${at}/${table.id}`, columns: shapes })
    read[name] = {
      type: String(typesOf([column]).v),
      values: rows.map(({ c1 }) => (c1 === null ? null : String(c1))),
      problems: table.problems,
    }
  }
  return read
}
