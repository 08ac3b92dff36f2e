/** A document as it was sent. */
export type Fields = Readonly<Record<string, unknown>>
export type Predicate = (document: Fields) => boolean

/** What the server refuses, with its own code. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
  }
}

const keywords = new Set(['AND', 'OR', 'IN', 'NOT', 'TO', 'EXISTS', 'IS', 'NULL', 'EMPTY', 'CONTAINS', 'STARTS', 'WITH'])
const token = /\s*(?:"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'|([\p{L}\p{N}_.-]+)|(!=|>=|<=|[()[\],=<>]))/uy

interface Token {
  readonly kind: 'value' | 'word' | 'sign'
  readonly text: string
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'" }

/** As two of the server's parsers do it in turn: the quote's own escapes, then those of the text. */
function unescape(text: string, quote: string): string {
  const inner = text.replaceAll(`\\${quote}`, quote)
  return inner.replaceAll(/\\(u\{[0-9a-fA-F]+\}|[^])/g, (_, escaped: string) => {
    if (escaped.startsWith('u{')) return String.fromCodePoint(parseInt(escaped.slice(2, -1), 16))
    if (escapes[escaped] === undefined) throw new Refused('invalid_search_filter', `Malformed value: \\${escaped}`)
    return escapes[escaped]
  })
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  token.lastIndex = 0
  while (text.slice(token.lastIndex).trim() !== '') {
    const at = token.lastIndex
    const match = token.exec(text)
    if (match === null) throw new Refused('invalid_search_filter', `Cannot be read from: ${text.slice(at, at + 40)}`)
    const [, double, single, word, sign] = match
    if (double !== undefined) tokens.push({ kind: 'value', text: unescape(double, '"') })
    else if (single !== undefined) tokens.push({ kind: 'value', text: unescape(single, "'") })
    else if (word !== undefined) tokens.push({ kind: keywords.has(word) ? 'word' : 'value', text: word })
    else tokens.push({ kind: 'sign', text: sign! })
  }
  return tokens
}

/** Filters compare so: `A` is `a`, and what surrounds it does not count. */
export const normalised = (value: unknown) => String(value).trim().normalize('NFKD').toLowerCase()
const valuesOf = (document: Fields, attribute: string) =>
  [document[attribute]].flat().filter((value) => value !== undefined && value !== null)

/** A filter of the documented grammar. @param filterable what may be asked for */
export function parseFilter(filter: unknown, filterable: readonly string[]): Predicate {
  if (Array.isArray(filter)) {
    const parts = filter.map((part: unknown) =>
      Array.isArray(part) ? some(part.map((one) => parseFilter(one, filterable))) : parseFilter(part, filterable),
    )
    return (document) => parts.every((part) => part(document))
  }
  if (filter === undefined || filter === null || filter === '') return () => true
  if (typeof filter !== 'string') throw new Refused('invalid_search_filter', 'A filter is a text or a list.')
  const tokens = tokensOf(filter)
  let at = 0
  const is = (...texts: string[]) => texts.every((text, index) => tokens[at + index]?.kind !== 'value' && tokens[at + index]?.text === text)
  const take = (text: string) => is(text) && (at += 1) > 0
  const value = () => {
    const next = tokens[at]
    if (next?.kind !== 'value') throw new Refused('invalid_search_filter', `A value is missing before ${next?.text ?? 'the end'}.`)
    at += 1
    return next.text
  }
  const or = (): Predicate => {
    const parts = [and()]
    while (take('OR')) parts.push(and())
    return some(parts)
  }
  const and = (): Predicate => {
    const parts = [not()]
    while (take('AND')) parts.push(not())
    return (document) => parts.every((part) => part(document))
  }
  const not = (): Predicate => {
    if (take('NOT')) return negate(not())
    if (!take('(')) return condition()
    const inner = or()
    if (!take(')')) throw new Refused('invalid_search_filter', 'A ) is missing.')
    return inner
  }
  const condition = (): Predicate => {
    const attribute = value()
    if (!filterable.includes(attribute)) throw new Refused('invalid_search_filter', `Attribute \`${attribute}\` is not filterable.`)
    const isNot = take('NOT')
    const wrap = (predicate: Predicate) => (isNot ? negate(predicate) : predicate)
    if (take('EXISTS')) return wrap((document) => document[attribute] !== undefined)
    if (take('IN')) {
      if (!take('[')) throw new Refused('invalid_search_filter', 'A [ is missing.')
      const wanted = new Set<string>()
      while (!take(']')) {
        wanted.add(normalised(value()))
        if (!take(',') && !is(']')) throw new Refused('invalid_search_filter', 'A ] is missing.')
      }
      return wrap((document) => valuesOf(document, attribute).some((one) => wanted.has(normalised(one))))
    }
    const sign = tokens[at]?.text ?? ''
    if (isNot || !['=', '!=', '>', '<', '>=', '<='].includes(sign))
      throw new Refused('invalid_search_filter', `Expected an operation, not ${sign}.`)
    at += 1
    const wanted = value()
    if (sign === '=') return (document) => valuesOf(document, attribute).some((one) => normalised(one) === normalised(wanted))
    if (sign === '!=') return (document) => !valuesOf(document, attribute).some((one) => normalised(one) === normalised(wanted))
    const number = Number(wanted)
    const compare = {
      '>': (one: number) => one > number,
      '<': (one: number) => one < number,
      '>=': (one: number) => one >= number,
      '<=': (one: number) => one <= number,
    }[sign]!
    return (document) => valuesOf(document, attribute).some((one) => typeof one === 'number' && compare(one))
  }
  const whole = or()
  if (at < tokens.length) throw new Refused('invalid_search_filter', `Found unexpected ${tokens[at]!.text}.`)
  return whole
}

const negate =
  (part: Predicate): Predicate =>
  (document) =>
    !part(document)
const some =
  (parts: readonly Predicate[]): Predicate =>
  (document) =>
    parts.some((part) => part(document))
