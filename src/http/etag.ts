import { createHash } from 'node:crypto'

/** A strong ETag of some content (RFC 9110, 8.8.3): it changes with every byte. */
export function etagOf(content: readonly Uint8Array[]): string {
  const hash = createHash('sha256')
  for (const piece of content) hash.update(piece)
  return `"${hash.digest('base64url').slice(0, 27)}"`
}

/** The ETags of an `If-None-Match` header, without the sign that one is weak: there weak ones compare like others (RFC 9110, 13.1.2). */
export function tagsOf(ifNoneMatch: string | undefined): string[] {
  return ifNoneMatch === undefined ? [] : ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
}

/** Whether an `If-None-Match` header names this ETag. */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return tagsOf(ifNoneMatch).includes(etag)
}
