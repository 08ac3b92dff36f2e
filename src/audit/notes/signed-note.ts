import { isSignedBy, signBytes, type SignerKey, type VerifierKey } from './keys.js'

/** A note is malformed, or nobody known has signed it. */
export class NoteError extends Error {}

/** None of the keys that are known here has signed a note. */
export class UnknownSigner extends NoteError {}

/** A signature of a note, by the name and the id of its key. */
export interface NoteSignature {
  readonly name: string
  readonly id: string
  readonly bytes: Buffer
}

/** A text and its signatures (C2SP signed-note 1.0.0). */
export interface Note {
  /** Ends with a line feed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** The most signatures that are looked at: the standard asks for 16. */
const signaturesMax = 100
const noteCharsMax = 1_000_000

/** The text of a note, with its signatures as lines. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`
}

/** One signature as the line of a note. */
export function signatureLine({ name, id, bytes }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')}\n`
}

/** Reads a note. Its signatures are not verified. @throws NoteError where it is malformed. */
export function parseNote(note: string): Note {
  if (note.length > noteCharsMax || /[^\P{Control}\n]|\p{Surrogate}/u.test(note))
    throw new NoteError('not a signed note: it is too long, or has control characters')
  const at = note.lastIndexOf('\n\n')
  if (at < 0 || !note.endsWith('\n')) throw new NoteError('not a signed note: it has no blank line before its signatures')
  const lines = note.slice(at + 2, -1).split('\n')
  if (lines.length > signaturesMax) throw new NoteError('the note has too many signatures')
  return { text: note.slice(0, at + 1), signatures: lines.map(parseSignature) }
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', base64 = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? []
  const bytes = Buffer.from(base64, 'base64')
  if (name === '' || bytes.length < 5 || bytes.toString('base64') !== base64)
    throw new NoteError('the note has a line that is no signature')
  return { name, id: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) }
}

/** Signs a text as a log does. */
export function signNote(text: string, key: SignerKey): NoteSignature {
  return { name: key.name, id: key.id, bytes: signBytes(key, Buffer.from(text)) }
}

/**
 * The keys that have signed a note. Signatures of other keys are passed over.
 * @throws NoteError where a signature that names a known key is not of it, UnknownSigner where no known key has signed.
 */
export function verifyNote({ text, signatures }: Note, keys: readonly VerifierKey[]): VerifierKey[] {
  const signed: VerifierKey[] = []
  for (const { name, id, bytes } of signatures) {
    const key = keys.find((one) => one.name === name && one.id === id && one.type === 'ED25519')
    if (key === undefined) continue
    if (!isSignedBy(key, Buffer.from(text), bytes)) throw new NoteError(`the signature of ${name} is not of this text`)
    signed.push(key)
  }
  if (signed.length === 0) throw new UnknownSigner('no known key has signed it')
  return signed
}
