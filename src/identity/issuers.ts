import { errors, jwtVerify } from 'jose'
import type { IssuerConfig } from '../config.js'
import type { DialsError } from '../errors.js'
import { skewSeconds } from './clock-skew.js'
import { viewerOfClaims } from './claims.js'
import { issuerKeys, type KeyTimes, KeysUnreadable, type Warnings } from './issuer-keys.js'
import { refused } from './refused.js'
import { type TokenParts, typeOf } from './token-parts.js'
import type { Viewer } from './viewer.js'

const ageSecondsMax = 24 * 60 * 60
const algorithmsDefault = ['EdDSA', 'ES256', 'RS256', 'PS256']

/** The `typ` values of access tokens; `undefined`: none given. Other types are for other uses: a scan, a catalogue, a log-out, a proof. */
const types: readonly (string | undefined)[] = [undefined, 'jwt', 'at+jwt']

/**
 * Verifies access tokens of the issuers in the configuration (RFC 9068, RFC 8725). The token's `iss` only selects the entry; keys,
 * algorithms, audience and organisations are the entry's, whose `ca` is the authority itself, as PEM. The function throws UNAUTHENTICATED unless everything is valid.
 */
export function issuerTokens(
  issuers: readonly IssuerConfig[],
  log: Warnings,
  times?: KeyTimes,
): (token: string, parts: TokenParts) => Promise<Viewer> {
  const known = new Map(issuers.map((config) => [config.issuer, { config, keys: issuerKeys(config, log, times) }]))
  return async (token, parts) => {
    if (!types.includes(typeOf(parts))) throw refused('its typ is of another end')
    const { iss } = parts.claims
    const found = typeof iss === 'string' ? known.get(iss) : undefined
    if (found === undefined) throw refused('an issuer that is not in the configuration')
    const { config, keys } = found
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [...(config.algorithms ?? algorithmsDefault)],
      issuer: config.issuer,
      audience: config.audience,
      clockTolerance: skewSeconds,
      maxTokenAge: ageSecondsMax,
      requiredClaims: ['exp', 'iat', 'sub'],
    }).catch((thrown: unknown) => {
      throw refusal(thrown)
    })
    return viewerOfClaims(payload, config)
  }
}

/**
 * jose checks claims and times only after the signature, so the client may learn what is wrong with them. Its errors hold claims, so none
 * is kept.
 */
function refusal(thrown: unknown): DialsError {
  if (thrown instanceof KeysUnreadable)
    return refused('its issuer’s keys cannot be read', 'The keys of the token’s issuer cannot be read just now. Try again in a moment.')
  if (thrown instanceof errors.JWTExpired) return refused('expired', 'The token has expired.')
  if (thrown instanceof errors.JWTClaimValidationFailed)
    return refused(thrown.message, `The token’s claim '${thrown.claim}' is missing, or is not what this hub wants.`)
  return refused(thrown instanceof errors.JOSEError ? thrown.code : 'it cannot be verified')
}
