import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import type { Configuration } from 'oidc-provider'
import type { Environment, IssuerConfig } from '../config.js'
import type { Log } from '../connector/source.js'
import { ConfigError } from '../errors.js'

/** Seconds that a token of the demonstration's issuer lives. */
export const demoTokenSeconds = 3600

/** Scopes that its clients may request. */
const scopes = ['agreements:write']

/** The running issuer of the demonstration. */
export interface DemoIssuer {
  /** Its entry in the hub's configuration. */
  readonly config: IssuerConfig
  /**
   * Writes the note for clients. Called once the hub has started, because the note of another demonstration may still be in use until then.
   */
  announce(): Promise<void>
  close(): Promise<void>
}

/** What a client of the demonstration's issuer needs: its URL, and the secret of each organisation. */
export interface DemoNote {
  readonly issuer: string
  readonly audience: string
  readonly secrets: Readonly<Record<string, string>>
}

/**
 * The file of the note in the demonstration's data directory. Only its owner may read it, and it is removed when the demonstration ends.
 */
export const demoNoteFile = (dataFolder: string) => join(dataFolder, 'demo-issuer.json')

/** What the issuer starts from. */
export interface DemoIssuerOptions {
  /** The `aud` of its tokens. */
  readonly audience: string
  /** The ids of the organisations. Each is a client with the same id. */
  readonly organisations: readonly string[]
  readonly dataFolder: string
  readonly environment: Environment
  readonly log: Log
}

/**
 * Starts an OpenID provider on loopback, with new keys and secrets: client credentials give access tokens (RFC 9068) with the client's
 * organisation. Throws ConfigError in production, because anyone who can read the note can act for every organisation.
 */
export async function startDemoIssuer({ audience, organisations, dataFolder, environment, log }: DemoIssuerOptions): Promise<DemoIssuer> {
  if (environment.production) {
    throw new ConfigError(
      'the environment',
      'NODE_ENV',
      'is production, but the demonstration gives tokens to anyone: use dials hub, with issuers of your own',
    )
  }
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'EdDSA', use: 'sig' }
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const secrets = Object.fromEntries(organisations.map((id) => [id, randomBytes(32).toString('base64url')]))
  server.on('request', await providerOf(issuer, configuration(audience, secrets, key), log))
  const file = demoNoteFile(dataFolder)
  let announced = false
  return {
    config: { issuer, jwks: `${issuer}/jwks`, audience, algorithms: ['EdDSA'], organisations: [...organisations] },
    announce: async () => {
      announced = true
      await writeNote(dataFolder, file, { issuer, audience, secrets })
    },
    close: async () => {
      if (announced) await rm(file, { force: true })
      await closeServer(server)
    },
  }
}

function configuration(audience: string, secrets: DemoNote['secrets'], key: object): Configuration {
  const resource = {
    scope: scopes.join(' '),
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: demoTokenSeconds,
    jwt: { sign: { alg: 'EdDSA' } },
  } as const
  return {
    jwks: { keys: [key] } as NonNullable<Configuration['jwks']>,
    clients: Object.entries(secrets).map(([id, secret]) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      id_token_signed_response_alg: 'EdDSA',
    })),
    scopes,
    ttl: { ClientCredentials: demoTokenSeconds },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, defaultResource: () => audience, getResourceServerInfo: () => resource },
    },
    extraTokenClaims: (_context, token) => (token.kind === 'ClientCredentials' ? { organisation: token.clientId } : undefined),
  }
}

/** The provider warns on the console that this set-up is not for production. The demonstration is not, so the warning goes to the log. */
async function providerOf(issuer: string, config: Configuration, log: Log) {
  const { console } = globalThis
  const { warn } = console
  console.warn = (text: unknown) => log.info({ said: String(text) }, 'the demonstration’s issuer')
  try {
    const { Provider } = await import('oidc-provider')
    return new Provider(issuer, config).callback()
  } finally {
    console.warn = warn
  }
}

async function writeNote(folder: string, file: string, note: DemoNote): Promise<void> {
  await mkdir(folder, { recursive: true })
  await rm(`${file}.new`, { force: true })
  await writeFile(`${file}.new`, JSON.stringify(note), { mode: 0o600 })
  await rename(`${file}.new`, file)
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
