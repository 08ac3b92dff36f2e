import { createHash, randomUUID } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { DialsError } from '../errors.js'
import type { HubKey } from './hub-key.js'

/** Seconds that a token lives. A token for one request must not live longer than a minute (docs/access-rules.md). */
const lifeSeconds = 60
const skewSeconds = 5

/** What a token allows at a spoke: `purpose+jwt` one scan, `catalogue+jwt` reading the catalogue feed. */
export type RequestTokenType = 'purpose+jwt' | 'catalogue+jwt'

/** Signs the hub's tokens: each for one spoke, one request and one use. */
export class RequestSigner {
  constructor(
    private readonly issuer: string,
    private readonly key: HubKey,
  ) {}

  /** @param operation the bytes of the request; the token carries their SHA-256. */
  sign(type: RequestTokenType, audience: string, operation: string): Promise<string> {
    return new SignJWT({ op_sha256: digest(operation) })
      .setProtectedHeader({ alg: 'EdDSA', typ: type, ...(this.key.publicJwk.kid ? { kid: this.key.publicJwk.kid } : {}) })
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .setJti(randomUUID())
      .sign(this.key.privateKey)
  }
}

/** Verifies the hub's tokens at the spoke, against the only hub in its configuration. */
export class RequestVerifier {
  readonly #keys: ReturnType<typeof createLocalJWKSet>

  constructor(
    private readonly hub: { issuer: string; jwks: JSONWebKeySet },
    private readonly audience: string,
    /** Returns false if the `jti` was used before. */
    private readonly once: (jti: string, expiresAt: number) => boolean,
  ) {
    this.#keys = createLocalJWKSet(hub.jwks)
  }

  /** Throws UNAUTHENTICATED unless the token is this hub's, for this spoke, this kind of request and these bytes, fresh and unused. */
  async verify(authorization: string | undefined, type: RequestTokenType, operation: string): Promise<void> {
    const token = /^Bearer ([\w.-]{1,8192})$/.exec(authorization ?? '')?.[1]
    if (token === undefined) throw refused('A request to a spoke needs the token of its hub.')
    const { payload } = await jwtVerify(token, this.#keys, {
      algorithms: ['EdDSA'],
      typ: type,
      issuer: this.hub.issuer,
      audience: this.audience,
      clockTolerance: skewSeconds,
      maxTokenAge: lifeSeconds,
      requiredClaims: ['exp', 'iat', 'jti', 'op_sha256'],
    }).catch((thrown: unknown) => {
      throw refused(
        thrown instanceof errors.JWTExpired ? 'The token has expired.' : 'The token is not one of this spoke’s hub for this request.',
        thrown,
      )
    })
    const { exp = 0, iat = 0, jti = '', aud } = payload
    if (Array.isArray(aud) || exp - iat > lifeSeconds) throw refused('The token is for more than one spoke, or lives too long.')
    if (payload['op_sha256'] !== digest(operation)) throw refused('The token is for another request.')
    if (!this.once(jti, exp + skewSeconds)) throw refused('The token was used before.')
  }
}

function digest(operation: string): string {
  return createHash('sha256').update(operation).digest('hex')
}

function refused(message: string, cause?: unknown): DialsError {
  return new DialsError('UNAUTHENTICATED', message, cause === undefined ? {} : { cause })
}
