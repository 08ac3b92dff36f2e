import { spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { totalmem } from 'node:os'
import path from 'node:path'
import type { Premises } from './premises.js'
import { clearStalePostmaster } from './postmaster.js'

/** A `postgres` of ours, from its start until it ends or this process does. It outlives this process: the next start adopts it. */
export interface ServerProcess {
  readonly running: boolean
  /** What it has written since its start. */
  words(): Promise<string>
}

interface StartOptions {
  readonly premises: Premises
  readonly cluster: string
  readonly port: number | undefined
}

/** PostgreSQL says so when another start was quicker, when a killed server's children are still ending, or when the port was taken. */
export const passing = /lock file .* already exists|shared memory block .* is still in use|Address already in use|could not bind/

/** Starts the server on loopback, on `port` where that is free, else on any. Its log is `server.log` in the home, begun anew. */
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
  // To a file, not to a pipe: a pipe would end with this process, and a busy event loop would hold the server up.
  const log = await open(logFile, 'w', 0o600)
  let running = true
  let failure: Error | undefined
  try {
    // A group of its own, so that Ctrl-C at the hub's terminal does not stop the database before the hub has finished with it.
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

/** What the machine has, or what this process may have of it. */
const memoryBytes = () => Math.min(totalmem(), process.constrainedMemory() || Infinity)

const mebibyte = 2 ** 20

/**
 * PostgreSQL's settings, by name. A catalogue of 100,000 datasets and its search index take more than its 128 MB of shared buffers: they
 * are an eighth of the memory, within 128 and 512 MB, and what is not used is not taken. Pages that the system has in memory are read at
 * once, and not by a worker that is to be woken first.
 * @param bytes of memory that this process may have
 */
export function memorySettings(bytes: number): Readonly<Record<string, string>> {
  return { shared_buffers: `${Math.floor(Math.min(512, Math.max(128, bytes / 8 / mebibyte)))}MB`, io_method: 'sync' }
}

/** A port that nobody listens on now; undefined where `wanted` is taken. PostgreSQL says if another is quicker. */
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
