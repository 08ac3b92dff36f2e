import { createHash } from 'node:crypto'

/** A strong ETag of some content (RFC 9110, 8.8.3): it changes with every byte. */
export function etagOf(content: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of content) hash.update(piece)
  return `"${hash.digest('base64url').slice(0, 27)}"`
}

/** Whether an `If-None-Match` header names this ETag. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === etag)
}
