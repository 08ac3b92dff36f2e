import fc from 'fast-check'
import type { Shape } from '../../../src/connector/column.js'
import { drawJoins, type DrawnJoins, drawMismatch, namesOf } from './arbitrary-joins.js'
import { type Draw, drawOperand, type World } from './arbitrary-world.js'
import { type NamedColumn, outputName } from './named-columns.js'
import type { Filter, JoinInput, Query } from './world.js'

/** A column, under the names that it may be said with. `shown` is its name in an answer. */
type Column = Shape & { names: readonly [string, ...string[]]; shown: string; of?: number }

/** Draws a query over a world that has an answer: every name exists and every operand has the right type. */
export function drawQuery(draw: Draw, world: World): Query {
  return drawOver(draw, world, drawJoins(draw, world))
}

/** Draws a query of which one key compares what is never equal, and the place of that key. Undefined where no such key was found. */
export function drawRefused(draw: Draw, world: World): { query: Query; path: (string | number)[] } | undefined {
  if (world.joined === undefined || world.joined.length === 0) return undefined
  const drawn = drawJoins(draw, world)
  const query = drawOver(draw, world, drawn)
  const mismatch = drawMismatch(draw, drawn)
  return mismatch && { query: { ...query, joins: mismatch.joins }, path: mismatch.path }
}

function drawOver(draw: Draw, world: World, { from, joins, columns: all, sides }: DrawnJoins): Query {
  const chance = (of: number) => draw(fc.integer({ min: 1, max: of })) === 1
  const columns = sayable(all)
  const query: Query = { from, ...(joins.length === 0 ? {} : { joins }), ...(world.failed?.size ? { onSourceError: 'PARTIAL' } : {}) }
  for (const [index, own] of sides.entries()) {
    const table = index === 0 ? from : (joins[index - 1] as JoinInput).table
    if (chance(joins.length === 0 ? 4 : 7)) table.where = drawFilter(draw, sayable(own), 2)
  }
  if (chance(joins.length === 0 ? 2 : 3)) query.where = drawFilter(draw, columns, 3)
  const shown = all
    .filter(({ name }) => name !== '_spoke' && name !== '_table')
    .map((column) => ({ ...column, name: outputName(all, column) }))
  const canShowAll = shown.length > 0 && new Set(shown.map(({ name }) => name)).size === shown.length
  const outputs = chance(2)
    ? drawGroups(draw, query, columns, world.odd === true)
    : drawSelect(draw, query, columns, canShowAll ? shown : undefined)
  const sortable = outputs.filter(({ type, exact }) => exact && type !== 'GEOMETRY')
  if (sortable.length > 0 && !chance(3)) {
    const column = fc.constantFrom(...sortable.map(({ name }) => name))
    const order = fc.record({ column, direction: fc.constantFrom('ASC', 'DESC'), nulls: fc.constantFrom('FIRST', 'LAST') })
    query.orderBy = draw(fc.array(order, { minLength: 1, maxLength: 3 }))
  }
  if (!chance(3)) query.limit = draw(fc.constantFrom(0, 1, 2, 3, 5, 10, 100))
  if (chance(3)) query.offset = draw(fc.integer({ min: 0, max: 8 }))
  return query
}

function sayable(all: readonly NamedColumn[]): Column[] {
  return all.flatMap((column) => {
    const [name, ...others] = namesOf(all, column)
    return name === undefined ? [] : [{ ...column, names: [name, ...others] as const, shown: outputName(all, column) }]
  })
}

function saidAs(draw: Draw, { names }: Pick<Column, 'names'>): string {
  return names.length === 1 ? names[0] : draw(fc.constantFrom(...names))
}

type Output = Shape & { name: string; exact: boolean }

/** @param all what is shown without `select`, where that is possible. */
function drawSelect(
  draw: Draw,
  query: Query,
  columns: readonly Column[],
  all: readonly (Shape & { name: string })[] | undefined,
): Output[] {
  if (all !== undefined && draw(fc.boolean())) return all.map((column) => ({ ...column, exact: true }))
  const chosen = draw(fc.subarray([...columns], { minLength: 1 }))
  query.select = chosen.map((column, index) => {
    const isAlone = chosen.filter(({ shown }) => shown === column.shown).length === 1
    return { column: saidAs(draw, column), ...(isAlone && draw(fc.boolean()) ? {} : { as: `out ${index}` }) }
  })
  return chosen.map((column, index) => ({ ...column, name: query.select?.[index]?.as ?? column.shown, exact: true }))
}

const measures = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'MEDIAN', 'STDDEV']

