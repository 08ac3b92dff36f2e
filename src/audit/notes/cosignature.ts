import { isSignedBy, signBytes, type SignerKey, type VerifierKey } from './keys.js'
import { type NoteSignature, parseNote } from './signed-note.js'

/** What a witness signs: that it saw the checkpoint at that time, and found it to go on from those before (C2SP tlog-cosignature 1.0.1). */
function message(text: string, seconds: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
}

/** Signs a checkpoint as its witness. @param seconds when it was seen, since the epoch. */
export function cosign(note: string, key: SignerKey, seconds: number): NoteSignature {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(seconds))
  return { name: key.name, id: key.id, bytes: Buffer.concat([time, signBytes(key, message(parseNote(note).text, seconds))]) }
}

/** When the witness saw the checkpoint, in seconds since the epoch. Undefined where the signature is not of that witness. */
export function cosignedAt(note: string, { name, id, bytes }: NoteSignature, key: VerifierKey): number | undefined {
  if (key.type !== 'COSIGNATURE' || key.name !== name || key.id !== id || bytes.length !== 72) return undefined
  const seconds = Number(bytes.readBigUInt64BE(0))
  return isSignedBy(key, message(parseNote(note).text, seconds), bytes.subarray(8)) ? seconds : undefined
}
