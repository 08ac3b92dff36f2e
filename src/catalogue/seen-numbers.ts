/**
 * The numbers of the datasets that a run found unchanged, one bit each: 100,000 of them take 12 KB here, and no write to the catalogue.
 * They are lost with a run that is cut short, which is safe because such a run removes nothing.
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

  /** The same order as PostgreSQL's `get_bit` for bytea: from the lowest bit of the first byte. */
  get bytes(): Buffer {
    return Buffer.from(this.#bits.buffer)
  }
}
