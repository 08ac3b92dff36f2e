import type { IssuerConfig } from '../config.js'
import type { HubKey } from './hub-key.js'
import type { KeyTimes, Warnings } from './issuer-keys.js'
import { issuerTokens } from './issuers.js'
import { operatorTokens, operatorType } from './operator-token.js'
import { bearerToken, tokenParts, typeOf } from './token-parts.js'
import { anonymous, type Viewer } from './viewer.js'

/** Whose tokens open a hub's graph. */
export interface TokenAuthorities {
  /** What the hub signs its own tokens as. */
  readonly issuer: string
  readonly key: HubKey
  /** Default none. */
  readonly issuers?: readonly IssuerConfig[]
  readonly log: Warnings
  readonly times?: KeyTimes
}

/**
 * Makes a Viewer of a request's Authorization headers: `request.raw.headersDistinct.authorization`, in which two headers stay two. No
 * header is the anonymous viewer's; one that does not hold throws UNAUTHENTICATED. Tokens of type `operator+jwt` are the hub's own, all
 * others the issuers'.
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
