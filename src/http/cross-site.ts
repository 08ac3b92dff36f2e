import type { IncomingHttpHeaders } from 'node:http'
import { isAllowed } from './cross-origin.js'

/**
 * Whether a GET comes from a program, or from a page of our own, and may run a query. A page of another site can make a browser send a GET
 * as an image, a form or a script; browsers tell where it comes from (Fetch Metadata, `Sec-Fetch-Site`), and one that does not, being old
 * or over plain HTTP, still calls itself Mozilla. Every other GET needs a header that browsers ask leave for (Apollo's CSRF prevention).
 */
export function isPlainGet(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET') return false
  const { origin, host } = headers
  if (origin !== undefined && !isAllowed(origin, host, [])) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return !/^mozilla\//i.test(headers['user-agent'] ?? '')
}
