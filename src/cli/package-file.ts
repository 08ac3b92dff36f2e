import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A file that comes with the package, by its path from the package's root: the same from the sources and from what is built of them. */
export function packageFile(path: string): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return join(folder, path)
}