function drawGroups(draw: Draw, query: Query, columns: readonly Column[], odd: boolean): Output[] {
  const comparable = columns.filter(({ type }) => type !== 'GEOMETRY')
  const by = draw(fc.subarray([...comparable], { maxLength: 2 }))
  const groups = by.map((column, index): Output => {
    const name = `g${index}`
    const dated = ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'].includes(column.type) && draw(fc.boolean())
    const granularity = dated ? draw(fc.constantFrom('DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR')) : undefined
    query.groupBy = [
      ...(query.groupBy ?? []),
      { column: saidAs(draw, column), as: name, ...(granularity === undefined ? {} : { granularity }) },
    ]
    return { ...(granularity === undefined ? column : { type: 'DATE' as const }), name, exact: true }
  })
  if (draw(fc.boolean())) query.timeZone = draw(fc.constantFrom('UTC', 'Europe/London', 'Asia/Tokyo', 'America/New_York'))
  const count = draw(fc.integer({ min: by.length === 0 ? 1 : 0, max: 4 }))
  // Of one table, as often as of any, so that it can add them up before it is joined.
  const of = draw(fc.constantFrom(...columns))?.of
  const measurable = draw(fc.boolean()) ? columns.filter((column) => column.of === of) : columns
  const measured = Array.from({ length: count }, (_, index): Output => drawMeasure(draw, query, measurable, { name: `m${index}`, odd }))
  const outputs = [...groups, ...measured]
  const known = outputs.filter(({ exact, type }) => exact && type !== 'GEOMETRY')
  if (known.length > 0 && draw(fc.integer({ min: 0, max: 3 })) === 0)
    query.having = drawFilter(
      draw,
      known.map((output) => ({ ...output, names: [output.name], shown: output.name })),
      2,
    )
  return outputs
}

/** A measure in DOUBLE may depend on the order of addition, so no query sorts or filters by one. */
function drawMeasure(draw: Draw, query: Query, columns: readonly Column[], { name, odd }: { name: string; odd: boolean }): Output {
  const column = draw(fc.option(fc.constantFrom(...columns), { freq: 8 }))
  const numeric = column !== null && ['INT64', 'DOUBLE', 'DECIMAL'].includes(column.type) && !(odd && column.type === 'DOUBLE')
  const possible =
    column === null ? ['COUNT'] : numeric ? measures : column.type === 'GEOMETRY' ? ['COUNT'] : ['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX']
  const of = draw(fc.constantFrom(...possible))
  query.measures = [...(query.measures ?? []), { function: of, as: name, ...(column === null ? {} : { column: saidAs(draw, column) }) }]
  if (of === 'COUNT' || of === 'COUNT_DISTINCT') return { name, type: 'INT64', exact: true }
  if (of === 'MIN' || of === 'MAX') return { ...(column as Column), name, exact: true }
  if (of === 'SUM' && column?.type !== 'DOUBLE') return { name, type: 'DECIMAL', scale: column?.scale ?? 0, exact: true }
  return of === 'AVG' && column?.type === 'DECIMAL'
    ? { name, type: 'DECIMAL', scale: (column.scale ?? 0) + 6, exact: true }
    : { name, type: 'DOUBLE', exact: false }
}

function drawFilter(draw: Draw, columns: readonly Column[], depth: number): Filter {
  const shape = depth === 0 ? 'leaf' : draw(fc.constantFrom('leaf', 'leaf', 'and', 'or', 'not'))
  if (shape === 'not') return { not: drawFilter(draw, columns, depth - 1) }
  if (shape !== 'leaf')
    return { [shape]: Array.from({ length: draw(fc.integer({ min: 1, max: 3 })) }, () => drawFilter(draw, columns, depth - 1)) }
  const column = draw(fc.constantFrom(...columns))
  const operators = operatorsOf(column)
  const used = draw(fc.uniqueArray(fc.constantFrom(...operators), { minLength: 1, maxLength: 2 }))
  return { column: saidAs(draw, column), ...Object.fromEntries(used.map((operator) => [operator, operandOf(draw, operator, column)])) }
}

function operatorsOf({ type }: Shape): string[] {
  if (type === 'GEOMETRY') return ['isNull', 'withinBox']
  const every = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'isNull']
  return type === 'STRING' ? [...every, 'startsWith', 'contains'] : every
}

function operandOf(draw: Draw, operator: string, column: Column): unknown {
  if (operator === 'isNull') return draw(fc.boolean())
  if (operator === 'withinBox')
    return draw(
      fc.constantFrom(
        [-0.1, 51.5, -0.1, 51.5],
        [-1, 50, 1, 52],
        [-180, -90, 180, 90],
        [10, 10, 11, 11],
        [179, -90, 1, 90],
        [1, -90, -0.05, 90],
      ),
    )
  if (operator === 'in') return Array.from({ length: draw(fc.integer({ min: 0, max: 4 })) }, () => drawOperand(draw, column))
  return drawOperand(draw, column)
}
