import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** The folder for the copies of a source. No other source uses it. */
export function storeFolderOf(base: string, spokeId: string, folder: string): string {
  return join(base, `files-${createHash('sha256').update(`${spokeId}\0${folder}`).digest('hex').slice(0, 16)}`)
}
