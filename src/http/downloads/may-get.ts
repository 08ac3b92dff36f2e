import type { IncomingHttpHeaders } from 'node:http'
import { isAllowed } from '../cross-origin.js'

/**
 * Whether a GET may begin a download: not where a page of another site makes a browser fetch it unasked, as an image or a script (Fetch
 * Metadata, `Sec-Fetch-*`). A link that somebody follows may, and so may a page of an origin that may use the graph.
 */
export function mayGet(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  const { origin, host } = headers
  if (origin !== undefined && !isAllowed(origin, host, origins)) return false
  const isElsewhere = ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site'] ?? ''))
  return !isElsewhere || headers['sec-fetch-mode'] === 'navigate' || headers['sec-fetch-mode'] === 'cors'
}
