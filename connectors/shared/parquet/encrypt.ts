import { createCipheriv, randomBytes } from 'node:crypto'
import { decodeThrift } from '../../../src/parquet/read-thrift.js'
import { changed, field, items, listOf } from '../../../src/parquet/struct.js'
import { encodeThrift, int64, struct, type Struct } from '../../../src/parquet/thrift.js'

const magic = Buffer.from('PARE')
const nonceBytes = 12
const tailBytes = 8
/** FileCryptoMetaData that names only AES_GCM_V1. */
const algorithm = encodeThrift(struct([1, struct([1, struct()])]))

/**
 * Encrypts a plain Parquet file so that the engine can read it with one key:
 * https://parquet.apache.org/docs/file-format/data-pages/encryption/, without AAD. Each page, its header and the footer become modules of
 * their own (AES-256-GCM). The engine can read such files but not write them, because its build has no source of secure random numbers.
 * Indexes and Bloom filters are left out.
 * @returns the file in pieces, in order.
 * @throws Error if the bytes are not a whole Parquet file.
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

/** The encrypted pages, in order. */
class EncryptedFile {
  readonly pieces: Buffer[] = [magic]
  at = magic.length
  #read = 0

  constructor(
    private readonly plain: Buffer,
    private readonly key: Buffer,
  ) {}

  /** Encrypts the pages between two positions. Returns the new position of each. */
  addPages(from: number, to: number): Map<number, number> {
    // The columns' pages must not overlap, or a small file could grow without end.
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

/** A ColumnChunk that points to the new positions of its encrypted pages. */
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

/** A module: its length, nonce, ciphertext and authentication tag. Among 2³² random nonces, two are equal with a chance of one in 2³². */
function sealed(plain: Buffer, key: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.reduce((sum, piece) => sum + piece.length, 0))
  return Buffer.concat([length, ...body])
}

function int(of: Struct, id: number): number {
  const value = field(of, id)
  if (value?.kind !== 'int' || value.value < 0) throw new Error(`Parquet metadata without its field ${id}`)
  return value.value
}
