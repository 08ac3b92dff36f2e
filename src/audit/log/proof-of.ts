import { type Opening, openingText } from '../entry.js'
import type { GrowingTree } from '../merkle/growing-tree.js'
import { hashOfRange } from '../merkle/range-hash.js'
import { inclusionRanges } from '../merkle/ranges.js'
import { formatProof } from '../notes/tlog-proof.js'

/** An entry that is in a log for good. */
export interface Appended {
  readonly index: number
  readonly opening: Opening
  /**
   * Proves that the entry is in the log (C2SP tlog-proof).
   * @param extraMax its opening is the extra data, where that has no more bytes. Default: always.
   */
  proof(extraMax?: number): string
}

/** An entry of a tree that has just grown, with its proof against the checkpoint of the grown tree. */
export function appended(tree: GrowingTree, index: number, opening: Opening, checkpoint: string): Appended {
  const { size } = tree
  return {
    index,
    opening,
    proof(extraMax = Infinity) {
      const extra = Buffer.from(openingText(opening))
      const path = inclusionRanges(index, size).map((range) => hashOfRange(range, (block) => tree.hashOf(block)))
      return formatProof({ extra: extra.length <= extraMax ? extra : undefined, index, path, checkpoint })
    },
  }
}
