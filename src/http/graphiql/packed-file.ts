import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants, gzip } from 'node:zlib'

/** Content coding of a file; `identity`: not encoded. */
export type Encoding = 'br' | 'gzip' | 'identity'

/** Higher levels take seconds for five megabytes, and save a few per cent. */
const quality = 6

/** A text that is kept only compressed: with brotli, and with gzip once a client needs that. */
export class PackedFile {
  #gzip: Promise<Buffer> | undefined

  private constructor(
    readonly contentType: string,
    private readonly digest: string,
    private readonly brotli: Buffer,
  ) {}

  static async of(contentType: string, text: string): Promise<PackedFile> {
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22)
    const brotli = await promisify(brotliCompress)(text, {
      params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
    })
    return new PackedFile(contentType, digest, brotli)
  }

  /** A strong entity tag, and so a different one for each encoding. */
  etag(encoding: Encoding): string {
    return `"${this.digest}-${encoding}"`
  }

  async bytes(encoding: Encoding): Promise<Buffer> {
    if (encoding === 'br') return this.brotli
    if (encoding === 'identity') return promisify(brotliDecompress)(this.brotli)
    this.#gzip ??= this.bytes('identity').then((bytes) => promisify(gzip)(bytes))
    return this.#gzip
  }
}
