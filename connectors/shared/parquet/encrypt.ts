import { createCipheriv, randomBytes } from 'node:crypto'
import { decodeThrift } from './read-thrift.js'
import { encodeThrift, int64, struct, type Struct, type Thrift } from './thrift.js'

const magic = Buffer.from('PARE')
const nonceBytes = 12
const tailBytes = 8
/** FileCryptoMetaData, which says AES_GCM_V1 and no more. */
const algorithm = encodeThrift(struct([1, struct([1, struct()])]))

/**
 * A plain Parquet file encrypted as the engine reads it under one key for all of it:
 * https://parquet.apache.org/docs/file-format/data-pages/encryption/, without AAD. Every page, its header and the footer is a module of its
 * own (AES-256-GCM). The engine itself can read but not write this: its build has no source of secure random numbers. Indexes and Bloom
 * filters are left out.
 * @returns the file in pieces, in order. @throws Error where the bytes are not a whole Parquet file.
 */
export function encryptParquet(plain: Buffer, key: Buffer): Buffer[] {
  const footerAt = plain.length - tailBytes - (plain.length < 12 ? plain.length : plain.readUInt32LE(plain.length - tailBytes))
  if (footerAt < 4) throw new Error('a Parquet file whose footer is not within it')
  const file = new EncryptedFile(plain.subarray(0, footerAt), key)
  const { value: footer } = decodeThrift(plain.subarray(footerAt, plain.length - tailBytes), 0)
  const groups = items(footer, 4).map((group) =>
    changed(group, { 1: listOf(items(group, 1).map((chunk) => moved(chunk, file))), 5: undefined, 6: undefined }),
  )
  const end = Buffer.concat([algorithm, sealed(encodeThrift(changed(footer, { 4: listOf(groups) })), key)])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(end.length)
  return [...file.pieces, end, length, magic]
}

/** The pages of a file as they are encrypted one after the other. */
class EncryptedFile {
  readonly pieces: Buffer[] = [magic]
  at = magic.length
  #read = 0

  constructor(
    private readonly plain: Buffer,
    private readonly key: Buffer,
  ) {}

  /** Encrypts the pages between two places, and answers where each has gone. */
  addPages(from: number, to: number): Map<number, number> {
    // No byte is a page of two columns: else a small file could become one without end.
    this.#read += to - from
    if (from < magic.length || to > this.plain.length || this.#read > this.plain.length)
      throw new Error('Parquet pages that are not within their file')
    const places = new Map<number, number>()
    for (let page = from; page < to;) {
      const { value: header, end } = decodeThrift(this.plain, page)
      const next = end + int(header, 3)
      if (next < end || next > to) throw new Error('a Parquet page that ends elsewhere than its column')
      places.set(page, this.at)
      for (const module of [this.plain.subarray(page, end), this.plain.subarray(end, next)]) this.#add(sealed(module, this.key))
      page = next
    }
    return places
  }

  #add(piece: Buffer): void {
    this.pieces.push(piece)
    this.at += piece.length
  }
}

/** A ColumnChunk whose pages have been encrypted, at their new places. */
function moved(chunk: Struct, file: EncryptedFile): Struct {
  const meta = field(chunk, 3)
  if (meta?.kind !== 'struct') throw new Error('a Parquet column without its metadata')
  const dataPage = int(meta, 9)
  const from = field(meta, 11) === undefined ? dataPage : Math.min(int(meta, 11), dataPage)
  const start = file.at
  const places = file.addPages(from, from + int(meta, 7))
  const at = (old: number) => int64(places.get(old) ?? start)
  const dictionaryPage = field(meta, 11) === undefined ? undefined : at(int(meta, 11))
  const own = changed(meta, { 7: int64(file.at - start), 9: at(dataPage), 10: undefined, 11: dictionaryPage, 14: undefined, 15: undefined })
  return changed(chunk, { 2: int64(start), 3: own, 4: undefined, 5: undefined, 6: undefined, 7: undefined })
}

/**
 * A module: its length, its nonce, the bytes encrypted, and the tag by which a change of them shows. Of 2³² random nonces two are alike
 * once in 2³² times.
 */
function sealed(plain: Buffer, key: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.reduce((sum, piece) => sum + piece.length, 0))
  return Buffer.concat([length, ...body])
}

function field({ fields }: Struct, id: number): Thrift | undefined {
  return fields.find(([own]) => own === id)?.[1]
}

function int(of: Struct, id: number): number {
  const value = field(of, id)
  if (value?.kind !== 'int' || value.value < 0) throw new Error(`Parquet metadata without its field ${id}`)
  return value.value
}

function items(of: Struct, id: number): Struct[] {
  const value = field(of, id)
  if (value?.kind !== 'list' || value.of !== 'struct') throw new Error(`Parquet metadata without its field ${id}`)
  return value.items as Struct[]
}

function listOf(structs: readonly Struct[]): Thrift {
  return { kind: 'list', of: 'struct', items: structs }
}

/** A structure with other values in some of its fields; it keeps the fields' order. */
function changed(of: Struct, values: Readonly<Record<number, Thrift | undefined>>): Struct {
  return { kind: 'struct', fields: of.fields.map(([id, value]) => [id, id in values ? values[id] : value]) }
}
