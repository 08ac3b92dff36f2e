import { decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose'

/** What a spoke expects of its hub's token. */
export interface Expected {
  readonly issuer: string
  readonly audience: string
  readonly type: string
  readonly jwks: JSONWebKeySet
}

/** The most characters of a token's part that are quoted. */
const quotedMax = 200

/**
 * Why a token was refused, in words for the operators of hub and spoke: what was expected and what was given, of issuer, spoke, kind, key
 * id and time. All of these are public; the token itself is never quoted.
 */
export function misfitOf(token: string, { issuer, audience, type, jwks }: Expected, now = Date.now() / 1000): string {
  const parts = partsOf(token)
  if (parts === undefined) return 'The token is no signed token (JWT).'
  const { header, claims } = parts
  const known = jwks.keys.flatMap(({ kid, use }) => (kid === undefined || (use !== undefined && use !== 'sig') ? [] : [kid]))
  const misfits = [
    ...(claims.iss === issuer ? [] : [`its issuer is ${quoted(claims.iss)}, and spoke.yaml has hub.issuer ${quoted(issuer)}`]),
    ...(claims.aud === audience ? [] : [`it is for the spoke ${quoted(claims.aud)}, and the id in spoke.yaml is ${quoted(audience)}`]),
    ...(header.kid === undefined || known.includes(header.kid)
      ? []
      : [
          `it is signed with the key ${quoted(header.kid)}, and the file of hub.jwks has ${known.map(quoted).join(', ')}: take it anew from the hub, at /.well-known/jwks.json`,
        ]),
    ...(header.typ === type ? [] : [`its kind is ${quoted(header.typ)}, and this request needs ${quoted(type)}`]),
    ...timeMisfits(claims, now),
  ]
  return misfits.length === 0
    ? 'The token is not one of this spoke’s hub for this request: its signature or its times are wrong.'
    : `The token is not one of this spoke’s hub for this request: ${misfits.join('; ')}.`
}

function timeMisfits({ exp, iat }: { exp?: unknown; iat?: unknown }, now: number): string[] {
  const clocks = `and the clock of this spoke says ${moment(now)}: see to both clocks`
  if (typeof exp === 'number' && exp < now) return [`it has expired at ${moment(exp)}, ${clocks}`]
  if (typeof iat === 'number' && iat > now) return [`it was issued at ${moment(iat)}, ${clocks}`]
  return []
}

function partsOf(token: string) {
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}

/** A part of a token that nobody has verified, or of the configuration, so that it stays short and on one line. */
function quoted(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? 'missing' : 'no text'
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  return `'${text.slice(0, quotedMax).replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ')}'`
}

function moment(seconds: number): string {
  const at = new Date(seconds * 1000)
  return Number.isNaN(at.getTime()) ? 'no moment' : at.toISOString()
}
