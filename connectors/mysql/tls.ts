import { isIP } from 'node:net'
import type { SslOptions } from 'mysql2'
import { hostProblem } from '../shared/database/url.js'
import { isLoopback, readTlsFiles, type TlsFiles } from '../shared/database/tls.js'

/** The parts of the configuration that concern TLS. */
interface TlsSettings {
  readonly url: string
  readonly tls?: boolean | (TlsFiles & { readonly verifyHost: boolean }) | undefined
}

/**
 * The TLS options for mysql2; undefined for no encryption, which is the default on loopback only.
 * @throws ConfigError for a file that cannot be read.
 */
export async function readTls(settings: TlsSettings, baseFolder: string): Promise<SslOptions | undefined> {
  const files = filesOf(settings)
  if (files === undefined) return undefined
  const { verifyHost = true, ...named } = files
  // Unless asked to verify it, mysql2 accepts a certificate for any host.
  return { ...(await readTlsFiles(named, baseFolder)), rejectUnauthorized: true, verifyIdentity: verifyHost }
}

/** A contradiction in the configuration, or a url that may lead elsewhere than it seems, and its place, in words for the operator. */
export function tlsProblem(settings: TlsSettings): { path: string[]; message: string } | undefined {
  // mysql2 takes parameters for settings of its own, such as another place to connect to.
  const [parameter] = new URL(settings.url).searchParams.keys()
  if (parameter !== undefined)
    return { path: ['url'], message: `says ${parameter.slice(0, 40)}: the url of this connector has no parameters` }
  const wrong = hostProblem(hostOf(settings))
  if (wrong !== undefined) return { path: ['url'], message: wrong }
  const files = filesOf(settings)
  if (files?.verifyHost === false) {
    return files.ca === undefined
      ? { path: ['tls', 'verifyHost'], message: 'may be false only with a ca: of a public authority anybody has some certificate' }
      : undefined
  }
  // For an address, mysql2 would look for `localhost` in the certificate.
  const isAddress = files !== undefined && isIP(hostOf(settings).replace(/^\[|\]$/g, '')) !== 0
  return isAddress
    ? {
        path: ['url'],
        message: 'has an address for its host, for which a certificate is not verified: give a name, or tls with ca and verifyHost: false',
      }
    : undefined
}

function filesOf(settings: TlsSettings): (TlsFiles & { verifyHost?: boolean }) | undefined {
  const { tls = !isLoopback(hostOf(settings)) } = settings
  return tls === true ? {} : tls === false ? undefined : tls
}

function hostOf({ url }: TlsSettings): string {
  return decodeURIComponent(new URL(url).hostname)
}
