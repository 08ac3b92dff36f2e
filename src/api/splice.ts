import { randomBytes } from 'node:crypto'

/** `["nonce:place"]`, as the response of any request may hold it: to make an expression of one nonce takes longer than to look for all. */
const quoted = String.raw`\["([0-9a-f]{32}):(\d+)"\]`
const sentinel = new RegExp(String.raw`\[${quoted}\]|${quoted}`, 'g')

/**
 * Lets a result's rows reach the response as the text that the engine made, never built value by value: the resolver answers a sentinel
 * that holds a nonce of the request, and the HTTP layer puts the text in its place, brackets included. Only where our own handler writes
 * the response; elsewhere rows are plain values.
 */
export class Splice {
  readonly #texts: (readonly Uint8Array[])[] = []
  #nonce = ''

  /**
   * Keeps the JSON text of an array, in pieces of UTF-8; answers what stands for its only element: `[[sentinel]]` for rows, `[sentinel]`
   * for records.
   */
  keep(text: readonly Uint8Array[]): string {
    this.#nonce ||= randomBytes(16).toString('hex')
    return `${this.#nonce}:${this.#texts.push(text) - 1}`
  }

  /** Cuts a serialised response at its sentinels, in one pass; what was put in is not scanned again. */
  *pieces(body: string): Generator<Uint8Array> {
    if (this.#texts.length === 0) return yield Buffer.from(body)
    let from = 0
    for (const {
      index,
      0: { length },
      1: nonce,
      2: place,
      3: bareNonce,
      4: barePlace,
    } of body.matchAll(sentinel)) {
      if ((nonce ?? bareNonce) !== this.#nonce) continue
      yield Buffer.from(body.slice(from, index))
      yield* this.#texts[Number(place ?? barePlace)] as readonly Uint8Array[]
      from = index + length
    }
    yield Buffer.from(body.slice(from))
  }
}
