import { nodeHash } from './hash.js'
import { hashOfRange } from './range-hash.js'
import type { Block, Range } from './ranges.js'

/**
 * Hashes that a log keeps: of subtrees whose height is a multiple of 8, as in the tiles of C2SP tlog-tiles. Level 0 has the leaves, level 1
 * the subtrees of 256 leaves, and so on. The others are computed from them.
 */
export interface StoredRange extends Range {
  readonly level: number
}

/** The height of a tile. */
export const tileHeight = 8
/** The hashes of a full tile. */
export const tileWidth = 256

/** Reads the hashes of ranges, in order. */
export type ReadHashes = (ranges: readonly StoredRange[]) => Promise<readonly (readonly Uint8Array[])[]>

function storedRangeOf({ height, index }: Block): StoredRange {
  const level = Math.floor(height / tileHeight)
  const width = 2 ** (height % tileHeight)
  return { level, start: index * width, end: (index + 1) * width }
}

/** The hashes of the ranges of a proof, from those that a log keeps. */
export async function hashesOfRanges(ranges: readonly Range[], read: ReadHashes): Promise<Buffer[]> {
  const wanted = new Map<string, Block>()
  const nameOf = ({ height, index }: Block) => `${height}:${index}`
  for (const range of ranges) hashOfRange(range, (block) => (wanted.set(nameOf(block), block), emptyHash))
  const blocks = [...wanted.values()]
  const stored = await read(blocks.map(storedRangeOf))
  const hashes = new Map(blocks.map((block, at) => [nameOf(block), folded(stored[at] ?? [])]))
  return ranges.map((range) => hashOfRange(range, (block) => hashes.get(nameOf(block)) as Uint8Array))
}

const emptyHash = Buffer.alloc(32)

/** The root of a complete subtree. */
export function folded(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) throw new Error('a hash of the log is missing')
  let level = hashes
  while (level.length > 1)
    level = Array.from({ length: level.length / 2 }, (_, at) => nodeHash(level[2 * at] as Uint8Array, level[2 * at + 1] as Uint8Array))
  return level[0] as Uint8Array
}
