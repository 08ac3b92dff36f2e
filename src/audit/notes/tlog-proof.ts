import { leafHash } from '../merkle/hash.js'
import { verifyInclusion } from '../merkle/verify.js'
import { parseCheckpoint, type TreeHead, verifyCheckpoint } from './checkpoint.js'
import type { VerifierKey } from './keys.js'
import { NoteError } from './signed-note.js'

/** A proof that an entry is in a log, verifiable offline (C2SP tlog-proof, v1). */
export interface TlogProof {
  /** What the application adds. It proves nothing by itself. */
  readonly extra: Buffer | undefined
  readonly index: number
  /** From the leaf upwards. */
  readonly path: readonly Uint8Array[]
  /** The note of the checkpoint. */
  readonly checkpoint: string
}

const header = 'c2sp.org/tlog-proof@v1'

/** The proof as text. */
export function formatProof({ extra, index, path, checkpoint }: TlogProof): string {
  return [
    header,
    ...(extra === undefined ? [] : [`extra ${extra.toString('base64')}`]),
    `index ${index}`,
    ...path.map((hash) => Buffer.from(hash).toString('base64')),
    '',
    checkpoint,
  ].join('\n')
}

/** Reads a proof without verifying it. @throws NoteError where it is malformed. */
export function parseProof(text: string): TlogProof {
  const at = text.indexOf('\n\n')
  const [first, ...lines] = text.slice(0, Math.max(0, at)).split('\n')
  if (first !== header) throw new NoteError(`not a proof: its first line is ${header}`)
  const extra = lines[0]?.startsWith('extra ') === true ? bytesOf((lines.shift() as string).slice('extra '.length)) : undefined
  const [, index = ''] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  if (index === '') throw new NoteError('the proof says no index')
  const path = lines.map(bytesOf)
  if (path.length > 63 || path.some((hash) => hash.length !== 32)) throw new NoteError('the path of the proof is malformed')
  const checkpoint = text.slice(at + 2)
  parseCheckpoint(checkpoint)
  return { extra, index: Number(index), path, checkpoint }
}

function bytesOf(base64: string): Buffer {
  const bytes = Buffer.from(base64, 'base64')
  if (base64 === '' || bytes.toString('base64') !== base64) throw new NoteError('the proof has a line that is not base64')
  return bytes
}

/**
 * Verifies that an entry is in the log of one of the keys.
 * @returns the checkpoint that it is proved against.
 * @throws NoteError or ProofError where it is not shown.
 */
export function verifyProof({ index, path, checkpoint }: TlogProof, entry: Uint8Array, keys: readonly VerifierKey[]): TreeHead {
  const head = verifyCheckpoint(checkpoint, keys)
  verifyInclusion(index, head.size, leafHash(entry), path, head.root)
  return head
}
