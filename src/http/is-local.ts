import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

/** Headers that a proxy adds; then its peer is another machine. */
const proxied = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/**
 * Whether a request was made on this machine: from a loopback address, to a loopback name, and without headers of a proxy. Checking the
 * name stops a web page whose own name resolves to this machine (DNS rebinding). A local proxy that forwards neither the name nor any such
 * header looks like a local client.
 */
export function isLocal(peer: string | undefined, headers: IncomingHttpHeaders): boolean {
  if (peer === undefined || !loopback.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) return false
  if (proxied.some((name) => headers[name] !== undefined)) return false
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(headers.host ?? '')
}
