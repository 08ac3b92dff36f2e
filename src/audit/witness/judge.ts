import { ProofError, verifyConsistency } from '../merkle/verify.js'
import { parseCheckpoint, type TreeHead, verifyCheckpoint } from '../notes/checkpoint.js'
import type { VerifierKey } from '../notes/keys.js'
import type { AddCheckpoint } from './add-checkpoint.js'

/** The log is not the one that was seen before: it was changed, cut or forked. Its operator alone can say why. */
export class LogChanged extends Error {}

/** The proof does not begin where the witness has seen the log last. */
export class OtherSize extends Error {
  constructor(
    /** The size that was seen last. */
    readonly size: number,
  ) {
    super(`the log was seen at size ${size}`)
  }
}

/**
 * Whether a log goes on from what was seen of it.
 * @param seen the note of the checkpoint that was seen last. Undefined: none.
 * @param keys those of the log.
 * @throws OtherSize where another proof is needed, LogChanged where the log is another, NoteError where nobody known has signed it.
 */
export function judge(seen: string | undefined, { old, proof, checkpoint }: AddCheckpoint, keys: readonly VerifierKey[]): TreeHead {
  const head = verifyCheckpoint(checkpoint, keys)
  const before = seen === undefined ? undefined : parseCheckpoint(seen)
  if (before !== undefined && before.size === head.size && !before.root.equals(head.root))
    throw new LogChanged(`two histories of ${head.size} entries of ${head.origin} are signed`)
  if (old !== (before?.size ?? 0)) throw new OtherSize(before?.size ?? 0)
  if (before === undefined || before.size === 0) return head
  try {
    verifyConsistency(before.size, head.size, proof, before.root, head.root)
    return head
  } catch (thrown) {
    if (!(thrown instanceof ProofError)) throw thrown
    throw new LogChanged(
      `${head.origin} with ${head.size} entries does not go on from its ${before.size} entries before: ${thrown.message}`,
      {
        cause: thrown,
      },
    )
  }
}
