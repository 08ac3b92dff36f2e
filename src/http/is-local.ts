import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

/** What a proxy adds: its own peer is then somebody else's. */
const proxied = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/**
 * Whether a request was made on this machine itself: from a loopback address, to a loopback name, and by no proxy that says so. The name
 * keeps out a web page that had its own name lead here. A proxy on this machine that passes neither the name nor any such header on cannot
 * be told from a local client.
 */
export function isLocal(peer: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (peer === undefined || !loopback.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) return false
  if (proxied.some((name) => headers[name] !== undefined)) return false
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '')
}
