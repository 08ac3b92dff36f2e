import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LandedFile } from '../../../src/connector/engine.js'
import type { ColumnPage } from './column-page.js'
import { physicalOf, schemaElement } from './physical.js'
import { encodeThrift, int32, int64, list, struct, type Struct, text } from '../../../src/parquet/thrift.js'

const magic = Buffer.from('PAR1')
const plain = int32(0)
const rle = int32(3)

/**
 * Writes columns as a Parquet file with one row group, c0 … cn. It is uncompressed, since it is read once, soon, from memory.
 * @param folder in tmpfs.
 */
export async function writePart(columns: readonly ColumnPage[], folder: string): Promise<LandedFile> {
  const { pieces, bytes } = partBytes(columns)
  const path = join(folder, `${randomUUID()}.parquet`)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      let at = 0
      for (const piece of pieces) {
        for (let from = 0; from < piece.length;) {
          const { bytesWritten } = await file.write(piece, from, piece.length - from, at)
          from += bytesWritten
          at += bytesWritten
        }
      }
    } finally {
      await file.close()
    }
  } catch (thrown) {
    await rm(path, { force: true })
    throw thrown
  }
  return { path, bytes, release: () => Promise.resolve(rmSync(path, { force: true })) }
}

/** The whole file, in pieces. */
function partBytes(columns: readonly ColumnPage[]): { pieces: Buffer[]; bytes: number } {
  const pieces: Buffer[] = [magic]
  let at = magic.length
  const chunks = columns.map((column, position) => {
    const { head, levels, values } = page(column)
    const size = head.length + levels.length + values.length
    const chunk = columnChunk(column, position, at, size)
    pieces.push(head, levels, values)
    at += size
    return chunk
  })
  const rows = int64(columns[0]?.rows ?? 0)
  const root = struct([4, text('schema')], [5, int32(columns.length)])
  const schema = list('struct', [root, ...columns.map(({ shape }, position) => schemaElement(text(`c${position}`), shape))])
  const group = struct([1, list('struct', chunks)], [2, int64(at - magic.length)], [3, rows])
  const footer = encodeThrift(struct([1, int32(1)], [2, schema], [3, rows], [4, list('struct', [group])], [6, text('seven-dials')]))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  pieces.push(footer, length, magic)
  return { pieces, bytes: at + footer.length + length.length + magic.length }
}

function page(column: ColumnPage): { head: Buffer; levels: Buffer; values: Buffer } {
  const levels = column.levels()
  const values = column.values.bytes.subarray(0, column.values.used)
  const size = int32(levels.length + values.length)
  const head = encodeThrift(
    struct([1, int32(0)], [2, size], [3, size], [5, struct([1, int32(column.rows)], [2, plain], [3, rle], [4, rle])]),
  )
  return { head, levels, values }
}

function columnChunk({ shape, rows }: ColumnPage, position: number, at: number, size: number): Struct {
  const meta = struct(
    [1, int32(physicalOf(shape).type)],
    [2, list('int', [plain, rle])],
    [3, list('text', [text(`c${position}`)])],
    [4, int32(0)],
    [5, int64(rows)],
    [6, int64(size)],
    [7, int64(size)],
    [9, int64(at)],
  )
  return struct([2, int64(at)], [3, meta])
}
