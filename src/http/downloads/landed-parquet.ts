import type { LandedFile } from '../../connector/engine.js'
import { unlessAborted } from '../../connector/deadline.js'
import type { AnswerReport } from '../../query/7-result/query-result.js'
import type { Room } from '../../query/6-execute/stream.js'

/** A Parquet file in memory, which its tool reads in parts. */
export interface Landed {
  readonly file: LandedFile
  readonly report: AnswerReport
  readonly etag: string
  /** Keeps the file until the function that it returns is called, once. */
  read(): () => void
}

/** Milliseconds that a file stays after it was last asked for. */
const keptMs = 120_000
/** Milliseconds that a file stays at most, so that a tool that asks again and again gets new rows at some time. */
const keptMsMax = 600_000

interface Entry {
  readonly landing: Promise<Landed>
  /** Ends the work where everybody who waits for it has left. */
  readonly end: AbortController
  readonly begun: number
  landed?: Landed
  waiting: number
  readers: number
  lastUsed: number
}

/** The Parquet files that have landed. A tool asks for one file many times, part by part: all of that is one download. */
export class LandedParquet {
  readonly #entries = new Map<string, Entry>()
  readonly #sweeping: NodeJS.Timeout

  constructor(private readonly room: Room) {
    this.#sweeping = setInterval(() => this.#sweep(), keptMs / 4).unref()
  }

  /**
   * The file of a download: the one that has landed, or a new one.
   * @param key whose download of what it is. @param how what is asked for, as its ETag says it.
   * @param land makes the file. Its signal ends where everybody who waits for it has left.
   * @param signal ends the wait.
   */
  async of(
    key: string,
    how: string,
    land: (signal: AbortSignal) => Promise<{ file: LandedFile; report: AnswerReport }>,
    signal: AbortSignal,
  ): Promise<Landed> {
    const known = this.#entries.get(key)
    const entry = known !== undefined && Date.now() - known.begun < keptMsMax ? known : this.#begin(key, how, land)
    entry.lastUsed = Date.now()
    entry.waiting++
    try {
      return await unlessAborted(entry.landing, signal)
    } finally {
      entry.waiting--
      if (entry.waiting === 0 && signal.aborted) entry.end.abort(signal.reason)
    }
  }

  /** The file of a transaction. Undefined where it is gone. */
  ofTransaction(transaction: string): Landed | undefined {
    const entry = [...this.#entries.values()].find(({ landed }) => landed?.report.transaction === transaction)
    if (entry !== undefined) entry.lastUsed = Date.now()
    return entry?.landed
  }

  /** Drops all files. */
  async close(): Promise<void> {
    clearInterval(this.#sweeping)
    for (const { end } of this.#entries.values()) end.abort()
    await Promise.allSettled([...this.#entries.values()].map(async ({ landing }) => (await landing).file.release()))
    this.#entries.clear()
  }

  #begin(key: string, how: string, land: (signal: AbortSignal) => Promise<{ file: LandedFile; report: AnswerReport }>): Entry {
    const end = new AbortController()
    const begun = Date.now()
    const entry: Entry = { landing: this.#land(how, land, end.signal, () => entry), end, begun, waiting: 0, readers: 0, lastUsed: begun }
    const old = this.#entries.get(key)
    this.#entries.set(key, entry)
    if (old !== undefined) this.#entries.set(`${key} until ${begun}`, old)
    entry.landing.then(
      (landed) => {
        entry.landed = landed
      },
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key)
      },
    )
    return entry
  }

  async #land(
    how: string,
    land: (signal: AbortSignal) => Promise<{ file: LandedFile; report: AnswerReport }>,
    signal: AbortSignal,
    entry: () => Entry,
  ): Promise<Landed> {
    const { file, report } = await land(signal)
    try {
      this.#makeRoom()
      const giveBack = await this.room.take(file.bytes, signal)
      const release = async () => {
        await file.release()
        giveBack()
      }
      return {
        file: { ...file, release },
        report,
        etag: `"${report.version ?? ''}.${how}.${report.transaction}"`,
        read: () => {
          entry().readers++
          return () => {
            entry().readers--
            entry().lastUsed = Date.now()
          }
        },
      }
    } catch (thrown) {
      await file.release()
      throw thrown
    }
  }

  /** Before a new file needs room, those that nobody has read for a while go, the oldest first. */
  #makeRoom(): void {
    const idle = [...this.#entries].filter(([, { readers, waiting }]) => readers === 0 && waiting === 0)
    for (const [key, entry] of idle) if (Date.now() - entry.lastUsed > keptMs / 8) this.#drop(key, entry)
  }

  #sweep(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.readers === 0 && entry.waiting === 0 && Date.now() - entry.lastUsed > keptMs) this.#drop(key, entry)
    }
  }

  #drop(key: string, { landing }: Entry): void {
    this.#entries.delete(key)
    void landing.then(({ file }) => file.release()).catch(() => undefined)
  }
}
