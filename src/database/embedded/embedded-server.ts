import { execFile } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ConfigError } from '../../errors.js'
import type { DatabaseLog } from '../database-log.js'
import { ensureCluster, superuser } from './cluster.js'
import { folderError } from './folder-error.js'
import { type Lease, takeLease } from './lease.js'
import { findPostmaster } from './postmaster.js'
import { findPremises, type Premises } from './premises.js'
import { passing, type ServerProcess, startServer } from './server-process.js'

const run = promisify(execFile)

/** A start takes a fifth of a second; after a crash PostgreSQL first replays its log. */
const startTimeoutMs = 60_000
const pollMs = 15
const restartDelayMs = 2_000

/** An embedded PostgreSQL on loopback, used by this process and perhaps by other hubs with the same data folder. */
interface EmbeddedServer {
  /** Contains the password: never log or show it. */
  readonly url: string
  /** Stops the server unless another hub uses it. Safe to call twice. */
  close(): Promise<void>
}

/**
 * Starts the PostgreSQL of `dataFolder/postgres`, and makes its files the first time. If a server already runs there, of another hub or
 * left by a killed one, it is used instead. If the server dies while it is in use, it is started again, on the same port if that is free.
 * @throws ConfigError with the data folder and what to do; the signal's reason if that ends the wait.
 */
export async function openEmbeddedServer(options: { dataFolder: string; log: DatabaseLog; signal?: AbortSignal }): Promise<EmbeddedServer> {
  const dataFolder = path.resolve(options.dataFolder)
  try {
    const premises = await findPremises(dataFolder, options.log)
    const { folder, password } = await ensureCluster(premises, options.signal)
    const server = new Server(premises, folder, password, options.log)
    await server.open(options.signal)
    if (options.signal?.aborted === true) await server.close()
    options.signal?.throwIfAborted()
    return server
  } catch (error) {
    if (options.signal?.aborted === true) throw options.signal.reason
    const words = error !== null && typeof error === 'object' && 'stderr' in error ? String(error.stderr) : ''
    throw folderError(dataFolder, error, words)
  }
}

class Server implements EmbeddedServer {
  #lease: Lease | undefined
  #port: number | undefined
  #restarting: Promise<void> | undefined
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  constructor(
    private readonly premises: Premises,
    private readonly cluster: string,
    private readonly password: string,
    private readonly log: DatabaseLog,
  ) {}

  get url(): string {
    return this.#urlAt(this.#port ?? 0)
  }

  async open(signal?: AbortSignal): Promise<void> {
    this.#lease = await this.#reach(signal)
    void this.#keep(this.#lease)
  }

  close(): Promise<void> {
    return (this.#closed ??= this.#stop())
  }

  /**
   * Tries to use a running server, and to start one if there is none, until either works. A start is not interrupted, so that a started
   * server is stopped and not left behind.
   */
  async #reach(signal?: AbortSignal): Promise<Lease> {
    const deadline = Date.now() + startTimeoutMs
    let started: ServerProcess | undefined
    for (; Date.now() < deadline; await delay(pollMs)) {
      const found = await findPostmaster(this.cluster)
      if (found?.ready === true) {
        try {
          const lease = await takeLease(this.#urlAt(found.port))
          this.#port = found.port
          return lease
        } catch (error) {
          // 28P01: the password is not this cluster's, so waiting is no use. After any other error the server is starting or stopping.
          if ((error as { code?: unknown }).code === '28P01') throw error
        }
      }
      if (found !== undefined || started?.running === true) continue
      if (started !== undefined) {
        const words = await started.words()
        if (!passing.test(words)) throw folderError(this.premises.home, new Error('postgres ended'), words)
      }
      signal?.throwIfAborted()
      started = await startServer({ premises: this.premises, cluster: this.cluster, port: this.#port })
    }
    const mend = `the embedded database did not start within ${startTimeoutMs / 1000} s: server.log there gives the reason`
    throw new ConfigError(this.premises.home, '', mend)
  }

  /** Waits for the lease to end. If this process did not end it, the server died or was stopped by others, and is started again. */
  async #keep(lease: Lease): Promise<void> {
    await lease.ended
    if (this.#closing.signal.aborted) return
    this.log.warn({}, 'the embedded database has stopped; starting it again')
    this.#restarting = this.#restart(this.#closing.signal)
  }

  async #restart(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await this.open()
      } catch (error) {
        this.log.error({ err: error }, 'the embedded database does not start')
        await delay(restartDelayMs, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #stop(): Promise<void> {
    this.#closing.abort()
    await this.#restarting
    try {
      // A server that is gone by now needs no stopping.
      if ((await this.#lease?.release().catch(() => false)) !== true) return
      const { file, args, options } = this.premises.command('pg_ctl', ['stop', '-D', this.cluster, '-m', 'fast', '-w', '-t', '30'])
      await run(file, args, options)
    } finally {
      await this.#lease?.end().catch(() => undefined)
    }
  }

  #urlAt(port: number): string {
    return `postgres://${superuser}:${this.password}@127.0.0.1:${port}/postgres`
  }
}
