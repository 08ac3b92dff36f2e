import type { SignerKey, VerifierKey } from './keys.js'
import { formatNote, NoteError, parseNote, signNote, UnknownSigner, verifyNote } from './signed-note.js'

/** The state of a log at one size (C2SP tlog-checkpoint 1.0.0). */
export interface TreeHead {
  /** Which log it is. */
  readonly origin: string
  /** How many leaves it has. */
  readonly size: number
  /** The hash over all of them: 32 bytes. */
  readonly root: Buffer
}

/** What is signed: three lines. */
export function checkpointText({ origin, size, root }: TreeHead): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

/** Signs a checkpoint, by more than one key where keys change. @returns the note. */
export function signCheckpoint(head: TreeHead, ...keys: readonly SignerKey[]): string {
  const text = checkpointText(head)
  return formatNote({ text, signatures: keys.map((key) => signNote(text, key)) })
}

/** Reads a checkpoint without verifying its signatures. @throws NoteError where it is malformed. */
export function parseCheckpoint(note: string): TreeHead {
  const [origin = '', size = '', base64 = '', ...more] = parseNote(note).text.split('\n')
  const root = Buffer.from(base64, 'base64')
  const isCanonical = root.length === 32 && root.toString('base64') === base64
  if (origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size)) || !isCanonical || more.at(-1) !== '')
    throw new NoteError('not a checkpoint: it has an origin, a size and a root hash')
  return { origin, size: Number(size), root }
}

/** Reads a checkpoint whose log has signed it with one of the keys. @throws NoteError where it has not. */
export function verifyCheckpoint(note: string, keys: readonly VerifierKey[]): TreeHead {
  const head = parseCheckpoint(note)
  const own = keys.filter(({ name }) => name === head.origin)
  if (own.length === 0) throw new UnknownSigner(`it is of the log ${head.origin}, of which no key is known here`)
  verifyNote(parseNote(note), own)
  return head
}
