import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '../../connector/source.js'
import { ConfigError, DialsError, Reason } from '../../errors.js'
import { commitmentOf, type Opening, openingText, parseOpening } from '../entry.js'
import { GrowingTree } from '../merkle/growing-tree.js'
import { leafHash } from '../merkle/hash.js'
import { consistencyRanges } from '../merkle/ranges.js'
import { hashesOfRanges, type ReadHashes, tileHeight } from '../merkle/stored-hashes.js'
import { signCheckpoint } from '../notes/checkpoint.js'
import { type Draft, openingOf } from './draft.js'
import { syncFolderOf } from './durable.js'
import { GroupCommit, type When } from './group-commit.js'
import type { LogKeyFile } from './log-keys.js'

const lineEnd = 0x0a

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
  /** Whether a batch failed that may have been written in part. */
  #isTorn = false

  private constructor(
    private readonly options: FileLogOptions,
    private handle: FileHandle,
  ) {
    this.#commits = new GroupCommit((drafts) => this.#write(drafts))
  }

  /**
   * Opens the file, or makes it. A last line that was cut off, because the process ended while it wrote, was never acknowledged: it is
   * removed, and told.
   * @throws ConfigError where another line is no entry.
   */
  static async open(options: FileLogOptions): Promise<FileLog> {
    await mkdir(dirname(options.file), { recursive: true })
    const handle = await open(options.file, 'a', 0o600)
    try {
      await syncFolderOf(options.file)
      const log = new FileLog(options, handle)
      await log.#readAll()
      return log
    } catch (thrown) {
      await handle.close()
      throw thrown
    }
  }

  /**
   * Appends entries. Resolves once they are on the disk.
   * @throws AUDIT_UNAVAILABLE where they are not.
   */
  append(drafts: readonly Draft[], when: When = 'now'): Promise<Opening[]> {
    return this.#commits.add(drafts, when)
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
    let rest: Buffer = Buffer.alloc(0)
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk])
      for (let end = rest.indexOf(lineEnd); end >= 0; end = rest.indexOf(lineEnd)) {
        this.#readLine(rest.subarray(0, end))
        rest = rest.subarray(end + 1)
      }
    }
    if (rest.length === 0) return
    await this.handle.truncate(this.#bytes)
    log.warn({ entries: this.#tree.size }, 'the last entry of the audit log was cut off, and never acknowledged: it was removed')
  }

  #readLine(line: Buffer): void {
    const text = line.toString('utf8')
    const opening = parseOpening(text)
    // A line that says the same in other bytes was written by somebody else.
    if (opening === undefined || openingText(opening) !== text)
      throw new ConfigError(
        this.options.file,
        '',
        'the audit log has a line that is no entry, so somebody has changed it. Nothing is read without the whole log: bring back the file as it was',
        { line: this.#tree.size + 1 },
      )
    this.#grow(opening)
    this.#bytes += line.length + 1
  }

  async #write(drafts: readonly Draft[]): Promise<Opening[]> {
    const time = new Date(Math.max(Date.now(), this.#lastTime)).toISOString()
    const { software, log } = this.options
    const openings = drafts.map((draft) =>
      openingOf(draft, { time, software, actor: typeof draft.actor === 'string' ? draft.actor : null }),
    )
    const lines = Buffer.from(openings.map((opening) => `${openingText(opening)}\n`).join(''))
    let isBegun = false
    try {
      await this.#checkFile()
      isBegun = true
      await this.handle.appendFile(lines)
      await this.handle.datasync()
    } catch (thrown) {
      this.#isTorn ||= isBegun
      log.error({ err: thrown }, 'the audit log cannot be written: nothing is read until it can')
      throw new DialsError(
        'AUDIT_UNAVAILABLE',
        'The audit log of the spoke cannot be written, so no data are read. Its operator has to mend that.',
        { cause: thrown },
      )
    }
    this.#bytes += lines.length
    for (const opening of openings) this.#grow(opening)
    return openings
  }

  /**
   * Sees to it that the next batch begins where the last one has ended: what was written of one that failed is removed.
   * @throws Reason where the file is another, or somebody else has written to it: an entry would be lost, theirs or ours.
   */
  async #checkFile(): Promise<void> {
    const [own, there] = await Promise.all([this.handle.stat(), stat(this.options.file)])
    if (own.ino !== there.ino || own.dev !== there.dev)
      throw new Reason('another file is in the place of the audit log: bring it back, or start the spoke again')
    if (this.#isTorn && own.size >= this.#bytes) {
      await this.handle.truncate(this.#bytes)
      this.#isTorn = false
    } else if (own.size !== this.#bytes)
      throw new Reason('somebody else has changed the audit log: bring back the file as it was, and start the spoke again')
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
