import fc from 'fast-check'
import type { Shape } from '../../../src/connector/column.js'
import {
  type Aggregate,
  comparisons,
  type Expression,
  granularities,
  type JoinKey,
  joinTypes,
  type Literal,
  type Predicate,
  type Relation,
} from '../../../src/connector/relation.js'
import { shapesOf } from '../../../src/connector/shapes.js'

/** Draws one value; fast-check's own generator, which shrinks what was drawn. */
export type Draw = <T>(of: fc.Arbitrary<T>) => T

export type Column = { name: string; native: string } & Shape

/** The columns of every table, as `shape` and as the database has them. `digits` are texts that are numbers. */
export const columns: readonly Column[] = [
  { name: 'name', native: 'text COLLATE "en-x-icu"', type: 'STRING' },
  { name: 'Ward "A"', native: 'text COLLATE folded', type: 'STRING' },
  { name: 'digits', native: 'varchar(20)', type: 'STRING' },
  { name: 'flag', native: 'boolean', type: 'BOOLEAN' },
  { name: 'small', native: 'int4', type: 'INT64' },
  { name: 'wide', native: 'bigint', type: 'INT64' },
  { name: 'ratio', native: 'double precision', type: 'DOUBLE' },
  { name: 'cost', native: 'numeric(20,2)', type: 'DECIMAL', scale: 2 },
  { name: 'day', native: 'date', type: 'DATE' },
  { name: 'clock', native: 'time', type: 'TIME' },
  { name: 'at', native: 'timestamp', type: 'TIMESTAMP' },
  { name: 'instant', native: 'timestamptz', type: 'TIMESTAMPTZ' },
]

const moments = [
  '2026-03-29T00:30:00',
  '2026-03-29T23:30:00',
  '2026-10-25T01:30:00',
  '2026-10-25T23:59:59.5',
  '2025-12-31T23:00:00',
  '1969-07-20T20:17:40',
  '1970-01-01T00:00:00',
  '1847-11-30T23:59:59',
  '2999-12-31T23:59:59.999999',
  '0001-01-01T00:00:00',
]
const texts = [
  '',
  'a',
  'A',
  'ab',
  'Ab',
  'å',
  'é',
  'e\u0301',
  'z',
  '日本',
  '😀',
  '\uff5e',
  "O'Brien",
  '\\',
  "\\'; DROP TABLE t; --",
  '%',
  '_',
  'a\nb',
  'null',
  '\u2028"',
  'ß',
  'ss',
]

/** Canonical texts of a shape's values, few enough to meet each other again. Sums of the DOUBLEs are exact, whatever their order. */
export function valueOf({ type, scale = 0 }: Shape, name = ''): fc.Arbitrary<string> {
  switch (type) {
    case 'STRING':
      return name === 'digits' ? fc.constantFrom('7', ' 007', '-3', '+0', '12') : fc.constantFrom(...texts)
    case 'BOOLEAN':
      return fc.constantFrom('true', 'false')
    case 'INT64':
      return name === 'small'
        ? fc.constantFrom('0', '1', '-1', '2147483647', '-2147483648')
        : fc.constantFrom('0', '1', '-1', '2', '9007199254740993', '9223372036854775807', '-9223372036854775808')
    case 'DOUBLE':
      return fc.constantFrom('0', '0.25', '-0.5', '1.5', '3', '-2.25', '1048576.125')
    case 'DECIMAL':
      return fc
        .constantFrom('0', '1', '-1', '0.05', '-123.45', '1.50', '99999999999999.99')
        .map((text) => (scale === 0 ? (text.split('.')[0] as string) : text))
    case 'DATE':
      return fc.constantFrom(...moments.map((moment) => moment.slice(0, 10)))
    case 'TIME':
      return fc.constantFrom('00:00:00', '12:30:00', '23:59:59.999999')
    case 'TIMESTAMPTZ':
      return fc.constantFrom(...moments.map((moment) => `${moment}Z`))
    default:
      return fc.constantFrom(...moments)
  }
}

