import { createHash } from 'node:crypto'

/** SHA-256 of pieces, one after the other. */
export function sha256(...pieces: readonly (Uint8Array | string)[]): Buffer {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest()
}

const leafPrefix = Buffer.of(0)
const nodePrefix = Buffer.of(1)

/** The hash of a leaf (RFC 6962, section 2.1). */
export const leafHash = (entry: Uint8Array): Buffer => sha256(leafPrefix, entry)

/** The hash of an inner node (RFC 6962, section 2.1). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(nodePrefix, left, right)

/** The root of a tree without leaves (RFC 6962, section 2.1). */
export const emptyRoot: Buffer = sha256()
