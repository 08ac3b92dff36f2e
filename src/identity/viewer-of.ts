import type { IssuerConfig } from '../config.js'
import type { HubKey } from './hub-key.js'
import type { KeyTimes, Warnings } from './issuer-keys.js'
import { issuerTokens } from './issuers.js'
import { operatorTokens, operatorType } from './operator-token.js'
import { bearerToken, tokenParts, typeOf } from './token-parts.js'
import { anonymous, type Viewer } from './viewer.js'

/** The tokens that a hub accepts. */
export interface TokenAuthorities {
  /** The issuer of the hub's own tokens. */
  readonly issuer: string
  readonly key: HubKey
  /** With the content of their `ca`, as PEM. Default none. */
  readonly issuers?: readonly IssuerConfig[]
  readonly log: Warnings
  readonly times?: KeyTimes
}

/**
 * Finds the viewer from a request's Authorization headers, as `request.raw.headersDistinct.authorization`, where two headers stay two. No
 * header means the anonymous viewer; an invalid one throws UNAUTHENTICATED. Tokens of type `operator+jwt` must be the hub's own, all others
 * an issuer's.
 */
export function viewerOf({
  issuer,
  key,
  issuers = [],
  log,
  times,
}: TokenAuthorities): (authorization: string | readonly string[] | undefined) => Promise<Viewer> {
  const verifyOperator = operatorTokens(issuer, key)
  const verifyIssuers = issuerTokens(issuers, log, times)
  return async (authorization) => {
    const token = bearerToken(authorization)
    if (token === undefined) return anonymous
    const parts = tokenParts(token)
    return typeOf(parts) === operatorType ? verifyOperator(token) : verifyIssuers(token, parts)
  }
}
