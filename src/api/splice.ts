import { randomBytes } from 'node:crypto'

/**
 * `["nonce:place"]` in the text of a response. One expression for every request, because compiling one for each nonce takes longer than the
 * search.
 */
const quoted = String.raw`\["([0-9a-f]{32}):(\d+)"\]`
const sentinel = new RegExp(String.raw`\[${quoted}\]|${quoted}`, 'g')

/**
 * Puts the rows of a result into the response as the JSON text that the engine made, so that no value becomes a JavaScript object. The
 * resolver returns a sentinel with a nonce of the request, and the HTTP layer replaces it by the text, brackets included. Used only where
 * our own handler writes the response; elsewhere rows are plain values.
 */
export class Splice {
  readonly #texts: (readonly Uint8Array[])[] = []
  #nonce = ''

  /**
   * Keeps the JSON text of an array, in pieces of UTF-8. Returns the sentinel to use as its only element: `[[sentinel]]` for rows,
   * `[sentinel]` for records.
   */
  keep(text: readonly Uint8Array[]): string {
    this.#nonce ||= randomBytes(16).toString('hex')
    return `${this.#nonce}:${this.#texts.push(text) - 1}`
  }

  /** Cuts a serialised response at its sentinels, in one pass; inserted text is not searched again. */
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
