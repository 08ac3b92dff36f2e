import { hasPlainNames } from './json-names.js'
import { refused } from './refused.js'

/** Longest token that is looked at, in characters. */
const lengthMax = 8192

/** Headers that bring a key, say where to get one, or ask for what is not understood. A token with any of them is refused. */
const headersRefused = ['jwk', 'jku', 'x5u', 'x5c', 'crit']

/** A compact JWS taken apart. Nothing in it is verified yet. */
export interface TokenParts {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * The one bearer token of a request's Authorization headers; undefined where there is none. Throws UNAUTHENTICATED for two headers, two
 * tokens, another scheme, or a token that is too long.
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

/** Takes a token apart. Throws UNAUTHENTICATED unless it has one spelling only, and its header and claims mean the same to every reader. */
export function tokenParts(token: string): TokenParts {
  const parts = token.split('.')
  if (parts.length !== 3 || !parts.every(isCanonical)) throw refused('not three parts of base64url')
  const [header, claims] = parts.map(jsonOf)
  if (header === undefined || claims === undefined) throw refused('header or claims are not a JSON object of plain names')
  const unwanted = headersRefused.find((name) => Object.hasOwn(header, name))
  if (unwanted !== undefined) throw refused(`its header has '${unwanted}'`)
  return { header, claims }
}

/** The `typ` header in lower case and without `application/`; undefined where there is none. Throws UNAUTHENTICATED where it is no text. */
export function typeOf({ header }: TokenParts): string | undefined {
  const type = header['typ']
  if (type === undefined) return undefined
  if (typeof type !== 'string') throw refused('typ is not a text')
  return type.toLowerCase().replace(/^application\//, '')
}

/** The last character of base64url may have bits that mean nothing: of its spellings, one is taken. */
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
