import type { IssuerConfig } from '../config.js'
import { refused } from './refused.js'
import type { Viewer } from './viewer.js'

type Claims = Readonly<Record<string, unknown>>

const scopesMax = 100
const lifeSecondsMax = 24 * 60 * 60

/** Claims that only tokens for other uses have: ID tokens and log-out tokens. */
const claimsRefused = ['at_hash', 'c_hash', 'events']

/** @throws UNAUTHENTICATED if a registered claim of a token (RFC 7519, 4.1; RFC 8693, 4.2) is not of its type. */
export function checkClaimTypes(claims: Claims): void {
  const isText = (value: unknown) => typeof value === 'string'
  const isTime = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
  const isAudience = (value: unknown) => isText(value) || (Array.isArray(value) && value.every(isText))
  const types = { iss: isText, sub: isText, jti: isText, scope: isText, aud: isAudience, exp: isTime, iat: isTime, nbf: isTime }
  for (const [name, isRight] of Object.entries(types)) {
    if (Object.hasOwn(claims, name) && !isRight(claims[name])) throw refused(name, `The token’s claim '${name}' is not of its type.`)
  }
}

/**
 * The viewer of a token whose signature, `iss`, `aud` and times are verified. Throws UNAUTHENTICATED if the token lives longer than a day,
 * is for another use, speaks for an organisation that its issuer may not speak for, or has a malformed claim. A token without the
 * organisation claim has no organisation; scopes that the issuer may not give are dropped.
 */
export function viewerOfClaims(
  claims: Claims,
  { issuer, organisationClaim = 'organisation', organisations, scopes: allowed }: IssuerConfig,
): Viewer {
  checkClaimTypes(claims)
  const { aud, sub, exp, iat } = claims
  if (Array.isArray(aud) && aud.length > 1)
    throw refused('it is for several audiences', 'The token is for other parties beside this hub: ask for one of its own.')
  if (typeof exp !== 'number' || typeof iat !== 'number' || !(exp - iat <= lifeSecondsMax))
    throw refused('it lives too long', 'The token lives longer than a day.')
  if (typeof sub !== 'string' || !/^[^\p{Cc}\p{Cs}]{1,255}$/u.test(sub))
    throw refused('sub', 'The token’s subject is not a text of 1 to 255 characters.')
  const unwanted = claimsRefused.find((name) => Object.hasOwn(claims, name))
  if (unwanted !== undefined) throw refused(`it has '${unwanted}'`, 'The token is not an access token.')
  const organisation = organisationOf(claims, organisationClaim, organisations)
  return {
    subject: sub,
    issuer,
    ...(organisation === undefined ? {} : { organisation }),
    scopes: scopesOf(claims).filter((scope) => (allowed === undefined ? !reserved.test(scope) : allowed.includes(scope))),
    expiresAt: Math.floor(exp),
  }
}

/** Scopes over the data of all organisations: an issuer gives them only where hub.yaml lets it. */
const reserved = /^(hub|audit):/

function organisationOf(claims: Claims, name: string, organisations: readonly string[]): string | undefined {
  if (!Object.hasOwn(claims, name)) return undefined
  const id = claims[name]
  if (typeof id === 'string' && organisations.includes(id)) return id
  throw refused(
    'an organisation that its issuer may not speak for',
    'The token’s issuer may not speak for the organisation that the token names.',
  )
}

/** `scope` is a text (RFC 8693). Without it `scp` counts, which some issuers write as a text and others as a list. */
function scopesOf(claims: Claims): readonly string[] {
  const given = claims['scope'] ?? claims['scp'] ?? ''
  const scopes: unknown = typeof given === 'string' ? given.split(' ').filter((scope) => scope !== '') : given
  if (Array.isArray(scopes) && scopes.length <= scopesMax && scopes.every(isScope)) return [...new Set(scopes)]
  throw refused('scope', `The token’s scopes are not a list of at most ${scopesMax} scopes.`)
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/.test(value)
}