export interface Table {
  readonly id: string
  readonly rows: readonly (readonly (string | null)[])[]
}

/** A row of these columns. */
export function rowOf(own: readonly Column[]): fc.Arbitrary<(string | null)[]> {
  return fc.tuple(...own.map((column) => fc.option(valueOf(column, column.name), { freq: 6 })))
}

export function drawRows(draw: Draw, own: readonly Column[] = columns): Table['rows'] {
  return draw(fc.array(rowOf(own), { minLength: 0, maxLength: 12 }))
}

/** A relation over these tables that has an answer: every index is known, every operand fits. `ordered` where its order is told. */
export function drawRelation(
  draw: Draw,
  tables: readonly string[],
  own: readonly Column[] = columns,
  drawFirst = drawAny,
): { relation: Relation; ordered: boolean } {
  let relation = drawFirst(draw, tables, own)
  const steps = draw(fc.array(fc.constantFrom('filter', 'filter', 'project', 'aggregate', 'sort', 'limit'), { maxLength: 4 }))
  let ordered = false
  for (const step of steps) {
    const input = shapesOf(relation)
    ordered = step === 'sort' || step === 'limit'
    if (step === 'filter') relation = { op: 'filter', predicate: drawPredicate(draw, input, 2), input: relation }
    if (step === 'project')
      relation = {
        op: 'project',
        outputs: draw(fc.array(fc.nat(), { minLength: 1, maxLength: 6 })).map(() => drawExpression(draw, input)),
        input: relation,
      }
    if (step === 'aggregate') relation = drawAggregate(draw, relation, input)
    if (step === 'sort' || step === 'limit') relation = { op: 'sort', keys: drawKeys(draw, input), input: relation }
    if (step === 'limit')
      relation = { op: 'limit', ...(draw(fc.boolean()) ? { count: draw(fc.nat(8)) } : {}), offset: draw(fc.nat(4)), input: relation }
  }
  return { relation, ordered }
}

function drawLeaf(draw: Draw, tables: readonly string[], own: readonly Column[]): Relation {
  const wanted = draw(fc.subarray([...own], { minLength: 1 }))
  const leaf = (): Relation => {
    const scan: Relation = {
      op: 'scan',
      table: draw(fc.constantFrom(...tables)),
      columns: wanted.map(({ name, type, scale }) => ({ name, type, ...(scale === undefined ? {} : { scale }) })),
    }
    return draw(fc.boolean()) ? scan : { op: 'filter', predicate: drawPredicate(draw, shapesOf(scan), 1), input: scan }
  }
  const count = draw(fc.constantFrom(1, 1, 1, 2, 3))
  if (count === 1) return leaf()
  const digits = wanted.findIndex(({ name }) => name === 'digits')
  // One of the stack reads texts as numbers, which is the engine's own; all must then give the same shapes.
  const reads = digits !== -1 && draw(fc.boolean())
  const outputs = wanted.map((_, index): Expression => {
    const column: Expression = { kind: 'column', index }
    return reads && index === digits ? { kind: 'cast', input: column, to: { type: 'INT64' } } : column
  })
  return { op: 'union', inputs: Array.from({ length: count }, () => (reads ? { op: 'project', outputs, input: leaf() } : leaf())) }
}

function drawAny(draw: Draw, tables: readonly string[], own: readonly Column[]): Relation {
  return draw(fc.nat(3)) === 0 ? drawJoin(draw, tables, own) : drawLeaf(draw, tables, own)
}

