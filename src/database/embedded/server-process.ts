import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import path from 'node:path'
import type { Premises } from './premises.js'
import { clearStalePostmaster } from './postmaster.js'

/** A `postgres` that we started, until it or this process ends. It outlives this process, and the next start uses it. */
export interface ServerProcess {
  readonly running: boolean
  /** Its output since its start. */
  words(): Promise<string>
}

interface StartOptions {
  readonly premises: Premises
  readonly cluster: string
  readonly port: number | undefined
}

/** PostgreSQL prints this if another start was quicker, if the children of a killed server are still ending, or if the port was taken. */
export const passing = /lock file .* already exists|shared memory block .* is still in use|Address already in use|could not bind/

/** Starts the server on loopback, on `port` if it is free, else on any. Its log is `server.log` in the home folder, emptied first. */
export async function startServer({ premises, cluster, port }: StartOptions): Promise<ServerProcess> {
  await clearStalePostmaster(cluster)
  const logFile = path.join(premises.home, 'server.log')
  const chosen = (await freePort(port)) ?? (await freePort())
  const { file, args, options } = premises.command('postgres', [
    '-D',
    cluster,
    '-p',
    String(chosen),
    '-k',
    '',
    ...Object.entries({ listen_addresses: '127.0.0.1', timezone: 'UTC', log_timezone: 'UTC', ...memorySettings(memoryBytes()) }).flatMap(
      ([name, value]) => ['-c', `${name}=${value}`],
    ),
  ])
  // Logs to a file and not to a pipe: a pipe would end with this process, and a busy event loop would block the server.
  const log = await open(logFile, 'w', 0o600)
  let running = true
  let failure: Error | undefined
  try {
    // Its own process group, so that Ctrl-C at the hub's terminal does not stop the database before the hub has finished with it.
    const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', log.fd, log.fd] })
    child.once('exit', () => (running = false))
    child.once('error', (error) => {
      failure = error
      running = false
    })
    child.unref()
  } finally {
    await log.close()
  }
  return {
    get running() {
      return running
    },
    words: async () => `${await readFile(logFile, 'utf8').catch(() => '')}${failure === undefined ? '' : `\n${failure.message}`}`,
  }
}

/** The machine's memory, or this process's share of it. */
const memoryBytes = () => Math.min(totalmem(), process.constrainedMemory() || Infinity)

const mebibyte = 2 ** 20

/**
 * PostgreSQL's settings, by name. A catalogue of 100,000 datasets and its search index need more than the default 128 MB of shared buffers,
 * so they get an eighth of the memory, between 128 and 512 MB; unused buffers take no memory. Reads are synchronous, because waking a
 * worker takes longer than reading a page that the system has cached.
 * @param bytes of memory that this process may use
 */
export function memorySettings(bytes: number): Readonly<Record<string, string>> {
  return { shared_buffers: `${Math.floor(Math.min(512, Math.max(128, bytes / 8 / mebibyte)))}MB`, io_method: 'sync' }
}

/** A free port; undefined if `wanted` is taken. If another process takes it first, PostgreSQL reports that. */
function freePort(wanted = 0): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
