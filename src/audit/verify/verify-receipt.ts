import { commitmentOf, type Opening, parseOpening } from '../entry.js'
import type { TreeHead } from '../notes/checkpoint.js'
import type { VerifierKey } from '../notes/keys.js'
import { NoteError } from '../notes/signed-note.js'
import { parseProof, verifyProof } from '../notes/tlog-proof.js'

/** What a receipt proves. */
export interface ProvenReceipt {
  readonly opening: Opening
  readonly index: number
  readonly head: TreeHead
}

/**
 * Verifies a receipt offline.
 * @param opening the entry, where the receipt does not hold it itself.
 * @throws NoteError or ProofError where it does not hold.
 */
export function verifyReceipt(text: string, keys: readonly VerifierKey[], opening?: Opening): ProvenReceipt {
  const proof = parseProof(text)
  const own = opening ?? (proof.extra === undefined ? undefined : parseOpening(proof.extra.toString('utf8')))
  if (own === undefined) throw new NoteError('the receipt does not hold its entry: give the entry as well')
  return { opening: own, index: proof.index, head: verifyProof(proof, commitmentOf(own), keys) }
}
