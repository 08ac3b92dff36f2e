/**
 * A value of Thrift's compact protocol, in which Parquet's headers and footers are written:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type Thrift =
  | { readonly kind: 'int'; readonly value: number; readonly bits: IntBits }
  | { readonly kind: 'flag'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Buffer }
  | { readonly kind: 'list'; readonly of: Thrift['kind']; readonly bits?: IntBits; readonly items: readonly Thrift[] }
  | Struct

/** The declared width of a whole number. All but the narrowest are written in as few bytes as they need. */
export type IntBits = 8 | 16 | 32 | 64

/** Fields in ascending order of their numbers. Fields without a value are left out. */
export interface Struct {
  readonly kind: 'struct'
  readonly fields: readonly (readonly [id: number, value: Thrift | undefined])[]
}

/** A whole number, which must fit 32 bits. */
export const int32 = (value: number): Thrift => ({ kind: 'int', value, bits: 32 })
/** A 64-bit whole number, which must be a safe JavaScript integer. */
export const int64 = (value: number): Thrift => ({ kind: 'int', value, bits: 64 })
/** A boolean. A structure holds it in the field's header. */
export const flag = (value: boolean): Thrift => ({ kind: 'flag', value })
/** Text, in UTF-8. */
export const text = (value: string): Thrift => ({ kind: 'text', value })
/** A structure of fields. */
export const struct = (...fields: Struct['fields'][number][]): Struct => ({ kind: 'struct', fields })
/** A list of one kind of value. */
export const list = (of: 'int' | 'text' | 'struct', items: readonly Thrift[]): Thrift => ({ kind: 'list', of, bits: 32, items })

const intTypes = { 8: 3, 16: 4, 32: 5, 64: 6 } as const

/** Encodes a structure. */
export function encodeThrift(value: Struct): Buffer {
  const bytes: number[] = []
  writeStruct(bytes, value)
  return Buffer.from(bytes)
}

function writeStruct(bytes: number[], { fields }: Struct): void {
  let last = 0
  for (const [id, value] of fields) {
    if (value === undefined) continue
    bytes.push(((id - last) << 4) | typeOf(value))
    last = id
    if (value.kind !== 'flag') writeValue(bytes, value)
  }
  bytes.push(0)
}

function writeValue(bytes: number[], value: Thrift): void {
  switch (value.kind) {
    case 'int':
      if (value.bits === 8) bytes.push(value.value & 0xff)
      else writeVarint(bytes, value.value >= 0 ? value.value * 2 : -value.value * 2 - 1)
      break
    case 'flag':
      bytes.push(value.value ? 1 : 2)
      break
    case 'text':
      writeVarint(bytes, Buffer.byteLength(value.value))
      bytes.push(...Buffer.from(value.value))
      break
    case 'bytes':
      writeVarint(bytes, value.value.length)
      bytes.push(...value.value)
      break
    case 'list': {
      const type = value.of === 'int' ? intTypes[value.bits ?? 32] : value.of === 'struct' ? 12 : 8
      if (value.items.length < 15) bytes.push((value.items.length << 4) | type)
      else {
        bytes.push(0xf0 | type)
        writeVarint(bytes, value.items.length)
      }
      for (const item of value.items) writeValue(bytes, item)
      break
    }
    case 'struct':
      writeStruct(bytes, value)
      break
  }
}

function typeOf(value: Thrift): number {
  switch (value.kind) {
    case 'int':
      return intTypes[value.bits]
    case 'flag':
      return value.value ? 1 : 2
    case 'text':
    case 'bytes':
      return 8
    case 'list':
      return 9
    case 'struct':
      return 12
  }
}

/** Works for safe integers only. The sizes of a part are always safe. */
function writeVarint(bytes: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
}
