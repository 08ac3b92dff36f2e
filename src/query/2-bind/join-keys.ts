import type { Shape } from '../../connector/column.js'
import { acceptsShape } from '../../connector/normalisation.js'
import type { Expression, JoinKey, Normalisation } from '../../connector/relation.js'
import { DialsError, TypeMismatch } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import type { ParsedJoin } from '../1-parse/parse.js'
import type { Use } from './bound-query.js'
import { comparable } from './outputs.js'
import type { Scope, ScopeColumn } from './scope.js'

/**
 * The keys of a join, over the columns of all tables. Numbers of unlike types are compared by their exact values.
 * @throws UNKNOWN_COLUMN, BAD_USER_INPUT and TYPE_MISMATCH with the place.
 */
export function bindKeys({ on }: ParsedJoin, left: Scope, right: Scope, seen: (use: Use) => void): JoinKey[] {
  return on.map((key) => {
    refuseOtherSide(key, left, right)
    const sides = { left: left.resolve(key.left, [...key.path, 'left']), right: right.resolve(key.right, [...key.path, 'right']) }
    for (const side of ['left', 'right'] as const) {
      const { index, name, shape } = sides[side]
      comparable(shape, name, 'joined', [...key.path, side])
      seen({ column: index, use: 'JOIN', implicit: false, path: [...key.path, side] })
    }
    return key.normalise === 'EXACT'
      ? exactKey(sides.left, sides.right, key.path)
      : normalisedKey(sides.left, sides.right, key.normalise, key.path)
  })
}

/**
 * Refuses a name that only a table of the other side has: near names would not help.
 * @throws UNKNOWN_COLUMN, which says whether the two names seem to be swapped.
 */
function refuseOtherSide(key: ParsedJoin['on'][number], left: Scope, right: Scope): void {
  const isWrong = { left: !left.has(key.left) && right.has(key.left), right: !right.has(key.right) && left.has(key.right) }
  if (!isWrong.left && !isWrong.right) return
  const side = isWrong.left ? 'left' : 'right'
  const whose = side === 'left' ? 'of the table that is joined' : 'of a table before it'
  const isSwapped = right.has(key.left) && left.has(key.right)
  throw new DialsError(
    'UNKNOWN_COLUMN',
    `'${key[side].slice(0, 200)}' is a column ${whose}. 'left' names a column of the tables before, 'right' one of the table that is joined` +
      `${isSwapped ? ': they seem to be swapped' : ''}.`,
    { inputPath: [...key.path, side] },
  )
}

/** Digits after the point up to which every INT64 fits into a DECIMAL. */
const scaleMax = 19

function exactKey(left: ScopeColumn, right: ScopeColumn, path: Path): JoinKey {
  const [one, other] = [left.shape, right.shape]
  if (one.type === other.type && one.scale === other.scale) return { left: columnOf(left), right: columnOf(right) }
  if (!acceptsShape('NUMBER', one) || !acceptsShape('NUMBER', other)) throw unlike(left, right, path)
  const decimal = [one, other].find(({ type }) => type === 'DECIMAL')
  const isWhole = [one, other].some(({ type }) => type === 'INT64')
  if (decimal !== undefined && isWhole && (decimal.scale ?? 0) <= scaleMax)
    return { left: castTo(decimal, left), right: castTo(decimal, right) }
  return { left: normalised(left, 'NUMBER'), right: normalised(right, 'NUMBER') }
}

function normalisedKey(left: ScopeColumn, right: ScopeColumn, as: Normalisation, path: Path): JoinKey {
  for (const [side, { name, shape }] of [
    ['left', left],
    ['right', right],
  ] as const) {
    if (!acceptsShape(as, shape)) {
      throw new TypeMismatch(`'${name}' is ${shape.type} and cannot be read as ${as}.`, { inputPath: [...path, side] })
    }
  }
  return { left: normalised(left, as), right: normalised(right, as) }
}

function unlike(left: ScopeColumn, right: ScopeColumn, path: Path): TypeMismatch {
  // The texts of two other types, such as a date and a time, are never equal either.
  const isText = [left, right].some(({ shape }) => shape.type === 'STRING')
  const kinds = (['UPRN', 'POSTCODE', 'TEXT'] as const).filter(
    (as) => acceptsShape(as, left.shape) && acceptsShape(as, right.shape) && isText,
  )
  return new TypeMismatch(
    `'${left.name}' is ${left.shape.type} and '${right.name}' is ${right.shape.type}: they are never equal. ` +
      `${kinds.length > 0 ? `Compare them as the same kind of thing with normalise: ${kinds.join(' or ')}. Or read` : 'Read'} one as the type of the other: ` +
      'members: [{ table, columns: [{ column, type }] }].',
    { inputPath: path },
  )
}

function columnOf({ index }: ScopeColumn): Expression {
  return { kind: 'column', index }
}

function normalised(column: ScopeColumn, as: Normalisation): Expression {
  return { kind: 'normalise', as, input: columnOf(column) }
}

function castTo(to: Shape, column: ScopeColumn): Expression {
  return column.shape.type === to.type ? columnOf(column) : { kind: 'cast', input: columnOf(column), to }
}
