import { type FileHandle, open } from 'node:fs/promises'
import { fileLiteral } from '../engine-sql.js'

/** The engine reads lines in chunks of this many, however long they are. Only the end of a file ends a chunk early. */
const chunkRows = 2048
const chunkBytesMax = 4 * 1024 * 1024

/**
 * Writes objects as lines, which the engine reads with declared columns. Long lines are spread over several files, so that no chunk takes
 * too much memory.
 */
export class LineFiles {
  readonly #paths: string[] = []
  #file: FileHandle | undefined
  #lines: string[] = []
  #chunk = { rows: 0, bytes: 0 }
  #lineBytesMost = 0
  #bytes = 0
  rows = 0

  /** @param base the path of the files, before their number. @param encoding how characters become bytes. */
  constructor(
    private readonly base: string,
    private readonly encoding: 'latin1' | 'utf8',
  ) {}

  /** Adds one object's text, which must be one line. */
  add(line: string): void {
    this.#lines.push(line)
    this.rows++
  }

  /** Bytes of a line, on average. */
  get rowBytes(): number {
    return this.#bytes / Math.max(1, this.rows)
  }

  /** Writes the lines added since the last flush. */
  async flush(): Promise<void> {
    const lines = this.#lines
    this.#lines = []
    if (lines.length === 0) return
    this.#file ??= await this.#next()
    const bytes = Buffer.from(`${lines.join('\n')}\n`, this.encoding)
    await this.#file.appendFile(bytes)
    this.#bytes += bytes.length
    this.#lineBytesMost = Math.max(
      this.#lineBytesMost,
      lines.length === 1 ? bytes.length : longest(lines) * (this.encoding === 'utf8' ? 3 : 1),
    )
    this.#chunk.rows += lines.length
    this.#chunk.bytes += bytes.length
    if (this.#chunk.bytes > chunkBytesMax) await this.#end()
    else if (this.#chunk.rows >= chunkRows) this.#chunk = { rows: 0, bytes: 0 }
  }

  /** Closes the last file. To be called after the last flush. */
  async close(): Promise<void> {
    // Without lines, one empty file is written, so that there is something to read.
    if (this.#paths.length === 0) this.#file = await this.#next()
    await this.#end()
  }

  async #end(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    this.#chunk = { rows: 0, bytes: 0 }
  }

  /** A table expression of these columns. @param reads the engine's types, by the objects' keys. */
  from(reads: Readonly<Record<string, string>>): string {
    const columns = Object.entries(reads).map(([key, type]) => `${key}: '${type}'`)
    return (
      `read_json([${this.#paths.map(fileLiteral).join(', ')}], format = 'newline_delimited', auto_detect = false, columns = {${columns.join(', ')}}, ` +
      `compression = 'uncompressed', maximum_object_size = ${Math.max(1 << 20, this.#lineBytesMost + 1)})`
    )
  }

  async #next(): Promise<FileHandle> {
    const path = `${this.base}-${this.#paths.length}.ndjson`
    this.#paths.push(path)
    return open(path, 'w')
  }
}

function longest(lines: readonly string[]): number {
  return lines.reduce((most, line) => Math.max(most, line.length), 0)
}
