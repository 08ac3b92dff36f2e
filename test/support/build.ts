import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** `npm run build` writes it once everything is compiled: a source that is newer has changed since. */
const stamp = 'dist/.built'
const sources = ['src', 'connectors', 'migrations', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']

/** Builds the program before the tests that run it, since they run the built one, as users do. Does nothing where it is up to date. */
export default function build(): void {
  const builtAt = modifiedAt(stamp)
  if (!sources.some((source) => changedSince(source, builtAt))) return
  execFileSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' })
}

const modifiedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** A folder changes when a file in it is made, removed or renamed. */
function changedSince(path: string, at: number): boolean {
  const found = statSync(path)
  if (found.mtimeMs >= at) return true
  return found.isDirectory() && readdirSync(path).some((name) => changedSince(join(path, name), at))
}
