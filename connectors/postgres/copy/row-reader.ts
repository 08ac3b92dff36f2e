import { SourceUnavailable } from '../../../src/errors.js'
import type { ColumnPage } from '../../shared/parquet/column-page.js'
import { type Field, fieldOf } from './field.js'

const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')

/**
 * Reads the rows of COPY … (FORMAT binary) into columns: https://www.postgresql.org/docs/current/sql-copy.html, 'Binary Format'. Each
 * CopyData message is one row. The first message begins with a header, and the last holds only the trailer.
 */
export class RowReader {
  readonly #fields: readonly Field[]
  #begun = false

  constructor(private readonly columns: readonly ColumnPage[]) {
    this.#fields = columns.map(({ shape }) => fieldOf(shape))
  }

  /** Reads one message. @param at where its content begins. */
  read(source: Buffer, at: number, length: number): void {
    const end = at + length
    let from = at
    if (!this.#begun) {
      this.#begun = true
      if (source.compare(signature, 0, signature.length, at, at + signature.length) !== 0) throw broken()
      from += signature.length + 8 + source.readUInt32BE(at + signature.length + 4)
      if (from === end) return
    }
    const count = source.readInt16BE(from)
    from += 2
    if (count === -1) return
    const { columns } = this
    if (count !== columns.length) throw broken()
    for (let index = 0; index < count; index++) {
      const size = (source[from]! << 24) | (source[from + 1]! << 16) | (source[from + 2]! << 8) | source[from + 3]!
      from += 4
      const column = columns[index]!
      if (size < 0) column.addNull()
      else {
        column.addValue()
        this.#fields[index]!(column, source, from, size)
        from += size
      }
    }
    if (from !== end) throw broken()
  }
}

function broken(): SourceUnavailable {
  return new SourceUnavailable('The source answered what is no COPY of the columns that were asked for.')
}
