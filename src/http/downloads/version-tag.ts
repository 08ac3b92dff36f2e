import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Viewer } from '../../identity/viewer.js'
import type { Download } from '../../query/download/download.js'
import type { DownloadRequest } from './download-request.js'

/** The version by which an answer may be kept by others: of a GET without a token, of open data whose sources have a version. Else null. */
export async function cachedAs(request: FastifyRequest, viewer: Viewer, opened: Download): Promise<string | null> {
  if (request.method === 'POST' || viewer.subject !== undefined || !opened.isOpen) return null
  return opened.version()
}

/** A weak ETag of text: the version of the data, and how it is asked for and written. The version comes first, as in the ETag of a landed file. */
export function etagOf(version: string, { input, csv, format }: DownloadRequest): string {
  const how = createHash('sha256')
    .update(JSON.stringify([input, csv, format.name]))
    .digest('base64url')
  return `W/"${version}.${how.slice(0, 16)}"`
}

/** Whether the client has an answer of this version already, by If-None-Match. */
export function isKnownVersion(request: FastifyRequest, version: string): boolean {
  const known = request.headers['if-none-match'] ?? ''
  return known.split(',').some((tag) => tag.trim().replace(/^W\//, '').startsWith(`"${version}.`))
}
