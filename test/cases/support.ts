import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { tableOf } from '../files/support/folder.js'

/** One of the inputs under in/, read as a file of its own. */
export async function tableOfCase(path: string) {
  return tableOf(basename(path), await inputOf(path))
}

/** The bytes of one of the inputs under in/. */
export function inputOf(path: string): Promise<Buffer> {
  return readFile(join(import.meta.dirname, 'in', path))
}