/** Two sides, either of which may be a join itself, or what they match. */
export function drawJoin(draw: Draw, tables: readonly string[], own: readonly Column[] = columns, depth = 1): Relation {
  const side = () => (depth > 0 && draw(fc.nat(4)) === 0 ? drawJoin(draw, tables, own, depth - 1) : drawLeaf(draw, tables, own))
  const [left, right] = [side(), side()]
  const count = draw(fc.constantFrom(1, 1, 1, 2, 3))
  const keys = Array.from({ length: count }, () => drawKey(draw, shapesOf(left), shapesOf(right)))
  const sides = { type: draw(fc.constantFrom(...joinTypes)), keys, left, right }
  const op = depth > 0 && draw(fc.nat(7)) === 0 ? 'match' : 'join'
  return { op, ...sides }
}

const numbers: readonly string[] = ['INT64', 'DECIMAL', 'DOUBLE']

/** A pair of one shape: two columns, the same expression of both, numbers of unlike types, or values that are the same for every row. */
function drawKey(draw: Draw, left: readonly Shape[], right: readonly Shape[]): JoinKey {
  const pairs = left.flatMap((one, at) => right.flatMap((other, index) => (areAlike(one, other) ? [[at, index] as const] : [])))
  if (pairs.length === 0 || draw(fc.nat(19)) === 0) {
    const literal = drawLiteral(draw, left[0] as Shape)
    return { left: literal, right: draw(fc.constantFrom(literal, drawLiteral(draw, literal.shape))) }
  }
  const [at, index] = draw(fc.constantFrom(...pairs))
  const [one, other] = [left[at] as Shape, right[index] as Shape]
  const columnAt = (position: number): Expression => ({ kind: 'column', index: position })
  if (one.type !== other.type || one.scale !== other.scale) {
    const number = (position: number): Expression => ({ kind: 'normalise', as: 'NUMBER', input: columnAt(position) })
    return { left: number(at), right: number(index) }
  }
  const bucket = (position: number): Expression => ({
    kind: 'bucket',
    input: columnAt(position),
    granularity: 'MONTH',
    timeZone: 'Asia/Tokyo',
  })
  const isDay = ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'].includes(one.type)
  return isDay && draw(fc.boolean()) ? { left: bucket(at), right: bucket(index) } : { left: columnAt(at), right: columnAt(index) }
}

function areAlike(left: Shape, right: Shape): boolean {
  return left.type === right.type || (numbers.includes(left.type) && numbers.includes(right.type))
}

/** By every column, so that no order is left open. */
function drawKeys(draw: Draw, input: readonly Shape[]) {
  const first = draw(fc.nat(input.length - 1))
  return input.map((_, index) => ({
    column: (index + first) % input.length,
    descending: draw(fc.boolean()),
    nullsFirst: draw(fc.boolean()),
  }))
}

/** Groups and measures of a relation of these shapes, and perhaps the mean of one measure. */
export function drawAggregate(draw: Draw, relation: Relation, input: readonly Shape[]): Relation {
  const groups = draw(fc.array(fc.nat(), { maxLength: 3 })).map(() => drawExpression(draw, input))
  const measures = draw(fc.array(fc.nat(), { minLength: 1, maxLength: 4 })).map((): Aggregate => {
    const index = draw(fc.nat(input.length - 1))
    const shape = input[index] as Shape
    const column: Expression = { kind: 'column', index }
    const known = ['COUNT', 'COUNT_DISTINCT', 'MIN', 'MAX'] as const
    if (shape.type === 'INT64' || shape.type === 'DECIMAL') return { function: draw(fc.constantFrom(...known, 'SUM')), input: column }
    if (shape.type === 'DOUBLE') return { function: draw(fc.constantFrom(...known, 'SUM', 'MEDIAN')), input: column }
    return { function: draw(fc.constantFrom(...known)), ...(draw(fc.nat(6)) === 0 ? { function: 'COUNT' as const } : { input: column }) }
  })
  const aggregate: Relation = { op: 'aggregate', groups, measures: [...measures, { function: 'COUNT' }], input: relation }
  const sum = measures.findIndex(({ function: of }, at) => of === 'SUM' && shapesOf(aggregate)[groups.length + at]?.type === 'DECIMAL')
  if (sum === -1) return aggregate
  const scale = (shapesOf(aggregate)[groups.length + sum]?.scale ?? 0) + 6
  const at = (index: number): Expression => ({ kind: 'column', index })
  const mean: Expression = {
    kind: 'mean',
    sum: at(groups.length + sum),
    count: at(groups.length + measures.length),
    shape: { type: 'DECIMAL', scale },
  }
  return { op: 'project', outputs: [...shapesOf(aggregate).map((_, index) => at(index)), mean], input: aggregate }
}

