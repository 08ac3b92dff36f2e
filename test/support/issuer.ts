import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { IssuerConfig } from '../../src/config.js'
import { DialsError } from '../../src/errors.js'

/** An issuer's key pair, and the public key as its key set contains it. */
export interface IssuerKey {
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly publicJwk: JWK
}

/** An issuer that a test controls. Verifiers read its keys over HTTP. */
export interface TestIssuer {
  readonly config: IssuerConfig
  readonly url: string
  /** The key set that it serves. Tests change it. */
  served: JWK[]
  /** How often the key set was requested. */
  reads: number
  /** Where set, answers requests instead of the key set. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  /** Makes a token: by default a valid one for Camden, signed with the first key. An undefined claim or header is omitted. */
  token(claims?: Record<string, unknown>, header?: Record<string, unknown>, key?: IssuerKey): Promise<string>
  readonly key: IssuerKey
  close(): Promise<void>
}

/** The audience of valid tokens. */
export const audience = 'https://hub.london.example'

/** Makes a key pair for an algorithm of JWS. */
export async function makeKey(alg = 'ES256', kid = `${alg}-1`): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** Starts an issuer for Camden and Barnet on loopback. */
export async function startIssuer(settings: Partial<IssuerConfig> = {}, alg = 'ES256'): Promise<TestIssuer> {
  const key = await makeKey(alg)
  const server = createServer((request, response) => {
    issuer.reads++
    if (issuer.answer) return issuer.answer(request, response)
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: issuer.served }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer: TestIssuer = {
    config: { issuer: url, jwks: `${url}/jwks`, audience, organisations: ['camden', 'barnet'], ...settings },
    url,
    served: [key.publicJwk],
    reads: 0,
    answer: undefined,
    key,
    token: (claims, header, signer = key) =>
      signed({ ...goodClaims(url), ...claims }, { kid: signer.publicJwk.kid, typ: 'at+jwt', ...header }, signer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return issuer
}

/** The `issuers` of a hub.yaml or spoke.yaml that trusts this issuer. @param organisations that it may speak for. Default: all that it is for. */
export function issuersYaml({ config }: TestIssuer, organisations: readonly string[] = config.organisations ?? []): string {
  const { issuer, jwks, audience } = config
  return `issuers:\n  - { issuer: '${issuer}', jwks: '${jwks}', audience: '${audience}', organisations: [${organisations.join(', ')}] }\n`
}

/** The claims of a valid token of this issuer. */
export function goodClaims(issuer: string) {
  const now = Math.floor(Date.now() / 1000)
  return { iss: issuer, aud: audience, sub: 'jane', iat: now, exp: now + 300, organisation: 'camden', scope: 'agreements:write' }
}

/** Signs these claims and headers without checking them. */
export function signed(claims: Record<string, unknown>, header: Record<string, unknown>, key: IssuerKey): Promise<string> {
  return new SignJWT(withoutUndefined(claims)).setProtectedHeader({ alg: key.alg, ...withoutUndefined(header) }).sign(key.privateKey)
}

/** A token of exactly these texts, with the signature that `sign` returns. */
export async function rawToken(header: string, claims: string, sign: (input: string) => Promise<Buffer> | Buffer): Promise<string> {
  const input = `${base64url(header)}.${base64url(claims)}`
  return `${input}.${(await sign(input)).toString('base64url')}`
}

/** Returns a function that makes valid signatures for `rawToken`. */
export const signer =
  ({ privateKey }: IssuerKey) =>
  async (input: string) =>
    Buffer.from(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from(input)))

/** Text as base64url. */
export const base64url = (text: string) => Buffer.from(text).toString('base64url')

/** The DialsError that the promise rejects with. */
export async function refusalOf(promise: Promise<unknown>): Promise<DialsError> {
  const thrown: unknown = await promise.then(
    (value) => new Error(`it was accepted: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (thrown instanceof DialsError) return thrown
  throw thrown
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T
}
