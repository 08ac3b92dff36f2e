import type { IncomingHttpHeaders } from 'node:http'
import { isAllowed } from './cross-origin.js'

/**
 * Whether a GET may run a query, because it comes from a program or from a page of our own. A page of another site can make a browser send
 * a GET as an image, a form or a script. Browsers report where a request comes from (Fetch Metadata, `Sec-Fetch-Site`); one that does not,
 * because it is old or uses plain HTTP, still has Mozilla in its user agent. Every other GET needs a header that triggers a CORS preflight
 * (Apollo's CSRF prevention).
 */
export function isPlainGet(method: string, headers: IncomingHttpHeaders): boolean {
  if (method !== 'GET') return false
  const { origin, host } = headers
  if (origin !== undefined && !isAllowed(origin, host, [])) return false
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return !/^mozilla\//i.test(headers['user-agent'] ?? '')
}
