import type { Attributes } from './xml-reader.js'

const escape = /_x([0-9A-Fa-f]{4})_/g

/**
 * Decodes the escapes for characters that XML cannot hold, and for the sign that starts an escape (ECMA-376, part 1, 22.9.2.19:
 * ST_Xstring).
 */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text
  // Databases do not accept NUL.
  return text
    .replace(escape, (_, code: string) => (code === '0000' ? '\uFFFD' : String.fromCharCode(Number.parseInt(code, 16))))
    .replace(/\p{Surrogate}/gu, '\uFFFD')
}

/** Collects the runs of a rich text (`si`, `is`). Pronunciation (`rPh`) is left out. */
export class RichText {
  #text = ''
  #inText = false
  #keepsSpace = false
  #run = ''
  #phonetic = 0

  /** Drops the runs, for the next text. */
  reset(): void {
    this.#text = ''
    this.#run = ''
    this.#inText = false
    this.#phonetic = 0
  }

  /** To be called when an element begins. */
  open(name: string, attributes: Attributes): void {
    if (name === 'rPh') this.#phonetic++
    else if (name === 't' && this.#phonetic === 0) {
      this.#inText = true
      this.#run = ''
      this.#keepsSpace = attributes['xml:space'] === 'preserve'
    }
  }

  /** To be called when an element ends. */
  close(name: string): void {
    if (name === 'rPh') this.#phonetic--
    else if (name === 't' && this.#inText) {
      this.#inText = false
      this.#text += this.#keepsSpace ? this.#run : withoutLayout(this.#run)
    }
  }

  /** Adds text, which counts only inside a run. */
  add(text: string): void {
    if (this.#inText) this.#run += text
  }

  /** The text of all runs, with escapes decoded. */
  get value(): string {
    return unescaped(this.#text)
  }
}

/**
 * Removes line ends at the edges with the blanks around them, which are only XML layout. Other blanks stay: many generators forget to mark
 * them as significant.
 */
export function withoutLayout(text: string): string {
  return /^\s*\n|\n\s*$/.test(text) ? text.replace(/^\s*\n\s*/, '').replace(/\s*\n\s*$/, '') : text
}
