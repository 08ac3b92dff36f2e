import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A file of the package, by its path from the package's root. Works from the sources and from the build. */
export function packageFile(path: string): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return join(folder, path)
}
