import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, truncate } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Log } from '../../connector/source.js'
import { DialsError, Reason } from '../../errors.js'
import { canonical, commitmentOf, type Opening, parseOpening } from '../entry.js'
import { GrowingTree } from '../merkle/growing-tree.js'
import { leafHash } from '../merkle/hash.js'
import { consistencyRanges } from '../merkle/ranges.js'
import { hashesOfRanges, type ReadHashes, tileHeight } from '../merkle/stored-hashes.js'
import { signCheckpoint } from '../notes/checkpoint.js'
import { type Draft, openingOf } from './draft.js'
import { GroupCommit } from './group-commit.js'
import type { LogKeyFile } from './log-keys.js'

/** What a log in a file is opened with. */
export interface FileLogOptions {
  /** One entry and its nonce on each line, as canonical JSON. */
  readonly file: string
  readonly keys: LogKeyFile
  /** The version of this program. */
  readonly software: string
  readonly log: Log
}

/** The audit log of a spoke: a file that only grows, flushed to the disk before anything is read. */
export class FileLog {
  readonly #commits: GroupCommit<Draft, Opening>
  /** The leaves, and above them the subtrees of 256, 65,536, … leaves, from left to right. */
  readonly #hashes: Uint8Array[][] = [[]]
  #tree = new GrowingTree({ size: 0, peaks: [] })
  #lastTime = 0
  #bytes = 0

  private constructor(
    private readonly options: FileLogOptions,
    private handle: FileHandle,
  ) {
    this.#commits = new GroupCommit((drafts) => this.#write(drafts))
  }

  /**
   * Opens the file, or makes it. A last line that was cut off, because the process ended while it wrote, was never acknowledged: it is
   * removed, and told.
   * @throws Error where another line is no entry.
   */
  static async open(options: FileLogOptions): Promise<FileLog> {
    await mkdir(dirname(options.file), { recursive: true })
    const handle = await open(options.file, 'a', 0o600)
    const log = new FileLog(options, handle)
    await log.#readAll()
    return log
  }

  /**
   * Appends entries. Resolves once they are on the disk.
   * @throws AUDIT_UNAVAILABLE where they are not.
   */
  append(drafts: readonly Draft[]): Promise<Opening[]> {
    return this.#commits.add(drafts)
  }

  /** The signed state of the log. */
  async checkpoint(): Promise<string> {
    const { newest } = await this.options.keys.keysOf(undefined)
    const { size } = this.#tree
    return signCheckpoint({ origin: this.options.keys.origin, size, root: this.#tree.root() }, newest)
  }

  /** Finishes what is to be written. */
  async close(): Promise<void> {
    await this.#commits.settled()
    await this.handle.close()
  }

  async #readAll(): Promise<void> {
    const { file, log } = this.options
    const lines = createInterface({ input: createReadStream(file, { encoding: 'utf8' }), crlfDelay: Infinity })
    let broken: string | undefined
    for await (const line of lines) {
      if (broken !== undefined) throw new Reason(`the audit log has a line ${this.#tree.size + 1} that is no entry`)
      const opening = parseOpening(line)
      if (opening === undefined) broken = line
      else {
        this.#grow(opening)
        this.#bytes += Buffer.byteLength(line) + 1
      }
    }
    const { size: onDisk } = await this.handle.stat()
    if (onDisk === this.#bytes) return
    // Also where the last entry is whole but its line end is missing.
    if (onDisk < this.#bytes) await this.handle.appendFile('\n')
    else {
      await truncate(file, this.#bytes)
      log.warn({ entries: this.#tree.size }, 'the last entry of the audit log was cut off, and never acknowledged: it was removed')
    }
  }

  async #write(drafts: readonly Draft[]): Promise<Opening[]> {
    const time = new Date(Math.max(Date.now(), this.#lastTime)).toISOString()
    const { software, log } = this.options
    const openings = drafts.map((draft) =>
      openingOf(draft, { time, software, actor: typeof draft.actor === 'string' ? draft.actor : null }),
    )
    const lines = Buffer.from(openings.map((opening) => `${canonical(opening)}\n`).join(''))
    try {
      await this.handle.appendFile(lines)
      await this.handle.datasync()
    } catch (thrown) {
      log.error({ err: thrown }, 'the audit log cannot be written: nothing is read until it can')
      await this.#takeBack()
      throw new DialsError(
        'AUDIT_UNAVAILABLE',
        'The audit log of the spoke cannot be written, so no data are read. Its operator has to mend that.',
        {
          cause: thrown,
        },
      )
    }
    this.#bytes += lines.length
    for (const opening of openings) this.#grow(opening)
    return openings
  }

  /** Removes what was written of a batch that failed, so that the next one begins a line of its own. */
  async #takeBack(): Promise<void> {
    const { file, log } = this.options
    await truncate(file, this.#bytes).catch((thrown: unknown) => log.error({ err: thrown }, 'the audit log cannot be mended'))
  }

  #grow(opening: Opening): void {
    this.#lastTime = Date.parse(opening.entry.time)
    this.#tree.append(leafHash(commitmentOf(opening)))
    // A new tree over the same edge forgets what no later proof of it needs.
    for (const { height, hash } of this.#tree.completed) {
      if (height % tileHeight === 0) (this.#hashes[height / tileHeight] ??= []).push(hash)
    }
    this.#tree = new GrowingTree(this.#tree.edge())
  }

  /** Proves that the log of `size` entries goes on from that of `old` entries. */
  consistency(old: number, size: number): Promise<Buffer[]> {
    const read: ReadHashes = (ranges) =>
      Promise.resolve(ranges.map(({ level, start, end }) => (this.#hashes[level] ?? []).slice(start, end)))
    return hashesOfRanges(old === size ? [] : consistencyRanges(old, size), read)
  }
}
