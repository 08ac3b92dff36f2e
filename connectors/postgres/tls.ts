import type { ConnectionOptions } from 'node:tls'
import { hostProblem } from '../shared/database/url.js'
import { isLoopback, readTlsFiles } from '../shared/database/tls.js'

/** Without `prefer` and `allow`: they continue unencrypted if the server, or an attacker in between, says that it has no TLS. */
const modes = ['disable', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** Parameters of libpq and of pg that say who or where in other words, or for several hosts. */
const ambiguous = new Set([
  ...['hostaddr', 'service', 'servicefile', 'target_session_attrs', 'load_balance_hosts', 'user', 'password', 'passfile', 'dbname'],
  ...['database', 'connectionString', 'stream'],
])

/** What is wrong with a url that can be parsed, in words for the operator. The words do not quote the url. */
export function urlProblem(text: string): string | undefined {
  const url = new URL(text)
  const { searchParams } = url
  // Of a name given twice, pg takes the last.
  if ([...searchParams.keys()].length !== new Set(searchParams.keys()).size) return 'gives a parameter twice'
  const named = [...new Set(searchParams.keys())].find((name) => ambiguous.has(name))
  if (named !== undefined) return `says ${named}: give one host, one port and the role in their places before the question mark`
  if (searchParams.has('host') && url.hostname !== '') return 'names more than one host: one is in the parameter host'
  const wrong = hostProblem(hostOf(url))
  if (wrong !== undefined) return wrong
  if (!/^\d*$/.test(searchParams.get('port') ?? '')) return 'names more than one port, or none: give one number'
  if (searchParams.has('ssl')) return 'says ssl: say sslmode=verify-full, or sslmode=disable'
  const mode = searchParams.get('sslmode')
  return mode === null || modes.includes(mode)
    ? undefined
    : `has an sslmode that may go without TLS, or is none: give one of ${modes.join(', ')}`
}

/** Takes the TLS parameters out of the url and reads their files. pg itself would look for the files in the working directory. */
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
  // Either parameter would have pg choose the mode itself.
  take('sslnegotiation')
  take('uselibpqcompat')
  if (mode === 'disable') return { connectionString: url.href, ssl: false }
  return {
    connectionString: url.href,
    ssl: {
      ...(await readTlsFiles(files, baseFolder)),
      rejectUnauthorized: mode !== 'no-verify',
      // Anybody can get some certificate from a public authority, so there the host is always verified.
      ...(mode === 'verify-ca' && files.ca !== undefined ? { checkServerIdentity: () => undefined } : {}),
    },
  }
}

/** The host, as pg finds it: a parameter, or the url's own, which may be the folder of a socket. */
function hostOf(url: URL): string {
  return url.searchParams.get('host') ?? decodeURIComponent(url.hostname)
}
