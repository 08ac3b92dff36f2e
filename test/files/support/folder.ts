import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type OpenedFolder, openFolder } from './source.js'

/** A folder with these files, opened as a source; both go with the test. */
export async function folderOf(
  files: Readonly<Record<string, string | Buffer>>,
  config: object = {},
): Promise<OpenedFolder & { folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'dials-folder-'))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const opened = await openFolder(folder, config)
  onTestFinished(async () => {
    await opened.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { ...opened, folder }
}

/** One file, read: its only table and every row as text. */
export async function tableOf(name: string, content: string | Buffer) {
  const opened = await folderOf({ [name]: content })
  const events = await opened.harvest()
  const event = events.find((one) => one.kind === 'dataset')
  if (event?.kind !== 'dataset')
    throw new Error(
      `${name} was not read: ${JSON.stringify(events)} ${opened.logged.map((entry) => String((entry as { err?: Error }).err?.cause)).join()}`,
    )
  const [table] = event.dataset.tables
  if (table === undefined) throw new Error(`${name} has no table`)
  return {
    table,
    names: table.columns.map((column) => column.name),
    types: typesOf(table.columns),
    rows: await opened.texts(`${event.dataset.id}/${table.id}`),
    problems: table.problems,
  }
}

/** Why a file was not read. */
export async function refusalOf(name: string, content: string | Buffer): Promise<string> {
  const opened = await folderOf({ [name]: content })
  const events = await opened.harvest()
  const problem = events.find((one) => one.kind === 'problem')
  if (problem?.kind !== 'problem') throw new Error(`${name} was read: ${JSON.stringify(events)}`)
  if (events.at(-1)?.kind !== 'complete') throw new Error('the listing was whole, but the harvest did not say so')
  return problem.message
}

/** `INT64`, `DECIMAL(2)` … by name. */
export function typesOf(columns: readonly { name: string; type: string; scale?: number | undefined }[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, type, scale }) => [name, scale === undefined ? type : `${type}(${scale})`]))
}
