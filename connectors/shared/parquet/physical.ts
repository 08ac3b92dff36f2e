import type { Shape } from '../../../src/connector/column.js'
import { flag, int32, type Struct, struct, type Thrift } from '../../../src/parquet/thrift.js'

/** The bytes of a DECIMAL: always the engine's widest form. */
export const decimalBytes = 16

/** How Parquet stores a shape: the physical type, and the annotations that give it its meaning. */
export interface Physical {
  readonly type: number
  readonly length?: number
  readonly converted?: number
  readonly scale?: number
  readonly logical?: Struct
}

const micros = (utc: boolean): Struct => struct([1, flag(utc)], [2, struct([2, struct()])])

/** How to store a shape: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
export function physicalOf({ type, scale = 0 }: Shape): Physical {
  switch (type) {
    case 'BOOLEAN':
      return { type: 0 }
    case 'INT64':
      return { type: 2 }
    case 'DOUBLE':
      return { type: 5 }
    case 'DECIMAL':
      return { type: 7, length: decimalBytes, converted: 5, scale, logical: struct([5, struct([1, int32(scale)], [2, int32(38)])]) }
    case 'DATE':
      return { type: 1, converted: 6, logical: struct([6, struct()]) }
    case 'TIME':
      return { type: 2, converted: 8, logical: struct([7, micros(false)]) }
    case 'TIMESTAMP':
      return { type: 2, converted: 10, logical: struct([8, micros(false)]) }
    case 'TIMESTAMPTZ':
      return { type: 2, converted: 10, logical: struct([8, micros(true)]) }
    case 'STRING':
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      return { type: 6, converted: 0, logical: struct([1, struct()]) }
  }
}

const optional = (value: number | undefined): Thrift | undefined => (value === undefined ? undefined : int32(value))

/** The SchemaElement of a column. Every column is nullable. */
export function schemaElement(name: Thrift, shape: Shape): Struct {
  const { type, length, converted, scale, logical } = physicalOf(shape)
  const precision = scale === undefined ? undefined : int32(38)
  return struct(
    [1, int32(type)],
    [2, optional(length)],
    [3, int32(1)],
    [4, name],
    [6, optional(converted)],
    [7, optional(scale)],
    [8, precision],
    [10, logical],
  )
}
