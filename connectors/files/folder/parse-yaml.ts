import { Composer, type CST, type Document, isScalar, Lexer, LineCounter, Parser, visit } from 'yaml'
import { nextTurn } from '../../../src/connector/next-turn.js'

/** Deeper nesting would exhaust the stack of the process. */
const depthMax = 64
/** Words and signs. The composition of so many holds the process for less than a second. */
const piecesMax = 1_000_000
/** After so many, other work of the process has its turn. */
const piecesAtOnce = 5000

/** Where a document is not as it should be, and why. */
export interface YamlFault {
  readonly offset: number
  readonly message: string
}

/** A parsed text: its document, or its first fault. */
export interface ParsedYaml {
  readonly lines: LineCounter
  readonly found: Document | YamlFault
}

/**
 * Parses a text of one YAML document whose author is not trusted: in steps, so that other work goes on meanwhile, with bounds, and to its
 * first fault only.
 */
export async function parseYaml(text: string): Promise<ParsedYaml> {
  const lines = new LineCounter()
  lines.addNewLine(0)
  const parser = new Parser(lines.addNewLine)
  const tokens: CST.Token[] = []
  let pieces = 0
  let isOver = false
  for (const piece of new Lexer().lex(text)) {
    for (const token of parser.next(piece)) {
      // What follows a fault, or a second document, is not asked.
      isOver ||= token.type === 'error' || (token.type === 'document' && tokens.some(({ type }) => type === 'document'))
      tokens.push(token)
    }
    if (isOver) break
    if (parser.stack.length > depthMax) return { lines, found: fault(parser.offset, `it nests deeper than ${depthMax} levels`) }
    if (++pieces > piecesMax) return { lines, found: fault(parser.offset, `more than ${piecesMax} words and signs; split the folder`) }
    if (pieces % piecesAtOnce === 0) await nextTurn()
  }
  if (!isOver) tokens.push(...parser.end())
  // The library would compare each key with every other.
  const [first, second] = new Composer({ uniqueKeys: false, prettyErrors: false }).compose(tokens, true, text.length)
  const document = first as Document
  const [error] = document.errors
  if (error !== undefined) return { lines, found: fault(error.pos[0], error.message) }
  if (second !== undefined)
    return { lines, found: fault(second.range[0], 'a second document begins here; take out the line of three hyphens') }
  return { lines, found: repeatedKey(document) ?? document }
}

function repeatedKey(document: Document): YamlFault | undefined {
  let found: YamlFault | undefined
  visit(document, {
    Map: (_, { items }) => {
      const keys = new Set<unknown>()
      for (const { key } of items) {
        const value = isScalar(key) ? key.value : key
        if (keys.has(value)) found ??= fault((key as { range?: [number] }).range?.[0] ?? 0, 'Map keys must be unique')
        keys.add(value)
      }
      return found === undefined ? undefined : visit.BREAK
    },
  })
  return found
}

const fault = (offset: number, message: string): YamlFault => ({ offset, message })
