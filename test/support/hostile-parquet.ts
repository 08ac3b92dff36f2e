import { encodeThrift, int32, int64, list, struct, type Struct, text } from '../../src/parquet/thrift.js'

/** As many items. */
export const many = <Item>(count: number, item: (at: number) => Item) => Array.from({ length: count }, (_, at) => item(at))
/** A column of a schema. */
export const leaf = (name: string) => struct([1, int32(1)], [3, int32(1)], [4, text(name)])
/** A column that holds columns. */
export const group = (name: string, children: number) => struct([3, int32(0)], [4, text(name)], [5, int32(children)])

/** A Parquet file without rows whose footer has this schema, its root first. */
export function parquetOf(schema: readonly Struct[], claimed?: number): Buffer {
  const fields = [
    [1, int32(1)],
    [2, list('struct', schema)],
    [3, int64(0)],
    [4, list('struct', [])],
  ] as const
  return framed(encodeThrift(struct(...fields)), claimed)
}

/** A Parquet file of this footer alone. @param claimed the length that it says its footer has. */
export function framed(footer: Buffer, claimed = footer.length): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(claimed)
  return Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')])
}
