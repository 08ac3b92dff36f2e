/**
 * The datasets that a run has found unchanged, by number: a bit each, so that 100,000 of them are 12 KB here and not one write in the
 * catalogue. It goes with the run: one that is cut short removes nothing, so nobody asks what it had seen.
 */
export class SeenNumbers {
  #bits = new Uint8Array(1024)

  has(number: number): boolean {
    return ((this.#bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0
  }

  add(number: number): void {
    if (number >> 3 >= this.#bits.length) {
      const longer = new Uint8Array(Math.max((number >> 3) + 1, this.#bits.length * 2))
      longer.set(this.#bits)
      this.#bits = longer
    }
    this.#bits[number >> 3] = (this.#bits[number >> 3] ?? 0) | (1 << (number & 7))
  }

  /** As PostgreSQL's `get_bit` counts in a bytea: from the lowest bit of the first byte. */
  get bytes(): Buffer {
    return Buffer.from(this.#bits.buffer)
  }
}
