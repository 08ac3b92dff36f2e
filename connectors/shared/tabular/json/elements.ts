import { Unreadable } from '../unreadable.js'
import { nameOf } from './outline.js'
import { type SliceHandler, Slicer, sliceFile } from './slicer.js'

/** Where the elements of a text are: in its list, in the list at a path of members, in its members, or as values one after the other. */
export type Elements = { kind: 'list' } | { kind: 'at'; path: readonly string[] } | { kind: 'members' } | { kind: 'values' }

/** Receives what stands beside the elements. */
export interface ElementsBeside {
  /** A member (`"name": value`) of an object around the list. */
  member?(text: string): void
  /** Text that belongs to no element. */
  stray?(): void
  /** A second list at the same path. */
  another?(): void
}

/**
 * Reads the elements of a JSON file in order, a chunk's worth at a time, without holding the file (latin1). A missing element between two
 * commas gives an empty text.
 * @throws Unreadable if the file ends within the list, or brackets do not match.
 */
export async function* elementsOf(
  path: string,
  elements: Elements,
  options: { start: number; signal: AbortSignal; beside?: ElementsBeside },
): AsyncGenerator<string[]> {
  const reader = new ElementReader(elements, options.beside ?? {})
  for await (const _ of sliceFile(reader.slicer, path, options.start, options.signal)) {
    const found = reader.take()
    if (found.length > 0) yield found
  }
  reader.end()
  const found = reader.take()
  if (found.length > 0) yield found
}

class ElementReader implements SliceHandler {
  readonly slicer: Slicer
  /** The number of containers around the elements. */
  readonly #levels: number
  /** How many of them are open now. */
  #entered = 0
  #found: string[] = []
  #count = 0
  #inList = 0
  #lists = 0

  constructor(
    private readonly elements: Elements,
    private readonly beside: ElementsBeside,
  ) {
    this.slicer = new Slicer(this, elements.kind === 'values')
    this.#levels = elements.kind === 'values' ? 0 : elements.kind === 'at' ? elements.path.length + 1 : 1
  }

  take(): string[] {
    const found = this.#found
    this.#found = []
    return found
  }

  enters(bracket: '[' | '{', head: string, level: number): boolean {
    if (level !== this.#entered || level >= this.#levels) return false
    const isLast = level === this.#levels - 1
    const wanted = this.elements.kind === 'list' || (this.elements.kind === 'at' && isLast) ? '[' : '{'
    if (bracket !== wanted) return false
    if (this.elements.kind === 'at' && level > 0 && nameOf(head) !== this.elements.path[level - 1]) return false
    this.#entered++
    if (isLast) this.#inList = 0
    if (isLast && ++this.#lists > 1) this.beside.another?.()
    return true
  }

  part(text: string, level: number, end: string): void {
    if (level < this.#levels) {
      if (level === 0) this.beside.stray?.()
      else if (text !== '') this.beside.member?.(text)
      return
    }
    // Nothing before a closing bracket means an empty list, or one comma too many.
    if (text === '' && end !== ',' && (this.#inList === 0 || this.elements.kind === 'members')) return
    if (text === '' && this.elements.kind === 'members') return
    this.#inList++
    this.#count++
    this.#found.push(text)
  }

  leaves(level: number): void {
    this.#entered = level
  }

  stray(text: string): void {
    if (this.elements.kind === 'values') this.#found.push(text)
    else if (!/^[;,]+$/.test(text)) this.beside.stray?.()
  }

  end(): void {
    if (this.slicer.end()) return
    throw new Unreadable(`The file ends in the middle, after ${this.#count} whole elements: it was cut short. Fetch or save it again.`)
  }
}
