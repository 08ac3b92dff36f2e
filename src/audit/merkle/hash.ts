import { createHash, hash } from 'node:crypto'

/** SHA-256 of pieces, one after the other. */
export function sha256(...pieces: readonly (Uint8Array | string)[]): Buffer {
  const all = createHash('sha256')
  for (const piece of pieces) all.update(piece)
  return all.digest()
}

/** The same for a few bytes, of which a tree has millions. */
const ofFew = (...pieces: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(pieces), 'buffer')

const leafPrefix = Buffer.of(0)
const nodePrefix = Buffer.of(1)

/** The hash of a leaf (RFC 6962, section 2.1). */
export const leafHash = (entry: Uint8Array): Buffer => ofFew(leafPrefix, entry)

/** The hash of an inner node (RFC 6962, section 2.1). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => ofFew(nodePrefix, left, right)

/** The root of a tree without leaves (RFC 6962, section 2.1). */
export const emptyRoot: Buffer = sha256()
