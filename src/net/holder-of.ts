import { isIPv6 } from 'node:net'

/**
 * The holder of an address's shares. A network gives each customer at least a /64 of IPv6 (RFC 6177), so all its addresses are one holder.
 * An IPv4 address is itself, also where it is written as an IPv6 one.
 */
export function holderOf(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '')
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : plain
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): string[] {
  // A URL has the shortest form of an address (RFC 5952), and no zone.
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`)
  const [before = [], after = []] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''))
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}
