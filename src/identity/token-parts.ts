import { hasPlainNames } from './json-names.js'
import { refused } from './refused.js'

/** Longest token that is read, in characters. */
const lengthMax = 8192

/** Headers that bring a key, say where to get one, or require extensions. A token with any of them is refused. */
const headersRefused = ['jwk', 'jku', 'x5u', 'x5c', 'crit']

/** The parts of a compact JWS. Nothing in it is verified yet. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * The bearer token of a request's Authorization headers; undefined if there is none. Throws UNAUTHENTICATED for two headers, two tokens,
 * another scheme, or a token that is too long.
 */
export function bearerToken(authorization: string | readonly string[] | undefined): string | undefined {
  const given = typeof authorization === 'string' ? [authorization] : (authorization ?? [])
  const [header] = given
  if (header === undefined) return undefined
  const token = /^Bearer ([\w.-]+)$/i.exec(header)?.[1]
  if (token === undefined || given.length > 1) throw refused('not one bearer token', 'The Authorization header is not a bearer token.')
  if (token.length > lengthMax) throw refused('too long', `The token is longer than ${lengthMax} characters.`)
  return token
}

/** Splits a token. Throws UNAUTHENTICATED unless its base64url is canonical, and its header and claims mean the same to every reader. */
export function tokenParts(token: string): TokenParts {
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every(isCanonical)) throw refused('not three parts of base64url')
  const [header, claims] = parts.map(jsonOf)
  if (header === undefined || claims === undefined) throw refused('header or claims are not a JSON object of plain names')
  const unwanted = headersRefused.find((name) => Object.hasOwn(header, name))
  if (unwanted !== undefined) throw refused(`its header has '${unwanted}'`)
  if (header['kid'] !== undefined && typeof header['kid'] !== 'string') throw refused('kid is not a text')
  return { header, claims }
}

/** The `typ` header in lower case and without `application/`; undefined if there is none. Throws UNAUTHENTICATED if it is not a text. */
export function typeOf({ header }: TokenParts): string | undefined {
  const type = header['typ']
  if (type === undefined) return undefined
  if (typeof type !== 'string') throw refused('typ is not a text')
  return type.toLowerCase().replace(/^application\//, '')
}

/** Accepts only canonical base64url, without stray bits in its last character. */
function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
}

function jsonOf(part: string): Record<string, unknown> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(part, 'base64url'))
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !hasPlainNames(text)) return undefined
    return value as Record<string, unknown>
  } catch {
    return undefined
  }
}
