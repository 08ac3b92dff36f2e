import { open } from 'node:fs/promises'
import { decodeThrift } from '../../parquet/read-thrift.js'
import { changed, field, items, listOf } from '../../parquet/struct.js'
import { encodeThrift, list, type Struct, text } from '../../parquet/thrift.js'

const tailBytes = 8

/**
 * Gives the columns of a Parquet file their names, by its footer (FileMetaData: the names in its schema, and the paths of each row group's
 * columns). The engine itself cannot write every name: it takes `a` and `A` for one, and has no empty name. Returns the file's new length.
 */
export async function nameColumns(path: string, names: readonly string[]): Promise<number> {
  const file = await open(path, 'r+')
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(tailBytes)
    await file.read(tail, 0, tailBytes, size - tailBytes)
    const plain = Buffer.alloc(tail.readUInt32LE())
    const footerAt = size - tailBytes - plain.length
    await file.read(plain, 0, plain.length, footerAt)
    const footer = encodeThrift(renamed(decodeThrift(plain, 0).value, names))
    tail.writeUInt32LE(footer.length)
    await file.write(Buffer.concat([footer, tail]), 0, footer.length + tailBytes, footerAt)
    const length = footerAt + footer.length + tailBytes
    await file.truncate(length)
    return length
  } finally {
    await file.close()
  }
}

/** Every column is a leaf right below the root. */
function renamed(footer: Struct, names: readonly string[]): Struct {
  const [root, ...columns] = items(footer, 2)
  const schema = columns.map((column, index) => changed(column, { 4: text(names[index] as string) }))
  const groups = items(footer, 4).map((group) =>
    changed(group, { 1: listOf(items(group, 1).map((chunk, index) => atPath(chunk, names[index] as string))) }),
  )
  return changed(footer, { 2: listOf([root as Struct, ...schema]), 4: listOf(groups) })
}

function atPath(chunk: Struct, name: string): Struct {
  const meta = field(chunk, 3)
  return meta?.kind === 'struct' ? changed(chunk, { 3: changed(meta, { 3: list('text', [text(name)]) }) }) : chunk
}
