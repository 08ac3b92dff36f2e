import { createReadStream } from 'node:fs'
import { Unreadable } from '../unreadable.js'

/** A longer element (an object, a feature) is refused. */
export const elementBytesMax = 32 * 1024 * 1024
const depthMax = 512

/**
 * The elements of one array of a JSON text, in order and without holding the text: of the array that is the whole text, or of the member
 * `member` of the object that is. What else stands in that object is given to `beside`, as `"name": value`.
 * Texts hold one byte a character (latin1), as they lie in the file. They are cut apart, not checked: parse them before you trust them.
 *
 * Not stream-json: its authors say it is not made for hostile input, and it reads 13 MB/s where this reads more than 100.
 * @throws Unreadable where the text is no such array, or ends inside of it.
 */
export async function* elementsOf(
  path: string,
  options: { start: number; member?: string; beside?: (text: string) => void; signal: AbortSignal },
): AsyncGenerator<string[]> {
  const reader = new ElementReader(options.member, options.beside ?? (() => undefined))
  for await (const chunk of createReadStream(path, { start: options.start, highWaterMark: 1 << 17, signal: options.signal }) as AsyncIterable<Buffer>) {
    const elements = reader.read(chunk.toString('latin1'))
    if (elements.length > 0) yield elements
  }
  reader.end()
}

class ElementReader {
  #place: 'before' | 'object' | 'array' | 'after' = 'before'
  #depth = 0
  #inString = false
  #escaped = false
  #held = ''
  #count = 0
  #found = false

  constructor(
    private readonly member: string | undefined,
    private readonly beside: (text: string) => void,
  ) {}

  /** The elements that end in this chunk. */
  read(chunk: string): string[] {
    const elements: string[] = []
    let [depth, inString, escaped] = [this.#depth, this.#inString, this.#escaped]
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at)
      if (inString) {
        if (escaped) escaped = false
        else if (code === 0x5c) escaped = true
        else if (code === 0x22) inString = false
      } else if (code === 0x22 && depth > 0) {
        inString = true
      } else if ((code === 0x5b || code === 0x7b) && depth > 0) {
        if (depth === 1 && code === 0x5b && this.#place === 'object' && this.#isMember(this.#held + chunk.slice(from, at))) {
          this.#held = ''
          this.#place = 'array'
          from = at + 1
        } else if (++depth > depthMax) throw new Unreadable(`The file nests deeper than ${depthMax} levels.`)
      } else if ((code === 0x5d || code === 0x7d) && depth > 1) {
        depth--
      } else if (depth === 1 && (code === 0x2c || code === 0x5d || code === 0x7d)) {
        this.#part(this.#held + chunk.slice(from, at), code, elements)
        this.#held = ''
        from = at + 1
        if (this.#place === 'after') depth = 0
      } else if (depth === 0 && code > 0x20) {
        this.#open(code)
        depth = 1
        from = at + 1
      }
    }
    ;[this.#depth, this.#inString, this.#escaped] = [depth, inString, escaped]
    if (depth > 0) this.#held += chunk.slice(from)
    if (this.#held.length > elementBytesMax) throw new Unreadable(`The file holds an element of more than ${elementBytesMax >> 20} MiB.`)
    return elements
  }

  end(): void {
    if (this.#place === 'before') throw new Unreadable('The file is empty.')
    if (this.#place !== 'after') {
      throw new Unreadable(`The file ends in the middle, after ${this.#count} whole elements: it was cut short. Fetch or save it again.`)
    }
    if (!this.#found) throw new Unreadable(`The file has no list "${this.member}".`)
  }

  #isMember(before: string): boolean {
    return !this.#found && before.replace(/\s+/g, '') === `"${this.member}":`
  }

  #open(code: number): void {
    if (this.#place !== 'before' || code !== (this.member === undefined ? 0x5b : 0x7b)) {
      const list = 'The file is not a list of objects: it must begin with [ or hold an object a line.'
      throw new Unreadable(this.member === undefined ? list : 'The file is not one JSON object.')
    }
    this.#place = this.member === undefined ? 'array' : 'object'
    this.#found = this.member === undefined
  }

  /** What ended at a comma or a closing bracket of the outermost level. */
  #part(raw: string, end: number, elements: string[]): void {
    const text = raw.trim()
    if (this.#place === 'object') {
      if (text !== '') this.beside(text)
      if (end === 0x7d) this.#place = 'after'
      else if (end !== 0x2c) throw new Unreadable('The file is not valid JSON: its brackets do not match.')
      return
    }
    if (text === '' && !(end === 0x5d && this.#count === 0)) {
      throw new Unreadable(`The file is not valid JSON: nothing stands where element ${this.#count + 1} should.`)
    }
    if (end === 0x7d) throw new Unreadable('The file is not valid JSON: its brackets do not match.')
    if (text !== '') {
      elements.push(text)
      this.#count++
    }
    if (end !== 0x5d) return
    this.#found = true
    this.#place = this.member === undefined ? 'after' : 'object'
  }
}
