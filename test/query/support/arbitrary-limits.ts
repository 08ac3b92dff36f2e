import fc from 'fast-check'
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
  const from = drawFrom(draw, tables)
  const names = from.names
  const name = (at: number) => names[at % names.length] as string
  const numbers = names.filter((each) => each.startsWith('n'))
  const texts = names.filter((each) => each.startsWith('t'))
  const pick = (from: readonly string[], at: number) => from[at % from.length] as string
  const some = (most: number) => draw(upTo(most))
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
  const where = draw(fc.boolean()) ? drawFilter(draw, some, numbers, texts) : undefined
  const isBefore = draw(fc.boolean())
  return {
    from: { ...from.input, ...(where !== undefined && isBefore ? { where } : {}) },
    ...outputs,
    ...(where === undefined || isBefore ? {} : { where }),
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
    offset: draw(fc.constantFrom(0, 0, 1, 100_000)),
  }
}

/** Tables, and the names of their common columns. */
function drawFrom(draw: Draw, tables: readonly WorldTable[]): { input: Input; names: string[] } {
  const count = draw(fc.constantFrom(1, 2, 33, queryLimits.membersMax))
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

function drawFilter(draw: Draw, some: (most: number) => number, numbers: readonly string[], texts: readonly string[]): Input {
  const number = (at: number) => numbers[at % numbers.length] as string
  const text = (at: number) => texts[at % texts.length] as string
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
      return nested(some(queryLimits.filterDepthMax - 1), (term, depth) => ({
        [depth % 2 === 0 ? 'and' : 'or']: [term, { column: number(depth), gt: depth }],
      }))
    case 'long': {
      const long = 'é'.repeat(some(queryLimits.textMax))
      return { and: list(draw(fc.constantFrom(1, 20, 190)), (at) => ({ column: text(at), [at % 2 === 0 ? 'contains' : 'ne']: long })) }
    }
    default:
      return nested(some(queryLimits.filterDepthMax - 1), (term) => ({ not: term }))
  }
}

function nested(depth: number, wrap: (term: Input, depth: number) => Input): Input {
  let term: Input = { column: 'n0', isNull: false }
  for (let at = 0; at < depth; at++) term = wrap(term, at)
  return term
}
