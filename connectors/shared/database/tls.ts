import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ConfigError } from '../../../src/errors.js'

/** PEM files that the configuration names: the authorities to trust, and a client certificate with its key. */
export interface TlsFiles {
  readonly ca?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** Reads the files. @param baseFolder what their paths are relative to. @throws ConfigError for a file that cannot be read. */
export async function readTlsFiles(files: TlsFiles, baseFolder: string): Promise<{ ca?: string; cert?: string; key?: string }> {
  const read = async ([name, file]: [string, string]): Promise<[string, string]> => {
    const path = resolve(baseFolder, file)
    try {
      return [name, await readFile(path, 'utf8')]
    } catch (cause) {
      throw new ConfigError(
        path,
        '',
        `it cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}), though the TLS of a source names it`,
        { cause },
      )
    }
  }
  return Object.fromEntries(
    await Promise.all(
      Object.entries(files)
        .filter(([, file]) => file !== undefined)
        .map((entry) => read(entry as [string, string])),
    ),
  )
}

/**
 * Whether a host name or address means this machine, or is the folder of a socket. Other hosts need TLS unless the configuration says
 * otherwise.
 */
export function isLoopback(host: string): boolean {
  return host.startsWith('/') || ['localhost', '::1', '[::1]'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host)
}

/** The message for a connection that could not be secured; undefined for other errors. */
export function tlsMessage({ code = '', message = '' }: { code?: string; message?: string }): string | undefined {
  if (/does not support (SSL|secure) connection/.test(message)) {
    return 'The database offers no TLS, without which this source is not read. Its operator must see to the server or the configuration.'
  }
  // Node reports OpenSSL's reasons as codes: https://nodejs.org/api/tls.html#x509-certificate-error-codes
  if (/CERT|ISSUER|VERIFY|_CA$|EPROTO|SSL/.test(code)) {
    return 'The database has no certificate that is trusted for its host. Its operator must see to the certificate, or to the authority that the configuration names.'
  }
  return undefined
}
