import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from 'jose'

/** The `typ` of a signature under an agreement. */
export const agreementType = 'agreement+jws'

/**
 * Whether a compact JWS is a signature of exactly this text by one of these keys. Keys and certificates within it count for nothing.
 * @param canonical the text that was signed.
 */
export async function isSignedBy(jws: string, canonical: string, keys: JSONWebKeySet): Promise<boolean> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys), {
      algorithms: ['EdDSA', 'Ed25519', 'ES256', 'PS256', 'RS256'],
    })
    const known = Object.keys(protectedHeader).every((name) => ['alg', 'typ', 'kid'].includes(name))
    return (
      known &&
      protectedHeader.typ === agreementType &&
      protectedHeader.kid !== undefined &&
      Buffer.from(payload).equals(Buffer.from(canonical))
    )
  } catch {
    return false
  }
}
