import { createLocalJWKSet, jwtVerify, SignJWT } from 'jose'
import { DialsError } from '../errors.js'
import type { HubKey } from './hub-key.js'
import type { Viewer } from './viewer.js'

const type = 'operator+jwt'
const lifeSeconds = 300

/** A token for whoever holds the hub's own key, that is its operator on its machine: short-lived, and for this hub alone. */
export function signOperatorToken(issuer: string, key: HubKey, scopes: readonly string[]): Promise<string> {
  return new SignJWT({ scope: scopes.join(' ') })
    .setProtectedHeader({ alg: 'EdDSA', typ: type })
    .setIssuer(issuer)
    .setAudience(issuer)
    .setSubject('operator')
    .setIssuedAt()
    .setExpirationTime(`${lifeSeconds}s`)
    .sign(key.privateKey)
}

/** Makes a Viewer of an Authorization header. None is the anonymous viewer's; one that does not hold throws UNAUTHENTICATED. */
export function viewerOf(issuer: string, key: HubKey, anonymous: Viewer): (authorization: string | undefined) => Promise<Viewer> {
  const keys = createLocalJWKSet({ keys: [key.publicJwk] })
  return async (authorization) => {
    if (authorization === undefined) return anonymous
    const token = /^Bearer ([\w.-]{1,8192})$/i.exec(authorization)?.[1]
    if (token === undefined) throw new DialsError('UNAUTHENTICATED', 'The Authorization header is not a bearer token.')
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['EdDSA'], typ: type, issuer, audience: issuer, maxTokenAge: lifeSeconds, requiredClaims: ['exp', 'iat', 'sub'],
    }).catch((thrown: unknown) => {
      throw new DialsError('UNAUTHENTICATED', 'The token is not valid at this hub, or has expired.', { cause: thrown })
    })
    const scope = typeof payload['scope'] === 'string' ? payload['scope'] : ''
    return { subject: payload.sub ?? '', scopes: scope.split(' ').filter((item) => item !== '') }
  }
}