function drawExpression(draw: Draw, input: readonly Shape[]): Expression {
  const index = draw(fc.nat(input.length - 1))
  const shape = input[index] as Shape
  const column: Expression = { kind: 'column', index }
  switch (draw(fc.constantFrom('column', 'column', 'cast', 'bucket', 'literal'))) {
    case 'literal':
      return drawLiteral(draw, shape)
    case 'bucket':
      if (shape.type !== 'DATE' && shape.type !== 'TIMESTAMP' && shape.type !== 'TIMESTAMPTZ') return column
      return {
        kind: 'bucket',
        input: column,
        granularity: draw(fc.constantFrom(...granularities)),
        timeZone: draw(fc.constantFrom('UTC', 'Europe/London', 'Asia/Tokyo')),
      }
    case 'cast': {
      const to: Shape[] =
        shape.type === 'INT64'
          ? [{ type: 'DECIMAL', scale: 3 }, { type: 'DOUBLE' }, { type: 'STRING' }]
          : shape.type === 'BOOLEAN'
            ? [{ type: 'STRING' }]
            : shape.type === 'DATE'
              ? [{ type: 'TIMESTAMP' }, { type: 'STRING' }]
              : []
      if (shape.type === 'DECIMAL' && (shape.scale ?? 0) < 8)
        to.push({ type: 'DECIMAL', scale: (shape.scale ?? 0) + 2 }, { type: 'STRING' })
      // 2^63 as a DOUBLE would make sums of it depend on their order.
      const possible = to.filter(({ type }) => type !== 'DOUBLE')
      return possible.length === 0 ? column : { kind: 'cast', input: column, to: draw(fc.constantFrom(...possible)) }
    }
    case 'column':
      return column
  }
}

function drawLiteral(draw: Draw, shape: Shape): Literal {
  return { kind: 'literal', shape, value: draw(fc.option(valueOf(shape), { freq: 8 })) }
}

/** A predicate over columns of these shapes. */
export function drawPredicate(draw: Draw, input: readonly Shape[], depth: number): Predicate {
  const kind = depth === 0 ? 'leaf' : draw(fc.constantFrom('leaf', 'leaf', 'and', 'or', 'not'))
  if (kind === 'not') return { kind, term: drawPredicate(draw, input, depth - 1) }
  if (kind !== 'leaf')
    return { kind, terms: draw(fc.array(fc.nat(), { minLength: 1, maxLength: 3 })).map(() => drawPredicate(draw, input, depth - 1)) }
  const index = draw(fc.nat(input.length - 1))
  const shape = input[index] as Shape
  const left: Expression = { kind: 'column', index }
  const of = draw(fc.constantFrom('compare', 'compare', 'in', 'isNull', 'startsWith', 'contains'))
  if (of === 'in') return { kind: of, left, values: draw(fc.array(fc.nat(), { maxLength: 4 })).map(() => drawLiteral(draw, shape)) }
  if (of === 'isNull') return { kind: of, input: left, negated: draw(fc.boolean()) }
  if (of !== 'compare' && shape.type === 'STRING') return { kind: of, input: left, text: draw(valueOf(shape)) }
  return { kind: 'compare', comparison: draw(fc.constantFrom(...comparisons)), left, right: drawLiteral(draw, shape) }
}
