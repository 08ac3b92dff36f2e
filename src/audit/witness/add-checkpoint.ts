import { parseCheckpoint } from '../notes/checkpoint.js'
import { NoteError } from '../notes/signed-note.js'

/** A checkpoint for a witness, with the proof that the log goes on from the one that the witness has seen (C2SP tlog-witness 1.0.0). */
export interface AddCheckpoint {
  /** The size that the witness has seen last. */
  readonly old: number
  readonly proof: readonly Uint8Array[]
  /** The note. */
  readonly checkpoint: string
}

/** As text: the body of add-checkpoint. */
export function formatAddCheckpoint({ old, proof, checkpoint }: AddCheckpoint): string {
  return [`old ${old}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', checkpoint].join('\n')
}

/** Reads such a text. @throws NoteError where it is malformed. */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const at = text.indexOf('\n\n')
  const [first = '', ...lines] = text.slice(0, Math.max(0, at)).split('\n')
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? []
  const proof = lines.map((line) => Buffer.from(line, 'base64'))
  if (old === undefined || proof.length > 63 || proof.some((hash, index) => hash.length !== 32 || hash.toString('base64') !== lines[index]))
    throw new NoteError('not a checkpoint for a witness: it begins with the old size and the proof')
  const checkpoint = text.slice(at + 2)
  parseCheckpoint(checkpoint)
  return { old: Number(old), proof, checkpoint }
}
