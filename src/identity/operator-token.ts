import { createLocalJWKSet, errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { checkClaimTypes } from './claims.js'
import type { HubKey } from './hub-key.js'
import { refused } from './refused.js'
import type { Viewer } from './viewer.js'

/** The `typ` of an operator's token. */
export const operatorType = 'operator+jwt'
const lifeSeconds = 300

const claimsSchema = z.object({ aud: z.string(), sub: z.string().min(1), exp: z.number(), scope: z.string() })

/** A token for the holder of the hub's own key, who is its operator on its machine. Short-lived, and for this hub alone. */
export function signOperatorToken(issuer: string, key: HubKey, scopes: readonly string[]): Promise<string> {
  return new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'EdDSA', typ: operatorType })
    .setIssuer(issuer)
    .setAudience(issuer)
    .setSubject('operator')
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds}s`)
    .sign(key.privateKey)
}

/** Verifies operator tokens. The function throws UNAUTHENTICATED unless the token is this hub's own, for itself, and fresh. */
export function operatorTokens(issuer: string, key: HubKey): (token: string) => Promise<Viewer> {
  const keys = createLocalJWKSet({ keys: [key.publicJwk] })
  return async (token) => {
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA'],
      typ: operatorType,
      issuer,
      audience: issuer,
      maxTokenAge: lifeSeconds,
      requiredClaims: ['exp', 'iat', 'sub'],
    }).catch((thrown: unknown) => {
      throw refused(thrown instanceof errors.JOSEError ? thrown.code : 'it cannot be verified')
    })
    checkClaimTypes(payload)
    const claims = claimsSchema.safeParse(payload)
    if (!claims.success) throw refused('a claim is missing or malformed')
    const { sub, exp, scope } = claims.data
    return { subject: sub, issuer, scopes: scope.split(' ').filter((item) => item !== ''), expiresAt: exp }
  }
}
