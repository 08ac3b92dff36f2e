/** Bounds the bytes of all bodies that are held at once. */
export class BodyBudget {
  #held = 0

  constructor(private readonly bytesMax: number) {}

  /** Reserves the bytes of one body. Returns the function that frees them, or undefined where there is no room now. */
  reserve(bytes: number): (() => void) | undefined {
    if (this.#held + bytes > this.bytesMax) return undefined
    this.#held += bytes
    return () => {
      this.#held -= bytes
      bytes = 0
    }
  }
}
