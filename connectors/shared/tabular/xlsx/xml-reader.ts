import { SaxesParser } from 'saxes'
import { Unreadable } from '../unreadable.js'
import { Namespaces } from './namespaces.js'

const depthMax = 256
/** More text without the end of a tag cannot belong to a workbook: a cell holds at most 32,767 letters, each of ten signs at most. */
const quietMax = 512 * 1024
/** The parser makes an error of each oddity, so very many would take too long. */
const odditiesMax = 100_000

const spreadsheet = ['http://schemas.openxmlformats.org/spreadsheetml/2006/main', 'http://purl.oclc.org/ooxml/spreadsheetml/main']
const packages = [
  'http://schemas.openxmlformats.org/package/2006/relationships',
  'http://schemas.openxmlformats.org/package/2006/content-types',
]
/** Elements without a namespace count as the part's own, because some generators forget to declare it. */
const ours = new Set([...spreadsheet, ...packages, ''])
const declaration = 'xmlns'
const none = {}
const compatibility = 'http://schemas.openxmlformats.org/markup-compatibility/2006'

/** An element's attributes by their names as written. Those that are read have no prefix. */
export type Attributes = Readonly<Record<string, string | undefined>>

/** Handles the elements of a part, which are distinguished by namespace and not by prefix. */
export interface XmlHandler {
  open(name: string, attributes: Attributes): void
  close?(name: string): void
  text?(text: string): void
}

/**
 * Reads a part of a workbook in pieces. Elements of foreign namespaces are skipped with their contents; of alternatives
 * (`mc:AlternateContent`) the fallback is read. A document type is refused, so that only XML's five own entities are ever expanded.
 */
export class XmlReader {
  readonly #parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false })
  readonly #namespaces = new Namespaces()
  #depth = 0
  /** The depth of the element that is skipped; 0 if none is. */
  #passed = 0
  #quiet = 0
  /** Whether a namespace is declared in this piece, or in a piece where an open element began. */
  #declares = { here: false, before: false }
  #tail = ''
  /** How many characters XML does not allow, and entities it does not know. They were read as written. */
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
      if (++this.oddities > odditiesMax) throw broken(`more than ${odditiesMax} characters and entities that XML does not know`)
    })
  }

  /** Reads the next piece. */
  write(piece: string): void {
    this.#quiet += piece.length
    if (this.#quiet > quietMax) throw broken('text without end')
    const wasQuiet = this.#quiet > piece.length
    this.#declares = {
      before: this.#declares.here || (wasQuiet && this.#declares.before),
      here: piece.includes(declaration) || (this.#tail + piece.slice(0, declaration.length)).includes(declaration),
    }
    this.#tail = piece.slice(-declaration.length)
    // XML never holds NUL, and databases do not accept it.
    const hasNul = piece.includes('\0')
    if (hasNul) this.oddities++
    this.#parser.write(hasNul ? piece.replaceAll('\0', '\uFFFD') : piece)
  }

  /** To be called at the end. @throws Unreadable if elements are still open. */
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

/** Reads a whole part. Returns its number of oddities. */
export async function readXml(pieces: AsyncIterable<string>, root: string, handler: XmlHandler): Promise<number> {
  const reader = new XmlReader(root, handler)
  for await (const piece of pieces) reader.write(piece)
  reader.end()
  return reader.oddities
}

function broken(cause: unknown): Unreadable {
  return new Unreadable('The workbook is damaged: its parts cannot be read. Open it in a spreadsheet program and save it again.', { cause })
}
