import { createReadStream } from 'node:fs'
import { Unreadable } from '../unreadable.js'

/** A longer value (an object, a feature, a line) is refused. */
export const elementBytesMax = 32 * 1024 * 1024
const depthMax = 512
const strayMax = 200

/** Receives what a slicer finds. Texts have one character for each byte of the file (latin1). They are cut out, not checked. */
export interface SliceHandler {
  /**
   * A container begins directly inside an entered one; level 0 is the text itself. Return true to enter it, false to receive it whole.
   * @param head what stands before it: `"key":` inside an object, mostly nothing elsewhere.
   */
  enters(bracket: '[' | '{', head: string, level: number): boolean
  /**
   * A whole value directly inside the container entered last, with its key if it is a member. Empty if nothing stands between two commas.
   */
  part(text: string, level: number, end: ',' | ']' | '}' | ''): void
  /** The entered container ends. @param level the level outside it. */
  leaves?(level: number): void
  /** Text at the top level that is not a container, or that a record separator (RFC 7464) cut off. */
  stray(text: string): void
}

const outside = 0
const inDouble = 1
const inSingle = 2
const atSlash = 3
const inLineComment = 4
const inBlockComment = 5
const atStar = 6

/** Characters with a meaning outside strings, and inside. */
const special = tableOf('"\'/[]{},\n\x1e')
const specialInString = tableOf('"\\\x1e')

function tableOf(signs: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const sign of signs) table[sign.charCodeAt(0)] = 1
  return table
}

/**
 * Cuts a JSON text, or several in sequence, into values while it streams, without holding it. Accepts comments and single quotes, so that
 * one invalid element does not spoil those after it.
 * stream-json is not used, because its authors say that it is not made for hostile input, and it reads 13 MB/s where this reads more than
 * 100.
 */
export class Slicer {
  #level = 0
  #depth = 0
  #state = outside
  #escaped = false
  #held = ''
  #brackets = ''
  #stopped = false

  /** @param hasSeparators whether a record separator (RFC 7464) ends any open value. */
  constructor(
    private readonly handler: SliceHandler,
    private readonly hasSeparators = false,
  ) {}

  /** Ends the reading. The handler is not called again. */
  stop(): void {
    this.#stopped = true
  }

  /** Whether `stop` was called. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Reads the next piece. @throws Unreadable for a value that is too long or nested too deeply. */
  read(chunk: string): void {
    let [depth, level, state, escaped, from] = [this.#depth, this.#level, this.#state, this.#escaped, 0]
    const take = (to: number) => {
      const text = this.#held + chunk.slice(from, to)
      this.#held = ''
      return text
    }
    for (let at = 0; at < chunk.length && !this.#stopped; at++) {
      const code = chunk.charCodeAt(at)
      if (state === inDouble) {
        if (escaped) escaped = false
        else if (specialInString[code] === 0) continue
        else if (code === 0x5c) escaped = true
        else if (code === 0x22) state = outside
        if (code !== 0x1e || !this.hasSeparators) continue
        state = outside
        escaped = false
      } else if (state !== outside) {
        if (escaped) escaped = false
        else if (state === inSingle && code === 0x5c) escaped = true
        else state = stateAfter(state, code)
        if (state !== outside || code !== 0x0a) continue
      }
      if (special[code] === 0) continue
      switch (code) {
        case 0x22:
          state = inDouble
          break
        case 0x27:
          state = inSingle
          break
        case 0x2f:
          state = atSlash
          break
        case 0x5b:
        case 0x7b:
          if (depth === level) {
            const head = take(at)
            from = at
            if (level === 0 && head.trim() !== '') this.#stray(head)
            const kept = level === 0 ? '' : head
            if (this.handler.enters(code === 0x5b ? '[' : '{', kept, level)) {
              this.#brackets += code === 0x5b ? ']' : '}'
              level++
              from = at + 1
            } else this.#held = kept
          }
          if (++depth > depthMax) throw new Unreadable(`The file nests deeper than ${depthMax} levels.`)
          break
        case 0x5d:
        case 0x7d:
          if (depth > level) {
            depth--
            if (depth > 0 || level > 0) break
            const text = take(at + 1)
            from = at + 1
            this.handler.part(text.trim(), 0, '')
            break
          }
          if (level === 0) break
          if (this.#brackets.charCodeAt(level - 1) !== code) throw new Unreadable('The file is not valid JSON: its brackets do not match.')
          this.handler.part(take(at).trim(), level, code === 0x5d ? ']' : '}')
          from = at + 1
          depth--
          level--
          this.#brackets = this.#brackets.slice(0, level)
          this.handler.leaves?.(level)
          break
        case 0x1e: {
          if (!this.hasSeparators) break
          const text = take(at)
          from = at + 1
          if (text.trim() !== '') this.#stray(text)
          ;[depth, level] = [0, 0]
          this.#brackets = ''
          break
        }
        default:
          // A comma, or a line end after a value that stands alone at the top level.
          if (depth > level || (code === 0x0a && level > 0)) break
          {
            const text = take(at)
            from = at + 1
            if (level > 0) this.handler.part(text.trim(), level, ',')
            else if (text.trim() !== '') this.#stray(text)
          }
      }
    }
    ;[this.#depth, this.#level, this.#state, this.#escaped] = [depth, level, state, escaped]
    if (!this.#stopped) this.#held += chunk.slice(from)
    if (this.#held.length > elementBytesMax)
      throw new Unreadable(`The file holds an element of more than ${elementBytesMax / 1024 ** 2} MiB.`)
  }

  /** Ends the text. The remainder goes to `stray`, unless a container is still open. Returns whether all containers were closed. */
  end(): boolean {
    if (this.#stopped) return true
    const left = this.#held.trim()
    if (this.#level > 0) return false
    if (left !== '') this.#stray(left)
    this.#held = ''
    return true
  }

  #stray(text: string): void {
    const trimmed = text.replace(/^\s*(?:\xef\xbb\xbf)?\s*/, '').trim()
    if (trimmed !== '') this.handler.stray(trimmed.slice(0, strayMax))
  }
}

/** A single-quoted string ends at its line's end at the latest, so that an apostrophe does not swallow what follows. */
function stateAfter(state: number, code: number): number {
  switch (state) {
    case inSingle:
      return code === 0x27 || code === 0x0a ? outside : inSingle
    case atSlash:
      return code === 0x2f ? inLineComment : code === 0x2a ? inBlockComment : outside
    case inLineComment:
      return code === 0x0a ? outside : inLineComment
    case inBlockComment:
      return code === 0x2a ? atStar : inBlockComment
    default:
      return code === 0x2f ? outside : code === 0x2a ? atStar : inBlockComment
  }
}

/** Reads a file through a slicer, a chunk at a time, until the slicer is stopped. */
export async function* sliceFile(slicer: Slicer, path: string, start: number, signal: AbortSignal): AsyncGenerator<void> {
  for await (const chunk of createReadStream(path, { start, highWaterMark: 1 << 17, signal }) as AsyncIterable<Buffer>) {
    slicer.read(chunk.toString('latin1'))
    yield
    if (slicer.stopped) return
  }
}
