import fc from 'fast-check'
import { joinTypes } from '../../../src/connector/relation.js'
import { queryLimits } from '../../../src/query/1-parse/input.js'
import type { Draw } from './arbitrary-world.js'
import type { WorldTable } from './world.js'

type Input = Record<string, unknown>

const functions = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'MEDIAN', 'STDDEV']

/** One, a few, or the most. */
const upTo = (most: number) => fc.constantFrom(1, 2, Math.ceil(most / 30), Math.ceil(most / 3), most - 1, most)
const list = <T>(count: number, item: (at: number) => T) => Array.from({ length: count }, (_, at) => item(at))

/** A query whose parts are each at most as large as the limits allow, over these tables. Most of them are too large as a whole. */
export function drawAtLimits(draw: Draw, tables: readonly WorldTable[]): Input {
  const some = (most: number) => draw(upTo(most))
  const { from, joins, names } = drawSides(draw, some, tables)
  const name = (at: number) => names[at % names.length] as string
  const [numbers, texts] = [names.filter(isNumber), names.filter((each) => !isNumber(each))]
  const grouped = draw(fc.boolean())
  const width = some(draw(fc.constantFrom(3, 100, queryLimits.outputsMax)))
  const only = draw(fc.constantFrom(undefined, texts, numbers))
  const of = (at: number) => (only === undefined ? name(at) : pick(only, at))

  const outputs = grouped
    ? {
        groupBy: draw(fc.boolean()) ? list(Math.min(width, queryLimits.outputsMax), (at) => ({ column: of(at), as: `g${at}` })) : undefined,
        measures: list(some(draw(fc.constantFrom(3, queryLimits.outputsMax))), (at) => ({
          function: draw(fc.constantFrom('COUNT', 'SUM', undefined)) ?? pick(functions, at),
          column: pick(numbers, at),
          as: `m${at}`,
        })),
      }
    : { select: draw(fc.constantFrom(true, true, false)) ? list(width, (at) => ({ column: of(at), as: `o${at}` })) : undefined }
  const ordered = grouped ? (outputs.measures ?? []).map(({ as }) => as) : (outputs.select ?? []).map(({ as }) => as)
  return {
    from,
    joins,
    ...outputs,
    ...(draw(fc.boolean()) ? { where: drawFilter(draw, some, names) } : {}),
    ...(grouped && ordered.length > 0 && draw(fc.boolean())
      ? { having: { and: list(some(queryLimits.filterTermsMax - 1), (at) => ({ column: pick(ordered, at), isNull: false })) } }
      : {}),
    ...(ordered.length > 0 && draw(fc.boolean())
      ? {
          orderBy: ordered
            .slice(0, some(queryLimits.outputsMax))
            .map((column, at) => ({ column, direction: at % 2 === 0 ? 'ASC' : 'DESC' })),
        }
      : {}),
    limit: draw(fc.constantFrom(0, 1, 100, queryLimits.rowsMax)),
    // A join of stacks may have billions of rows.
    ...(joins === undefined ? {} : { timeoutMs: draw(fc.constantFrom(1000, 5000)) }),
    offset: draw(fc.constantFrom(0, 0, 1, 100_000)),
  }
}

const isNumber = (name: string) => /^(?:s\d+\.)?n/.test(name)
const pick = (from: readonly string[], at: number) => from[at % from.length] as string

/** A query's tables and joins, and the names of the columns that its rows have, those of one table after those of another. */
function drawSides(
  draw: Draw,
  some: (most: number) => number,
  tables: readonly WorldTable[],
): { from: Input; joins?: Input[]; names: string[] } {
  const count = draw(fc.constantFrom(0, 0, 0, 1, 1, 2, queryLimits.joinsMax))
  // One side at most is a large stack where there are many: several would all be too large together.
  const large = draw(fc.nat({ max: count + 1 }))
  const sides = list(count + 1, (at) => {
    const { input, names } = drawFrom(draw, tables, count < 2 || at === large ? queryLimits.membersMax : 2)
    const where = draw(fc.constantFrom(true, ...list(1 + count, () => false))) ? { where: drawFilter(draw, some, names) } : {}
    return { input: { ...input, ...where, ...(count === 0 ? {} : { as: `s${at}` }) }, names }
  })
  const [first, ...others] = sides as [(typeof sides)[number], ...typeof sides]
  if (count === 0) return { from: first.input, names: first.names }
  const joined = [first.names.map((name) => `s0.${name}`)]
  const joins = others.map(({ input, names }, index) => {
    const on = drawKeys(draw, some, joined.flat(), names)
    const type = draw(fc.constantFrom(...joinTypes))
    if (type !== 'ANTI') joined.push(names.map((name) => `s${index + 1}.${name}`))
    return { table: input, type, on }
  })
  const widest = Math.max(...joined.map(({ length }) => length))
  return { from: first.input, joins, names: list(widest, (at) => joined.flatMap((names) => names[at] ?? [])).flat() }
}

