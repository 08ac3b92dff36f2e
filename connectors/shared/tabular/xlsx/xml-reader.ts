import { SaxesParser } from 'saxes'
import { Unreadable } from '../unreadable.js'
import { Namespaces } from './namespaces.js'

const depthMax = 256
/** So much text without the end of one tag is no part of a workbook: a cell holds 32,767 letters. */
const quietMax = 8 * 1024 * 1024

const spreadsheet = ['http://schemas.openxmlformats.org/spreadsheetml/2006/main', 'http://purl.oclc.org/ooxml/spreadsheetml/main']
const packages = [
  'http://schemas.openxmlformats.org/package/2006/relationships',
  'http://schemas.openxmlformats.org/package/2006/content-types',
]
/** Elements of no namespace are taken for the part's own: some generators forget to declare it. */
const ours = new Set([...spreadsheet, ...packages, ''])
const declaration = 'xmlns'
const none = {}
const compatibility = 'http://schemas.openxmlformats.org/markup-compatibility/2006'

/** An element's attributes, by their names as written; those that matter here have no prefix. */
export type Attributes = Readonly<Record<string, string | undefined>>

/** What a reader does with the elements of a part, told apart by namespace and not by prefix. */
export interface XmlHandler {
  open(name: string, attributes: Attributes): void
  close?(name: string): void
  text?(text: string): void
}

/**
 * Reads a part of a workbook piece by piece. Elements of foreign namespaces are passed over with all they hold; of alternatives
 * (`mc:AlternateContent`) the fallback is read. A document type is refused, so that no entity is ever expanded but XML's own five.
 */
export class XmlReader {
  readonly #parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false })
  readonly #namespaces = new Namespaces()
  #depth = 0
  /** The depth of the element that is passed over; 0 where none is. */
  #passed = 0
  #quiet = 0
  /** Whether this piece, or one that an element still open began in, declares a namespace. */
  #declares = { here: false, before: false }
  #tail = ''
  /** Characters that XML does not allow, or entities that it does not know; they were read as they stand. */
  oddities = 0

  /** @param root the name that the part's first element must have. */
  constructor(
    private readonly root: string,
    private readonly handler: XmlHandler,
  ) {
    const parser = this.#parser
    parser.on('opentag', ({ name, attributes }) => this.#open(name, attributes))
    parser.on('closetag', ({ name }) => this.#close(name))
    if (handler.text !== undefined) {
      parser.on('text', (text) => this.#text(text))
      parser.on('cdata', (text) => this.#text(text))
    }
    parser.on('doctype', () => {
      throw broken('a document type')
    })
    parser.on('error', (error) => {
      if (error.message !== 'disallowed character.' && error.message !== 'undefined entity.') throw broken(error)
      this.oddities++
    })
  }

  write(piece: string): void {
    this.#quiet += piece.length
    if (this.#quiet > quietMax) throw broken('text without end')
    const wasQuiet = this.#quiet > piece.length
    this.#declares = {
      before: this.#declares.here || (wasQuiet && this.#declares.before),
      here: piece.includes(declaration) || (this.#tail + piece.slice(0, declaration.length)).includes(declaration),
    }
    this.#tail = piece.slice(-declaration.length)
    // No XML holds a NUL, and no database takes one.
    const hasNul = piece.includes('\0')
    if (hasNul) this.oddities++
    this.#parser.write(hasNul ? piece.replaceAll('\0', '\uFFFD') : piece)
  }

  /** @throws Unreadable where the part ends before its elements do. */
  end(): void {
    this.#parser.close()
  }

  #open(qualified: string, attributes: Record<string, string>): void {
    this.#quiet = 0
    if (++this.#depth > depthMax) throw broken(`elements deeper than ${depthMax}`)
    this.#namespaces.enter(this.#declares.here || this.#declares.before ? attributes : none)
    if (this.#passed > 0) return
    const { local, uri } = this.#namespaces.nameOf(qualified)
    const isOurs = ours.has(uri)
    if (this.#depth === 1 && (!isOurs || local !== this.root)) throw broken(`the root is no ${this.root}`)
    if (isOurs) this.handler.open(local, attributes)
    else if (uri !== compatibility || local === 'Choice') this.#passed = this.#depth
  }

  #close(qualified: string): void {
    this.#quiet = 0
    if (this.#passed === 0) {
      const { local, uri } = this.#namespaces.nameOf(qualified)
      if (ours.has(uri)) this.handler.close?.(local)
    } else if (this.#passed === this.#depth) this.#passed = 0
    this.#namespaces.leave()
    this.#depth--
  }

  #text(text: string): void {
    if (this.#passed === 0) this.handler.text?.(text)
  }
}

/** Reads a whole part. Answers how many oddities it has. */
export async function readXml(pieces: AsyncIterable<string>, root: string, handler: XmlHandler): Promise<number> {
  const reader = new XmlReader(root, handler)
  for await (const piece of pieces) reader.write(piece)
  reader.end()
  return reader.oddities
}

function broken(cause: unknown): Unreadable {
  return new Unreadable('The workbook is damaged: its parts cannot be read. Open it in a spreadsheet program and save it again.', { cause })
}
