import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { SourceUnavailable } from '../../src/errors.js'
import { type Format, formatOf } from './formats.js'

/** A file of the folder that holds data. */
export interface DataFile {
  name: string
  stem: string
  format: Format
  path: string
  bytes: number
  /** ISO 8601. */
  modified: string
}

/** What a folder holds, in the order of the files' names. */
export interface Folder {
  files: DataFile[]
  /** Files that look like data and cannot be read, with the reason and the mend. */
  refused: { name: string; stem: string; message: string }[]
}

const filesMax = 5000

/**
 * Lists a folder's data files. Hidden files, sub-folders, files that are no data, and links that lead out of the folder are not among them.
 * @throws SourceUnavailable where the folder cannot be listed, or holds more than 5,000 data files.
 */
export async function listFolder(path: string, maxFileBytes: number): Promise<Folder> {
  const root = await realpath(path).catch(unavailable)
  const names = await readdir(root).catch(unavailable)
  const folder: Folder = { files: [], refused: [] }
  for (const name of names.sort(binary)) {
    if (name.startsWith('.')) continue
    const ending = extname(name)
    const stem = name.slice(0, name.length - ending.length)
    const format = formatOf(ending.slice(1))
    const refuse = (message: string) => folder.refused.push({ name, stem, message })
    if (format === undefined) {
      if (/^\.(?:xls|xlsb|ods)$/i.test(ending)) refuse(`${name} is an old or foreign workbook and is not read. Save it as .xlsx or CSV.`)
      if (/^\.(?:gz|bz2|xz|zst|zip|7z)$/i.test(ending)) refuse(`${name} is compressed and is not read. Unpack it.`)
      continue
    }
    const file = await regularFile(join(root, name), root)
    if (file === undefined) continue
    if (file.size > maxFileBytes) refuse(`${name} is larger than ${maxFileBytes >> 20} MiB and is not read. Raise maxFileMb, or split it.`)
    else folder.files.push({ name, stem, format, path: file.path, bytes: file.size, modified: file.mtime.toISOString() })
    if (folder.files.length > filesMax) throw new SourceUnavailable(`The folder holds more than ${filesMax} data files. Serve it in parts.`)
  }
  return folder
}

/** A file's real place, if it is a regular file within the folder. One that went since the listing is absent. */
async function regularFile(path: string, root: string): Promise<{ path: string; size: number; mtime: Date } | undefined> {
  try {
    const real = (await lstat(path)).isSymbolicLink() ? await realpath(path) : path
    const found = await stat(real)
    return found.isFile() && real.startsWith(root + sep) ? { path: real, size: found.size, mtime: found.mtime } : undefined
  } catch {
    return undefined
  }
}

function unavailable(cause: unknown): never {
  throw new SourceUnavailable('The folder of this source cannot be read. Its operator must see to its path and rights.', { cause })
}

function binary(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