/** Keys of like columns, or of any as texts and UPRNs. */
function drawKeys(draw: Draw, some: (most: number) => number, left: readonly string[], right: readonly string[]): Input[] {
  const kind = draw(fc.constantFrom('numbers', 'numbers', 'texts', 'TEXT', 'UPRN', 'POSTCODE', 'origin'))
  const texts = (names: readonly string[]) => names.filter((name) => !isNumber(name))
  const [lefts, rights] =
    kind === 'numbers'
      ? [left.filter(isNumber), right.filter(isNumber)]
      : kind === 'texts' || kind === 'POSTCODE'
        ? [texts(left), texts(right)]
        : kind === 'origin'
          ? [
              ['s0._table', 's0._spoke'],
              ['_table', '_spoke'],
            ]
          : [left, right]
  const step = draw(fc.constantFrom(0, 1, 7))
  return list(some(queryLimits.keysMax), (at) => ({
    left: pick(lefts, at * step),
    right: pick(rights, at),
    ...(kind === 'TEXT' || kind === 'UPRN' || kind === 'POSTCODE' ? { normalise: kind } : {}),
  }))
}

/** Tables, and the names of their common columns. */
function drawFrom(draw: Draw, tables: readonly WorldTable[], most: number): { input: Input; names: string[] } {
  const count = Math.min(most, draw(fc.constantFrom(1, 2, 33, queryLimits.membersMax)))
  const form = draw(fc.constantFrom('table', 'union', 'same', 'members'))
  const table = tables[form === 'table' ? draw(fc.nat({ max: tables.length - 1 })) : 0] as WorldTable
  const names = table.columns.map(({ name }) => name)
  if (form === 'table') return { input: { table: table.id }, names }
  if (form === 'same') return { input: { union: list(count, () => table.id) }, names }
  if (form === 'union') return { input: { union: list(count, (at) => (tables[at % tables.length] as WorldTable).id) }, names }
  const columns = table.columns
    .slice(0, draw(fc.constantFrom(2, 50, queryLimits.outputsMax)))
    .map(({ name, type }) => ({ column: name, ...(draw(fc.boolean()) ? { type } : {}) }))
  return { input: { members: list(count, () => ({ table: table.id, columns })) }, names: columns.map(({ column }) => column) }
}

function drawFilter(draw: Draw, some: (most: number) => number, names: readonly string[]): Input {
  const [numbers, texts] = [names.filter(isNumber), names.filter((name) => !isNumber(name))]
  const number = (at: number) => pick(numbers, at)
  const text = (at: number) => pick(texts, at)
  switch (draw(fc.constantFrom('flat', 'lists', 'deep', 'long', 'not'))) {
    case 'flat': {
      const kind = draw(fc.constantFrom('and', 'or'))
      return { [kind]: list(some(queryLimits.filterTermsMax - 1), (at) => ({ column: number(at), ne: at })) }
    }
    case 'lists': {
      const values = list(some(queryLimits.inMax), (at) => (at % 2 === 0 ? at : 2 ** 40 + at))
      return { or: list(draw(fc.constantFrom(1, 2, 5, 80)), (at) => ({ column: number(at), in: values })) }
    }
    case 'deep':
      return nested(number(0), some(queryLimits.filterDepthMax - 1), (term, depth) => ({
        [depth % 2 === 0 ? 'and' : 'or']: [term, { column: number(depth), gt: depth }],
      }))
    case 'long': {
      const long = 'é'.repeat(some(queryLimits.textMax))
      return { and: list(draw(fc.constantFrom(1, 20, 190)), (at) => ({ column: text(at), [at % 2 === 0 ? 'contains' : 'ne']: long })) }
    }
    default:
      return nested(number(0), some(queryLimits.filterDepthMax - 1), (term) => ({ not: term }))
  }
}

function nested(column: string, depth: number, wrap: (term: Input, depth: number) => Input): Input {
  let term: Input = { column, isNull: false }
  for (let at = 0; at < depth; at++) term = wrap(term, at)
  return term
}
