import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { Viewer } from '../../identity/viewer.js'
import type { Download } from '../../query/download/download.js'
import { tagsOf } from '../etag.js'
import type { DownloadRequest } from './download-request.js'

/** The version by which an answer may be kept by others: of a GET without a token, of open data whose sources have a version. Else null. */
export async function cachedAs(request: FastifyRequest, viewer: Viewer, opened: Download): Promise<string | null> {
  if (request.method === 'POST' || viewer.subject !== undefined || !opened.isOpen) return null
  return opened.version()
}

/** What is asked for, and how it is written, as a few letters of an ETag. */
export function howOf({ input, csv, format }: DownloadRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([input, csv, format.name]))
    .digest('base64url')
    .slice(0, 16)
}

/** A weak ETag of text: the version of the data, and how it is asked for and written. */
export function etagOf(version: string, wanted: DownloadRequest): string {
  return `W/"${version}.${howOf(wanted)}"`
}

/**
 * The ETag by which the client has this answer already, by If-None-Match: that of the text, or of a Parquet file with the same rows, which may
 * be gone by now.
 */
export function knownTag(request: FastifyRequest, version: string, wanted: DownloadRequest): string | undefined {
  const content = `"${version}.${howOf(wanted)}`
  const tags = tagsOf(request.headers['if-none-match'])
  if (wanted.format.name === 'parquet') return tags.find((tag) => tag.startsWith(`${content}.`))
  return tags.includes(`${content}"`) ? etagOf(version, wanted) : undefined
}
