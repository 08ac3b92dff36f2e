import fc from 'fast-check'
import type { Shape } from '../../../src/connector/column.js'
import { type Draw, drawOperand, type World } from './arbitrary-world.js'
import type { Filter, Query } from './world.js'

type Column = { name: string } & Shape

/** Draws a query over a world that has an answer: every name exists and every operand has the right type. */
export function drawQuery(draw: Draw, world: World): Query {
  const chance = (of: number) => draw(fc.integer({ min: 1, max: of })) === 1
  const columns: Column[] = [...world.shared, { name: '_spoke', type: 'STRING' }, { name: '_table', type: 'STRING' }]
  const query: Query = { from: { ...world.from } }
  if (chance(6)) query.from.as = 'al'
  if (chance(4)) query.from.where = drawFilter(draw, columns, 2)
  if (chance(2)) query.where = drawFilter(draw, columns, 3)
  const outputs = chance(2) ? drawGroups(draw, query, columns) : drawSelect(draw, query, columns, query.from.as)
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

type Output = Column & { exact: boolean }

function drawSelect(draw: Draw, query: Query, columns: readonly Column[], alias: string | undefined): Output[] {
  if (draw(fc.boolean())) return columns.slice(0, -2).map((column) => ({ ...column, exact: true }))
  const chosen = draw(fc.subarray([...columns], { minLength: 1 }))
  query.select = chosen.map(({ name }, index) => {
    const column = alias !== undefined && draw(fc.boolean()) ? `${alias}.${name}` : name
    return draw(fc.boolean()) ? { column } : { column, as: `out ${index}` }
  })
  return chosen.map((column, index) => ({ ...column, name: query.select?.[index]?.as ?? column.name, exact: true }))
}

const measures = ['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'MEDIAN', 'STDDEV']

function drawGroups(draw: Draw, query: Query, columns: readonly Column[]): Output[] {
  const comparable = columns.filter(({ type }) => type !== 'GEOMETRY')
  const by = draw(fc.subarray([...comparable], { maxLength: 2 }))
  const groups = by.map((column, index): Output => {
    const name = `g${index}`
    const dated = ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'].includes(column.type) && draw(fc.boolean())
    const granularity = dated ? draw(fc.constantFrom('DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR')) : undefined
    query.groupBy = [...(query.groupBy ?? []), { column: column.name, as: name, ...(granularity === undefined ? {} : { granularity }) }]
    return { ...(granularity === undefined ? column : { type: 'DATE' as const }), name, exact: true }
  })
  if (draw(fc.boolean())) query.timeZone = draw(fc.constantFrom('UTC', 'Europe/London', 'Asia/Tokyo', 'America/New_York'))
  const count = draw(fc.integer({ min: by.length === 0 ? 1 : 0, max: 4 }))
  const measured = Array.from({ length: count }, (_, index): Output => drawMeasure(draw, query, columns, `m${index}`))
  const outputs = [...groups, ...measured]
  const known = outputs.filter(({ exact, type }) => exact && type !== 'GEOMETRY')
  if (known.length > 0 && draw(fc.integer({ min: 0, max: 3 })) === 0) query.having = drawFilter(draw, known, 2)
  return outputs
}

/** A measure in DOUBLE may depend on the order of addition, so no query sorts or filters by one. */
function drawMeasure(draw: Draw, query: Query, columns: readonly Column[], name: string): Output {
  const column = draw(fc.option(fc.constantFrom(...columns), { freq: 8 }))
  const numeric = column !== null && ['INT64', 'DOUBLE', 'DECIMAL'].includes(column.type)
  const possible =
    column === null ? ['COUNT'] : numeric ? measures : column.type === 'GEOMETRY' ? ['COUNT'] : ['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX']
  const of = draw(fc.constantFrom(...possible))
  query.measures = [...(query.measures ?? []), { function: of, as: name, ...(column === null ? {} : { column: column.name }) }]
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
  return { column: column.name, ...Object.fromEntries(used.map((operator) => [operator, operandOf(draw, operator, column)])) }
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
