/** A complete subtree: 2^height leaves, the `index`-th one of its height. */
export interface Block {
  readonly height: number
  readonly index: number
}

/** Leaves from `start` up to, but not including, `end`. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** The largest power of two that is less than `size`. @param size at least 2. */
function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

/** The ranges whose hashes prove that a leaf is in a tree, from the leaf upwards (RFC 6962, section 2.1.1). */
export function inclusionRanges(index: number, size: number): Range[] {
  const ranges: Range[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.reverse()
}

/** The ranges whose hashes prove that a tree of `size` leaves goes on from one of `old` leaves (RFC 6962, section 2.1.2). */
export function consistencyRanges(old: number, size: number): Range[] {
  const ranges: Range[] = []
  let [start, end] = [0, size]
  while (old < end) {
    const middle = start + splitOf(end - start)
    if (old <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  if (start > 0) ranges.push({ start, end })
  return ranges.reverse()
}

/** The complete subtrees that make up a range of a proof, from left to right. */
export function blocksOf({ start, end }: Range): Block[] {
  const blocks: Block[] = []
  let at = start
  while (at < end) {
    let height = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      height++
      width *= 2
    }
    blocks.push({ height, index: at / width })
    at += width
  }
  return blocks
}
