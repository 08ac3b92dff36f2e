import { type FileHandle, open } from 'node:fs/promises'
import { fileLiteral } from '../engine-sql.js'

/** The engine reads lines in chunks of this many, whatever they weigh; only the end of a file ends a chunk early. */
const chunkRows = 2048
const chunkBytesMax = 4 * 1024 * 1024

/**
 * Objects as lines, for the engine to read by declared columns. Long lines go to several files, so that no chunk of them is too much for
 * its memory.
 */
export class LineFiles {
  readonly #paths: string[] = []
  #file: FileHandle | undefined
  #lines: string[] = []
  #chunk = { rows: 0, bytes: 0 }
  #lineBytesMost = 0
  #bytes = 0
  rows = 0

  /** @param base where the files are put, with a number behind it. @param encoding how the lines' characters become bytes. */
  constructor(
    private readonly base: string,
    private readonly encoding: 'latin1' | 'utf8',
  ) {}

  /** One object's text, on one line. */
  add(line: string): void {
    this.#lines.push(line)
    this.rows++
  }

  /** Bytes of a line, on average. */
  get rowBytes(): number {
    return this.#bytes / Math.max(1, this.rows)
  }

  /** Writes what was added since. */
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

  async close(): Promise<void> {
    // No lines are a file as well: one without any.
    if (this.#paths.length === 0) this.#file = await this.#next()
    await this.#end()
  }

  async #end(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    this.#chunk = { rows: 0, bytes: 0 }
  }

  /** A table expression of these columns. @param reads the engine's types, by the keys of the objects. */
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
