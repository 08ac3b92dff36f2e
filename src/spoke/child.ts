import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log, SpokeProcess } from '../connector/source.js'
import { SourceUnreachable } from '../errors.js'

const firstPauseMs = 250
const longestPauseMs = 30_000
const stopMsMax = 5_000

/** What a spoke process sends its hub over IPC once it listens: its address. */
export interface Listening {
  listening: string
}

/**
 * A `dials spoke` process that this hub keeps running. It starts at once, and again after a growing pause whenever it ends. The spoke exits
 * when its IPC channel closes, so it never outlives the hub, not even after kill -9.
 */
export class SpokeChild implements SpokeProcess {
  #child: ChildProcess | undefined
  #url: string | undefined
  #hasEnded = false
  readonly #waiting = new Set<() => void>()
  readonly #stopping = new AbortController()
  readonly #supervision: Promise<void>

  /**
   * @param spokeId the spoke, as the hub calls it.
   * @param command the program and its arguments.
   * @param report called with true whenever the process listens, and with false when it ended.
   */
  constructor(
    private readonly spokeId: string,
    private readonly command: readonly [string, ...string[]],
    private readonly log: Log,
    private readonly report: (listening: boolean) => void,
  ) {
    this.#supervision = this.#supervise()
  }

  /** Waits only for the first start. While a process that ended is starting again it rejects at once, so that no query waits for it. */
  url(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        signal.removeEventListener('abort', settle)
        this.#waiting.delete(settle)
        if (this.#url !== undefined) resolve(this.#url)
        else reject(new SourceUnreachable(`The process of the spoke ${this.spokeId} is not running. Try again in a moment.`))
      }
      if (this.#url !== undefined || this.#hasEnded || signal.aborted) return settle()
      signal.addEventListener('abort', settle, { once: true })
      this.#waiting.add(settle)
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#child?.kill('SIGTERM')
    const killer = setTimeout(() => this.#child?.kill('SIGKILL'), stopMsMax)
    await this.#supervision
    clearTimeout(killer)
  }

  async #supervise(): Promise<void> {
    for (let pauseMs = firstPauseMs; !this.#stopping.signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      const started = Date.now()
      const code = await this.#run()
      if (this.#stopping.signal.aborted) return
      if (Date.now() - started > longestPauseMs) pauseMs = firstPauseMs
      this.log.warn({ spoke: this.spokeId, code, pauseMs }, 'a spoke process ended; starting it again')
      await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  #run(): Promise<number | string | null> {
    const [program, ...args] = this.command
    return new Promise((resolve) => {
      const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      this.#child = child
      child.on('message', (message: Listening) => this.#setUrl(message.listening))
      const ended = (code: number | string | null) => {
        this.#child = undefined
        this.#hasEnded = true
        this.#setUrl(undefined)
        resolve(code)
      }
      child.once('error', (error) => ended(error.message))
      child.once('exit', (code, signal) => ended(signal ?? code))
    })
  }

  #setUrl(url: string | undefined): void {
    this.#url = url
    for (const settle of [...this.#waiting]) settle()
    this.report(url !== undefined)
  }
}
