import type { Shape } from '../../connector/column.js'
import { aggregateShape } from '../../connector/shapes.js'
import type { Expression } from '../../connector/relation.js'
import { BadUserInput, TypeMismatch } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import type { MeasureFunction, ParsedQuery } from '../1-parse/parse.js'
import type { Use } from './bound-query.js'
import { isPseudoColumn } from './from.js'
import type { Scope } from './scope.js'

type Seen = (use: Use) => void

/** A column of the answer. `column`, and the columns in `expression`, are positions among the columns of all tables. */
export type NamedOutput = { readonly name: string; readonly shape: Shape } & (
  | { readonly kind: 'column'; readonly column: number }
  | { readonly kind: 'group'; readonly column: number; readonly expression: Expression }
  | { readonly kind: 'measure'; readonly column: number | undefined; readonly function: MeasureFunction }
)

/** The columns of a result of rows: those in `select`, or all except `_spoke` and `_table`. */
export function bindSelect(query: ParsedQuery, scope: Scope, seen: Seen): NamedOutput[] {
  if (query.select === undefined) {
    const all = scope.columns.filter(({ bare }) => !isPseudoColumn(bare))
    if (all.length === 0) throw new BadUserInput('This table has no columns: only its rows can be counted.', { inputPath: ['from'] })
    const outputs = all.map(({ index, name, shape }): NamedOutput => {
      seen({ column: index, use: 'SELECT', implicit: true, path: ['from'] })
      return { kind: 'column', name, shape, column: index }
    })
    return unique(outputs, () => ['joins'])
  }
  const outputs = query.select.map(({ column, as, path }): NamedOutput => {
    const { index, name, shape } = scope.resolve(column, [...path, 'column'])
    seen({ column: index, use: 'SELECT', implicit: false, path: [...path, 'column'] })
    return { kind: 'column', name: as ?? name, shape, column: index }
  })
  return unique(outputs, (position) => ['select', position])
}

/** The columns of a grouped result: the groups, then the measures. */
export function bindGroups(query: ParsedQuery, scope: Scope, seen: Seen): NamedOutput[] {
  const groups = query.groupBy.map(({ column, granularity, as, path }): NamedOutput => {
    const { index, name, shape } = scope.resolve(column, [...path, 'column'])
    seen({ column: index, use: 'GROUP', implicit: false, path: [...path, 'column'] })
    const whole: Expression = { kind: 'column', index }
    if (granularity === undefined) {
      comparable(shape, name, 'grouped', path)
      return { kind: 'group', name: as ?? name, shape, column: index, expression: whole }
    }
    if (!['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'].includes(shape.type)) {
      throw new TypeMismatch(`A granularity needs dates or times; '${name}' is ${shape.type}.`, { inputPath: [...path, 'granularity'] })
    }
    const expression: Expression = { kind: 'bucket', input: whole, granularity, timeZone: query.timeZone }
    return { kind: 'group', name: as ?? `${name}_${granularity.toLowerCase()}`, shape: { type: 'DATE' }, column: index, expression }
  })
  const measures = query.measures.map(({ function: name, column, as, path }): NamedOutput => {
    if (column === undefined) return { kind: 'measure', name: as ?? 'count', shape: { type: 'INT64' }, column: undefined, function: name }
    const resolved = scope.resolve(column, [...path, 'column'])
    seen({ column: resolved.index, use: 'AGGREGATE', implicit: false, path: [...path, 'column'] })
    const shape = measureShape(name, resolved.shape, resolved.name, path)
    return { kind: 'measure', name: as ?? `${name.toLowerCase()}_${resolved.name}`, shape, column: resolved.index, function: name }
  })
  return unique([...groups, ...measures], (position) =>
    position < groups.length ? ['groupBy', position] : ['measures', position - groups.length],
  )
}

/** Throws TYPE_MISMATCH for GEOMETRY, JSON and LIST, whose values have neither equality nor an order. */
export function comparable(shape: Shape, name: string, verb: string, path: Path): void {
  if (shape.type === 'GEOMETRY' || shape.type === 'JSON' || shape.type === 'LIST') {
    throw new TypeMismatch(`'${name}' is ${shape.type} and cannot be ${verb}.`, { inputPath: path })
  }
}

/** How many more digits after the point the exact average of a DECIMAL column has than the column. */
const averageDigits = 6

function measureShape(name: MeasureFunction, shape: Shape, column: string, path: Path): Shape {
  if (name === 'COUNT') return { type: 'INT64' }
  if (name === 'COUNT_DISTINCT' || name === 'MIN' || name === 'MAX') comparable(shape, column, `used by ${name}`, path)
  else if (!['INT64', 'DECIMAL', 'DOUBLE'].includes(shape.type)) {
    throw new TypeMismatch(`${name} needs numbers; '${column}' is ${shape.type}.`, { inputPath: [...path, 'column'] })
  }
  if (name === 'AVG') {
    return shape.type === 'DECIMAL' ? { type: 'DECIMAL', scale: Math.min(38, (shape.scale ?? 0) + averageDigits) } : { type: 'DOUBLE' }
  }
  return aggregateShape({ function: name, input: { kind: 'column', index: 0 } }, [shape])
}

function unique(outputs: NamedOutput[], path: (position: number) => Path): NamedOutput[] {
  const names = new Set<string>()
  outputs.forEach(({ name }, position) => {
    if (names.has(name))
      throw new BadUserInput(`Two output columns are called '${name}'. Give one another name with 'as'.`, { inputPath: path(position) })
    names.add(name)
  })
  return outputs
}
