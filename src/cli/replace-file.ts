import { randomUUID } from 'node:crypto'
import { open, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Writable } from 'node:stream'
import { ConfigError } from '../errors.js'
import { cannotWrite } from './print.js'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Writes a file that is there only as a whole: under a temporary name beside it, which it leaves at the end. What fails, or is interrupted,
 * leaves the file as it was, and no other. Throws ConfigError before anything is written where there can be no such file.
 * @param write writes the content. Its signal ends where the process is interrupted, which then ends by that signal.
 * @returns what `write` returns.
 */
export async function replaceFile<T>(file: string, write: (to: Writable, signal: AbortSignal) => Promise<T>): Promise<T> {
  const { path, mode } = await placeOf(file)
  const temporary = join(dirname(path), `.dials-${randomUUID()}.part`)
  const interrupted = new AbortController()
  const interrupt = (signal: NodeJS.Signals) => interrupted.abort(signal)
  for (const signal of signals) process.on(signal, interrupt)
  try {
    const handle = await open(temporary, 'wx', mode).catch((thrown: unknown) => {
      throw notThere(file, thrown)
    })
    const written = await write(handle.createWriteStream({ flush: true }), interrupted.signal)
    await rename(temporary, path).catch((thrown: unknown) => {
      throw cannotWrite(thrown)
    })
    return written
  } catch (thrown) {
    await rm(temporary, { force: true })
    throw thrown
  } finally {
    for (const signal of signals) process.off(signal, interrupt)
    if (interrupted.signal.aborted) process.kill(process.pid, interrupted.signal.reason as NodeJS.Signals)
  }
}

/** Where the file is to be, behind links, and its rights if it is there. */
async function placeOf(file: string): Promise<{ path: string; mode: number }> {
  // Behind /dev/stdout is whatever file standard output goes to, and it is not ours. Files in memory are ours.
  if (/^\/(dev(?!\/shm\/)|proc)\//.test(resolve(file)) || file === '-' || file === '')
    throw new ConfigError(file, '', 'it is no file that could be replaced: leave --out out to write to standard output')
  const path = await realpath(file).catch(() => file)
  const there = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return undefined
    throw notThere(file, thrown)
  })
  if (there === undefined) return { path, mode: 0o666 }
  if (there.isFile()) return { path, mode: there.mode & 0o777 }
  throw new ConfigError(file, '', 'it is there and is no file, so it cannot be replaced by one: give --out another name')
}

function notThere(file: string, cause: unknown): ConfigError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
  const mend = code === 'ENOENT' ? 'its folder does not exist' : `it cannot be written (${code})`
  return new ConfigError(file, '', mend, { cause })
}
