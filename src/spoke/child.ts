import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log, SpokeProcess } from '../connector/source.js'
import { SourceUnreachable } from '../errors.js'

const firstPauseMs = 250
const longestPauseMs = 30_000
const stopMsMax = 5_000

/** What a spoke process tells its hub over IPC when it listens. */
export interface Listening {
  listening: string
}

/**
 * A `dials spoke` process that this hub keeps running. It is started at once and again, after a growing pause, whenever it ends. The IPC
 * channel ties it to this process: when it closes, even by kill -9 of the hub, the spoke exits.
 */
export class SpokeChild implements SpokeProcess {
  #child: ChildProcess | undefined
  #url: string | undefined
  #hasEnded = false
  readonly #waiting = new Set<() => void>()
  readonly #stopping = new AbortController()
  readonly #supervision: Promise<void>

  /**
   * @param command the program and its arguments.
   * @param told of every time that it listens, and that it has ended.
   */
  constructor(
    private readonly command: readonly [string, ...string[]],
    private readonly log: Log,
    private readonly told: (listening: boolean) => void,
  ) {
    this.#supervision = this.#supervise()
  }

  /** Waits for the first start only: while a process that ended is being started again, a query is better told so. */
  url(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        signal.removeEventListener('abort', settle)
        this.#waiting.delete(settle)
        if (this.#url !== undefined) resolve(this.#url)
        else reject(new SourceUnreachable('The spoke process is not running. Try again in a moment.'))
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
      this.log.warn({ code, pauseMs }, 'a spoke process ended; starting it again')
      await delay(pauseMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  #run(): Promise<number | string | null> {
    const [program, ...args] = this.command
    return new Promise((resolve) => {
      const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      this.#child = child
      child.on('message', (message: Listening) => this.#tell(message.listening))
      const ended = (code: number | string | null) => {
        this.#child = undefined
        this.#hasEnded = true
        this.#tell(undefined)
        resolve(code)
      }
      child.once('error', (error) => ended(error.message))
      child.once('exit', (code, signal) => ended(signal ?? code))
    })
  }

  #tell(url: string | undefined): void {
    this.#url = url
    for (const settle of [...this.#waiting]) settle()
    this.told(url !== undefined)
  }
}
