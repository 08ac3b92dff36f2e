import { pipeline, Readable, type Transform } from 'node:stream'
import zlib, { constants } from 'node:zlib'
import Negotiator from 'negotiator'

/** A content coding that answers are compressed by. */
export type Coding = 'zstd' | 'br' | 'gzip'

/** Node 20 has no zstd. */
const { createZstdCompress } = zlib as { readonly createZstdCompress?: (options: object) => Transform }

/** The codings that this Node has, the best first: by how small they make an answer in how little time. */
export const codings: readonly Coding[] = createZstdCompress === undefined ? ['br', 'gzip'] : ['zstd', 'br', 'gzip']

/** Bytes that are compressed at once on another thread, and then sent. */
const chunkSize = 64 * 1024
/** All are fast rather than small: higher levels take many times as long and save a few per cent. A small window bounds their memory. */
const makers: Readonly<Record<Coding, () => Transform>> = {
  zstd: () => (createZstdCompress as NonNullable<typeof createZstdCompress>)({ chunkSize }),
  br: () => zlib.createBrotliCompress({ chunkSize, params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 18 } }),
  gzip: () => zlib.createGzip({ chunkSize, level: constants.Z_BEST_SPEED }),
}

/**
 * Which of some codings an answer is sent in, by Accept-Encoding (RFC 9110, 12.5.3): the one that the client weighs most, and the first of
 * those that it weighs alike. `q=0` forbids one. `identity`: none.
 */
export function codingFor<Ours extends Coding>(accepted: string | undefined, ours: readonly Ours[]): Ours | 'identity' {
  const negotiator = new Negotiator({ headers: { 'accept-encoding': accepted } }) as unknown as PreferringNegotiator
  return (negotiator.encoding([...ours, 'identity'], { preferred: ours }) ?? 'identity') as Ours | 'identity'
}

/** Its types do not know the option. */
interface PreferringNegotiator {
  encoding(available: readonly string[], options: { readonly preferred: readonly string[] }): string | undefined
}

/** Bytes in a coding, compressed on other threads while they are read. What fails destroys the stream. */
export function packed(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, coding: Coding | 'identity'): Readable {
  const plain = Readable.from(pieces, { objectMode: false, highWaterMark: chunkSize })
  // The stream that is sent fails with the other, and says so.
  return coding === 'identity' ? plain : pipeline(plain, makers[coding](), () => undefined)
}
