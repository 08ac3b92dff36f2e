import { nodeHash } from './hash.js'
import { type Block, blocksOf } from './ranges.js'
import { hashOfRange } from './range-hash.js'

/** The right edge of a tree: all that has to be known of it for it to grow. */
export interface Edge {
  readonly size: number
  /** The hashes of its largest complete subtrees, from left to right. */
  readonly peaks: readonly Uint8Array[]
}

/** A tree that grows from an edge. It keeps the hashes that the proofs of its new leaves need. */
export class GrowingTree {
  readonly #hashes = new Map<string, Uint8Array>()
  readonly #completed: (Block & { readonly hash: Uint8Array })[] = []
  #size: number

  constructor({ size, peaks }: Edge) {
    this.#size = size
    const blocks = blocksOf({ start: 0, end: size })
    if (blocks.length !== peaks.length) throw new Error(`an edge of ${size} leaves has ${blocks.length} peaks, not ${peaks.length}`)
    for (const [at, block] of blocks.entries()) this.#hashes.set(nameOf(block), peaks[at] as Uint8Array)
  }

  get size(): number {
    return this.#size
  }

  /** Adds a leaf by its hash. @returns its index. */
  append(leaf: Uint8Array): number {
    const at = this.#size++
    let block: Block = { height: 0, index: at }
    let hash = leaf
    this.#keep(block, hash)
    while (block.index % 2 === 1) {
      hash = nodeHash(this.hashOf({ height: block.height, index: block.index - 1 }), hash)
      block = { height: block.height + 1, index: (block.index - 1) / 2 }
      this.#keep(block, hash)
    }
    return at
  }

  /** The subtrees that new leaves have completed, in the order in which they were. */
  get completed(): readonly (Block & { readonly hash: Uint8Array })[] {
    return this.#completed
  }

  /** The hash of a complete subtree: a peak of the edge, or one that a new leaf has completed. */
  hashOf(block: Block): Uint8Array {
    const hash = this.#hashes.get(nameOf(block))
    if (hash === undefined) throw new Error(`the hash of subtree ${nameOf(block)} is not known here`)
    return hash
  }

  edge(): Edge {
    return { size: this.#size, peaks: blocksOf({ start: 0, end: this.#size }).map((block) => this.hashOf(block)) }
  }

  root(): Buffer {
    return hashOfRange({ start: 0, end: this.#size }, (block) => this.hashOf(block))
  }

  #keep(block: Block, hash: Uint8Array): void {
    this.#hashes.set(nameOf(block), hash)
    this.#completed.push({ ...block, hash })
  }
}

function nameOf({ height, index }: Block): string {
  return `${height}:${index}`
}
