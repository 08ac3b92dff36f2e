import type { ConnectionOptions } from 'node:tls'
import { isLoopback, readTlsFiles } from '../shared/database/tls.js'

/** Not `prefer` and `allow`: they go on in the clear when the server, or whoever stands between, says that it has no TLS. */
const modes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** What is wrong with a url that can be parsed, in words for an operator that quote nothing of it. */
export function urlProblem(text: string): string | undefined {
  const { searchParams } = new URL(text)
  if (hostOf(new URL(text)) === '') return 'names no host'
  if (searchParams.has('ssl')) return 'says ssl: say sslmode=verify-full, or sslmode=disable'
  const mode = searchParams.get('sslmode')
  return mode === null || modes.includes(mode)
    ? undefined
    : `has an sslmode that may go without TLS, or is none: give one of ${modes.join(', ')}`
}

/** The url without its words of TLS, and what they mean to pg, which would read the files from wherever the process was started. */
export async function readTls(text: string, baseFolder: string): Promise<{ connectionString: string; ssl: false | ConnectionOptions }> {
  const url = new URL(text)
  const take = (name: string) => {
    const value = url.searchParams.get(name) ?? undefined
    url.searchParams.delete(name)
    return value
  }
  const files = { ca: take('sslrootcert'), cert: take('sslcert'), key: take('sslkey') }
  const mode =
    take('sslmode') ?? (isLoopback(hostOf(url)) && Object.values(files).every((file) => file === undefined) ? 'disable' : 'verify-full')
  // Either would have pg decide anew.
  take('sslnegotiation')
  take('uselibpqcompat')
  if (mode === 'disable') return { connectionString: url.href, ssl: false }
  return {
    connectionString: url.href,
    ssl: {
      ...(await readTlsFiles(files, baseFolder)),
      rejectUnauthorized: mode !== 'no-verify',
      // Of a public authority anybody has some certificate: there the host is what counts.
      ...(mode === 'verify-ca' && files.ca !== undefined ? { checkServerIdentity: () => undefined } : {}),
    },
  }
}

/** As pg has it: a socket's folder may be the host of the url, or a parameter. */
function hostOf(url: URL): string {
  return url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
}
