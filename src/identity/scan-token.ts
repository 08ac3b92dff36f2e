import { createHash, randomUUID } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { checkForm } from '../connector/check-form.js'
import type { Asker, ScanGrant } from '../connector/source.js'
import { DialsError } from '../errors.js'
import { skewSeconds } from './clock-skew.js'
import type { HubKey } from './hub-key.js'
import { misfitOf } from './token-misfit.js'
import { stateViewer, type ViewerStatement, viewerStatementSchema } from './viewer-statement.js'

/** Seconds that a token lives. A token for one request must not live longer than a minute (docs/access-rules.md). */
const lifeSeconds = 60

/** What a token allows at a spoke: `purpose+jwt` one scan, `catalogue+jwt` reading the catalogue feed. */
export type RequestTokenType = 'purpose+jwt' | 'catalogue+jwt'

/** Signs the hub's tokens: each for one spoke, one request and one use. */
export class RequestSigner {
  constructor(
    private readonly issuer: string,
    private readonly key: HubKey,
  ) {}

  /**
   * @param operation the bytes of the request; the token carries their SHA-256.
   * @param asker who asks; the token carries the hub's statement of it, and nothing that can be used elsewhere.
   * @param grant what the scan rests on: the purpose and the digests of the agreements are its `authorization_details` (RFC 9396).
   */
  sign(type: RequestTokenType, audience: string, operation: string, asker?: Asker, grant?: ScanGrant): Promise<string> {
    const viewer = asker && stateViewer(asker, audience, this.key.pseudonymSecret)
    return new SignJWT({
      op_sha256: digest(operation),
      ...(viewer ? { viewer } : {}),
      ...(grant ? { authorization_details: [detailOf(grant)] } : {}),
    })
      .setProtectedHeader({ alg: 'EdDSA', typ: type, ...(this.key.publicJwk.kid ? { kid: this.key.publicJwk.kid } : {}) })
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .setJti(randomUUID())
      .sign(this.key.privateKey)
  }
}

/** What a token says of the grant of its scan. */
const grantDetailSchema = z.strictObject({
  type: z.literal('purpose'),
  purpose: z.string(),
  agreements: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
})

function detailOf({ purpose, agreements }: ScanGrant): z.infer<typeof grantDetailSchema> {
  return { type: 'purpose', purpose, agreements: agreements.map(({ canonical }) => digest(canonical)) }
}

/** The claims of a token, each of its own type: a `jti` that is a number or a list would be remembered as another than it is. */
const claimsSchema = z.object({
  aud: z.string(),
  exp: z.number(),
  iat: z.number(),
  // Each is kept as a word of a line (spoke/used-tokens.ts).
  jti: z.string().regex(/^[\w-]{8,100}$/),
  op_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  viewer: viewerStatementSchema.optional(),
  authorization_details: z.tuple([grantDetailSchema]).optional(),
})

/** A request whose token was verified and used up. Its body is still unread. */
export interface AdmittedRequest {
  /** What the hub states of who asks. Undefined: the scan reads open tables only, and the spoke does not learn who asks. */
  readonly viewer: ViewerStatement | undefined
  /** Throws UNAUTHENTICATED unless the token names exactly the purpose and the agreements of this grant. */
  checkGrant(grant: ScanGrant | undefined): void
  /** Throws UNAUTHENTICATED unless the token is for exactly these bytes. */
  checkOperation(operation: string): void
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

  /**
   * Verifies the token before the body is read, and uses it up, so that one token never opens two requests, not even to send a body. Throws
   * UNAUTHENTICATED unless it is this hub's, for this spoke and this kind of request, fresh and unused.
   * @param authorization the request's Authorization headers, as `headersDistinct.authorization`. Two are refused.
   */
  async admit(authorization: string | readonly string[] | undefined, type: RequestTokenType): Promise<AdmittedRequest> {
    const [header = '', ...more] = typeof authorization === 'string' ? [authorization] : (authorization ?? [])
    const token = /^Bearer ([\w.-]{1,8192})$/.exec(header)?.[1]
    if (token === undefined || more.length > 0) throw refused('A request to a spoke needs the token of its hub.')
    const { payload } = await jwtVerify(token, this.#keys, {
      algorithms: ['EdDSA'],
      typ: type,
      issuer: this.hub.issuer,
      audience: this.audience,
      clockTolerance: skewSeconds,
      maxTokenAge: lifeSeconds,
      requiredClaims: ['exp', 'iat', 'jti', 'op_sha256'],
    }).catch((thrown: unknown) => {
      throw refused(misfitOf(token, { ...this.hub, audience: this.audience, type }), thrown)
    })
    const claims = checkForm(claimsSchema, payload)
    if ('faults' in claims) {
      const names = [...new Set(claims.faults.map(({ path }) => path[0]))].join(', ')
      throw refused(`The token has a claim that is missing or malformed: ${names}.`)
    }
    const { exp, iat, jti, op_sha256, viewer, authorization_details: details } = claims.value
    if (exp - iat > lifeSeconds) throw refused('The token lives too long.')
    if (!this.once(jti, exp + skewSeconds)) throw refused('The token was used before.')
    return {
      viewer,
      checkGrant: (grant) => {
        const [detail] = details ?? []
        if (JSON.stringify(detail) !== JSON.stringify(grant && detailOf(grant)))
          throw refused('The token is for another purpose, or for other agreements.')
      },
      checkOperation: (operation) => {
        if (op_sha256 !== digest(operation)) throw refused('The token is for another request.')
      },
    }
  }
}

function digest(operation: string): string {
  return createHash('sha256').update(operation).digest('hex')
}

function refused(message: string, cause?: unknown): DialsError {
  return new DialsError('UNAUTHENTICATED', message, cause === undefined ? {} : { cause })
}
