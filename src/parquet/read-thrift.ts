import type { IntBits, Struct, Thrift } from './thrift.js'

/** Parquet's own headers and footers nest less deeply than this. */
const depthMax = 16
const intBits: Readonly<Record<number, IntBits>> = { 3: 8, 4: 16, 5: 32, 6: 64 }

/**
 * Reads a structure in Thrift's compact protocol, and returns where it ends. The bytes are untrusted: types that Parquet does not use
 * (maps, doubles, large gaps between ids) are refused, and so is any length beyond the bytes.
 */
export function decodeThrift(bytes: Buffer, at: number): { value: Struct; end: number } {
  const reader = new ThriftReader(bytes, at)
  return { value: reader.struct(0), end: reader.at }
}

/**
 * Reads the outer structure of a long text: yields the value of each wanted field, or each item of it if it is a list, and where that ends.
 * Values of other fields are passed over, and yielded without a value. No field occurs twice.
 * @param isWanted whether the values of the field with this number are read.
 */
export function* eachThrift(bytes: Buffer, isWanted: (id: number) => boolean): Generator<{ id: number; value?: Thrift; end: number }> {
  const reader = new ThriftReader(bytes, 0)
  for (const [id, type] of reader.fields()) {
    const count = type === 9 ? reader.listHead() : { type, items: 1 }
    for (let item = 0; item < count.items; item++) {
      if (isWanted(id)) yield { id, value: reader.value(count.type, 0), end: reader.at }
      else {
        reader.skip(count.type, 0)
        yield { id, end: reader.at }
      }
    }
  }
}

class ThriftReader {
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  struct(depth: number): Struct {
    if (depth > depthMax) throw new Error('a Thrift structure nests too deeply')
    const fields: [number, Thrift][] = []
    for (const [id, type] of this.fields())
      fields.push([id, type === 1 || type === 2 ? { kind: 'flag', value: type === 1 } : this.value(type, depth)])
    return { kind: 'struct', fields }
  }

  /** The number and type of each field of a structure. Each value must be read before the next. */
  *fields(): Generator<[id: number, type: number]> {
    for (let id = 0; ;) {
      const head = this.#byte()
      if (head === 0) return
      if (head >> 4 === 0) throw new Error('a Thrift field whose number is far from the last')
      id += head >> 4
      yield [id, head & 15]
    }
  }

  listHead(): { type: number; items: number } {
    const head = this.#byte()
    const items = head >> 4 === 15 ? this.#varint() : head >> 4
    // Each item takes at least one byte.
    if (items > this.bytes.length - this.at) throw new Error('a Thrift list that is longer than its bytes')
    return { type: head & 15, items }
  }

  /** Passes over a value. */
  skip(type: number, depth: number): void {
    if (depth > depthMax) throw new Error('a Thrift structure nests too deeply')
    if (type === 3) this.#byte()
    else if (type >= 4 && type <= 6) while (this.#byte() >= 0x80);
    else if (type === 7) this.#take(8)
    else if (type === 8) this.#take(this.#varint())
    else if (type === 9) {
      const list = this.listHead()
      for (let item = 0; item < list.items; item++)
        if (list.type <= 2) this.#byte()
        else this.skip(list.type, depth + 1)
    } else if (type === 12) {
      for (const [, inner] of this.fields()) this.skip(inner, depth + 1)
    } else if (type !== 1 && type !== 2) throw new Error(`Thrift's type ${type} has no place in Parquet`)
  }

  value(type: number, depth: number): Thrift {
    const bits = intBits[type]
    if (bits !== undefined) return { kind: 'int', bits, value: bits === 8 ? this.#byte() : this.#zigzag() }
    if (type === 8) return { kind: 'bytes', value: this.#take(this.#varint()) }
    if (type === 9) return this.#list(depth)
    if (type === 12) return this.struct(depth + 1)
    throw new Error(`Thrift's type ${type} has no place in Parquet`)
  }

  #list(depth: number): Thrift {
    const { type, items: count } = this.listHead()
    const items = Array.from({ length: count }, () => this.value(type, depth))
    const bits = intBits[type]
    return bits !== undefined ? { kind: 'list', of: 'int', bits, items } : { kind: 'list', of: type === 12 ? 'struct' : 'bytes', items }
  }

  #zigzag(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  #varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (!Number.isSafeInteger(value)) throw new Error('a Thrift number that is too large to be exact')
      if (byte < 0x80) return value
    }
  }

  #byte(): number {
    const byte = this.bytes[this.at++]
    if (byte === undefined) throw new Error('Thrift that ends too soon')
    return byte
  }

  #take(length: number): Buffer {
    const from = this.at
    this.at += length
    if (this.at > this.bytes.length) throw new Error('Thrift that ends too soon')
    return this.bytes.subarray(from, this.at)
  }
}
