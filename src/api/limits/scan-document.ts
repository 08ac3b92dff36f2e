import { Lexer, Source, TokenKind } from 'graphql'
import { DialsError } from '../../errors.js'
import { operationLimits as limits } from './limits.js'

const opening: readonly string[] = [TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]
const closing: readonly string[] = [TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]

/**
 * Counts a document token by token, before anything recurses into it or compares its fields. Text that is not GraphQL is left to the parser
 * to report. Returns the QUERY_TOO_COMPLEX of the first limit that the document exceeds.
 */
export function scanDocument(text: string): DialsError | undefined {
  if (text.length > limits.characters) return tooComplex('characters', limits.characters)
  const lexer = new Lexer(new Source(text))
  const counts = { tokens: 0, nesting: 0, fields: 0, aliases: 0, directives: 0 }
  let parentheses = 0
  let isName = false
  for (;;) {
    let kind: string
    try {
      kind = lexer.advance().kind
    } catch {
      return undefined
    }
    if (kind === TokenKind.EOF) return undefined
    counts.tokens++
    if (opening.includes(kind)) counts.nesting++
    if (closing.includes(kind)) counts.nesting--
    if (kind === TokenKind.PAREN_L) parentheses++
    if (kind === TokenKind.PAREN_R) parentheses--
    if (kind === TokenKind.NAME && parentheses === 0 && counts.nesting > 0) counts.fields++
    if (kind === TokenKind.COLON && parentheses === 0 && isName) counts.aliases++
    if (kind === TokenKind.AT) counts.directives++
    isName = kind === TokenKind.NAME
    for (const limit of ['tokens', 'nesting', 'fields', 'aliases', 'directives'] as const) {
      if (counts[limit] > limits[limit]) return tooComplex(limit, limits[limit])
    }
  }
}

const words = {
  characters: 'characters',
  tokens: 'tokens',
  nesting: 'brackets within each other',
  fields: 'fields',
  aliases: 'aliases',
  directives: 'directives',
  depth: 'fields within each other',
}

/** The error of a document beyond a limit. */
export function tooComplex(limit: keyof typeof words, most: number): DialsError {
  return new DialsError(
    'QUERY_TOO_COMPLEX',
    `The document has more than ${most.toLocaleString('en-GB')} ${words[limit]}. Ask for less at once; give long lists as variables.`,
  )
}
