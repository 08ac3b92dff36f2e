import { emptyRoot, nodeHash } from './hash.js'
import { type Block, blocksOf, type Range } from './ranges.js'

/** The hash of a range of a proof, or of a whole tree. @param hashOf the hash of a complete subtree. */
export function hashOfRange(range: Range, hashOf: (block: Block) => Uint8Array): Buffer {
  const hashes = blocksOf(range).map(hashOf)
  const last = hashes.pop()
  if (last === undefined) return emptyRoot
  return Buffer.from(hashes.reduceRight((right, left) => nodeHash(left, right), last))
}
