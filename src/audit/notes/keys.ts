import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { sha256 } from '../merkle/hash.js'

/** What a signature says: that of a log over its own note, or that of a witness with the time when it saw it. */
export type SignatureType = 'ED25519' | 'COSIGNATURE'

/** The bytes of the types (C2SP signed-note 1.0.0, "Signature types"). */
const typeBytes: Record<SignatureType, number> = { ED25519: 0x01, COSIGNATURE: 0x04 }

/** A public key by which signatures of notes are verified. */
export interface VerifierKey {
  /** Whose key it is. For a log, its origin. */
  readonly name: string
  readonly type: SignatureType
  /** The four bytes by which a signature names its key, hexadecimal. */
  readonly id: string
  /** The key itself: 32 bytes. */
  readonly publicKey: Buffer
}

/** A key that signs notes. */
export interface SignerKey extends VerifierKey {
  readonly privateKey: KeyObject
}

/** A text is no verifier key. */
export class KeyError extends Error {}

/** A key of Ed25519 under a name. @throws KeyError where the name may not stand in a note. */
export function verifierKey(name: string, publicKey: Uint8Array, type: SignatureType = 'ED25519'): VerifierKey {
  if (name === '' || /[\s+\p{Control}]/u.test(name)) throw new KeyError('the name of a key has no spaces and no plus')
  if (publicKey.length !== 32) throw new KeyError('a key of Ed25519 has 32 bytes')
  const id = sha256(name, '\n', Buffer.of(typeBytes[type]), publicKey).subarray(0, 4).toString('hex')
  return { name, type, id, publicKey: Buffer.from(publicKey) }
}

/** A private key of Ed25519 as a signer of notes. */
export function signerKey(name: string, privateKey: KeyObject, type: SignatureType = 'ED25519'): SignerKey {
  const { x } = createPublicKey(privateKey as never).export({ format: 'jwk' })
  return { ...verifierKey(name, Buffer.from(x ?? '', 'base64url'), type), privateKey }
}

/** The key as text, for configurations: `name+id+base64` (C2SP signed-note 1.0.0, "Verifier keys"). */
export function formatVerifierKey({ name, type, id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(typeBytes[type]), publicKey]).toString('base64')}`
}

/** Reads the text of a key. @throws KeyError where it is none, or its id is that of another. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? []
  const bytes = Buffer.from(base64, 'base64')
  const type = (Object.keys(typeBytes) as SignatureType[]).find((one) => typeBytes[one] === bytes[0])
  if (type === undefined || bytes.toString('base64') !== base64) throw new KeyError('not a verifier key: it looks like name+0123abcd+AbCd…')
  const key = verifierKey(name, bytes.subarray(1), type)
  if (key.id !== id) throw new KeyError(`the verifier key of ${name} was changed: its id is not that of its bytes`)
  return key
}

/** Signs bytes. */
export function signBytes({ privateKey }: SignerKey, bytes: Uint8Array): Buffer {
  return sign(null, bytes, privateKey)
}

/** Whether a signature over bytes is that of the key. */
export function isSignedBy({ publicKey }: VerifierKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') }, format: 'jwk' })
  return verify(null, bytes, key, signature)
}
