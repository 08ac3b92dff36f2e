import { nodeHash } from './hash.js'

/** A proof does not show what it should. */
export class ProofError extends Error {}

const half = (value: number) => Math.floor(value / 2)
const isOdd = (value: number) => value % 2 === 1

function checkSizes(...sizes: readonly number[]): void {
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0)) throw new ProofError('a size or an index is no whole number')
}

/**
 * The root that a leaf and its path lead to (RFC 9162, section 2.1.3.2).
 * @param leaf the hash of the leaf. @param path the hashes from the leaf upwards.
 * @throws ProofError where the path is not as long as that of this leaf in a tree of this size.
 */
export function rootFromInclusion(index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[]): Buffer {
  checkSizes(index, size)
  if (index >= size) throw new ProofError('the leaf lies beyond the tree')
  if (leaf.length !== 32) throw new ProofError('the hash of the leaf is none')
  let [node, last] = [index, size - 1]
  let root: Buffer = Buffer.from(leaf)
  for (const hash of path) {
    if (last === 0) throw new ProofError('the path is too long')
    if (isOdd(node) || node === last) {
      root = nodeHash(hash, root)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      root = nodeHash(root, hash)
    }
    ;[node, last] = [half(node), half(last)]
  }
  if (last !== 0) throw new ProofError('the path is too short')
  return root
}

/** Checks that a leaf is in the tree of a root. @throws ProofError where it is not shown. */
export function verifyInclusion(index: number, size: number, leaf: Uint8Array, path: readonly Uint8Array[], root: Uint8Array): void {
  if (!rootFromInclusion(index, size, leaf, path).equals(root)) throw new ProofError('the path does not lead to the root')
}

/**
 * Checks that a tree goes on from an earlier one (RFC 9162, section 2.1.4.2).
 * @throws ProofError where it is not shown. Every tree goes on from an empty one, so that shows nothing and is refused.
 */
export function verifyConsistency(old: number, size: number, proof: readonly Uint8Array[], oldRoot: Uint8Array, root: Uint8Array): void {
  checkSizes(old, size)
  if (old > size) throw new ProofError('the tree has shrunk')
  if (old === 0) throw new ProofError('a proof from an empty tree shows nothing')
  if (old === size) {
    if (proof.length > 0) throw new ProofError('the proof is too long')
    if (!Buffer.from(oldRoot).equals(root)) throw new ProofError('two trees of one size have different roots')
    return
  }
  const [first, ...rest] = isPowerOfTwo(old) ? [oldRoot, ...proof] : proof
  if (first === undefined || proof.length === 0) throw new ProofError('the proof is too short')
  let [node, last] = [old - 1, size - 1]
  while (isOdd(node)) [node, last] = [half(node), half(last)]
  let before: Buffer = Buffer.from(first)
  let after: Buffer = Buffer.from(first)
  for (const hash of rest) {
    if (last === 0) throw new ProofError('the proof is too long')
    if (isOdd(node) || node === last) {
      before = nodeHash(hash, before)
      after = nodeHash(hash, after)
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)]
    } else {
      after = nodeHash(after, hash)
    }
    ;[node, last] = [half(node), half(last)]
  }
  if (last !== 0) throw new ProofError('the proof is too short')
  if (!before.equals(oldRoot)) throw new ProofError('the proof does not lead to the earlier root')
  if (!after.equals(root)) throw new ProofError('the proof does not lead to the root')
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value))
}
