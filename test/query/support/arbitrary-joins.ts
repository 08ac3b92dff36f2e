import fc from 'fast-check'
import { joinTypes } from '../../../src/connector/relation.js'
import type { Shape } from '../../../src/connector/column.js'
import type { Draw, World, WorldSide } from './arbitrary-world.js'
import { aliasOf, type NamedColumn, resolve } from './named-columns.js'
import type { JoinInput, KeyInput, Normalise, TableInput } from './world.js'

/** Aliases, two of which make a name of a column that looks qualified and is not. */
const aliases = ['al', 'x', 'a', '_1', 'count']

/** The tables of a query with their aliases, the joins between them, and the columns that its rows have. */
export interface DrawnJoins {
  readonly from: TableInput
  readonly joins: JoinInput[]
  readonly columns: readonly NamedColumn[]
  /** The columns of each table. */
  readonly sides: readonly (readonly NamedColumn[])[]
}

/** Names a world's tables, and joins them by keys that can be compared. */
export function drawJoins(draw: Draw, { from, shared, joined = [] }: World): DrawnJoins {
  const inputs: TableInput[] = []
  const sides: NamedColumn[][] = []
  let columns: NamedColumn[] = []
  const joins: JoinInput[] = []
  for (const [of, side] of [{ from, shared }, ...joined].entries()) {
    const input = named(draw, side, inputs, joined.length > 0)
    inputs.push(input)
    const own = [...side.shared, ...pseudo].map((column) => ({ ...column, of, alias: aliasOf(input) }))
    sides.push(own)
    if (of > 0) {
      const join = { table: input, ...drawJoin(draw, columns, own) }
      joins.push(join)
      if (join.type === 'ANTI') continue
    }
    columns = [...columns, ...own]
  }
  return { from: inputs[0] as TableInput, joins, columns, sides }
}

const pseudo = [
  { name: '_spoke', type: 'STRING' },
  { name: '_table', type: 'STRING' },
] as const

/** No two tables have one name. At most one, a stack that is not given one, has none. */
function named(draw: Draw, { from }: WorldSide, others: readonly TableInput[], isJoined: boolean): TableInput {
  const taken = others.map(aliasOf)
  const free = aliases.filter((alias) => !taken.includes(alias))
  const own = aliasOf(from)
  const isTaken = taken.includes(own)
  const isWanted = draw(fc.integer({ min: 1, max: 6 })) <= (isJoined && own === undefined ? 4 : 1)
  if (!isTaken && !(isWanted && free.length > 0)) return { ...from }
  return { ...from, as: free.length > 0 ? draw(fc.constantFrom(...free)) : `t${others.length}` }
}

function drawJoin(draw: Draw, left: readonly NamedColumn[], right: readonly NamedColumn[]): Omit<JoinInput, 'table'> {
  const all = pairsOf(left, right).filter((pair) => namesOf(left, pair.left).length > 0)
  const plain = all.filter((pair) => pair.as === undefined)
  const published = plain.filter((pair) => !isPseudo(pair.left) && !isPseudo(pair.right))
  const alike = published.filter((pair) => pair.left.name === pair.right.name)
  const normalised = all.filter((pair) => pair.as !== undefined && !isPseudo(pair.left) && !isPseudo(pair.right))
  const kinds = [alike, alike, alike, published, plain, ...Array.from({ length: 5 }, () => normalised)].filter((kind) => kind.length > 0)
  const length = draw(fc.constantFrom(1, 1, 1, 2, 3))
  const on = Array.from({ length }, () => keyInput(draw, left, right, draw(fc.constantFrom(...draw(fc.constantFrom(...kinds))))))
  const type = draw(fc.constantFrom(...joinTypes, undefined))
  return { ...(type === undefined ? {} : { type }), on }
}

/** A column of each side, and what they are compared as. */
interface Pair {
  readonly left: NamedColumn
  readonly right: NamedColumn
  readonly as?: Normalise
}

/** Every pair of columns that can be compared, as each thing that they can be compared as. */
function pairsOf(left: readonly NamedColumn[], right: readonly NamedColumn[]): Pair[] {
  return left.flatMap((one) =>
    right.flatMap((other) => [
      ...(areAlike(one, other)
        ? [
            { left: one, right: other },
            { left: one, right: other, as: 'EXACT' as const },
          ]
        : []),
      ...things.flatMap((as) => (isThing(as, one) && isThing(as, other) ? [{ left: one, right: other, as }] : [])),
    ]),
  )
}

function keyInput(draw: Draw, left: readonly NamedColumn[], right: readonly NamedColumn[], pair: Pair): KeyInput {
  const key = { left: said(draw, left, pair.left), right: said(draw, right, pair.right) }
  return pair.as === undefined ? key : { ...key, normalise: pair.as }
}

const things = ['TEXT', 'UPRN', 'POSTCODE'] as const

/** Whether a value of this shape can be such a thing. */
function isThing(as: (typeof things)[number], { type }: Shape): boolean {
  if (as === 'POSTCODE') return type === 'STRING'
  return as === 'UPRN' ? type === 'STRING' || numbers.includes(type) : type !== 'GEOMETRY'
}

const numbers: readonly string[] = ['INT64', 'DOUBLE', 'DECIMAL']

const isPseudo = ({ name }: NamedColumn) => name === '_spoke' || name === '_table'

/** Whether keys of these shapes can be compared. */
export function areAlike(left: Shape, right: Shape): boolean {
  if (left.type === 'GEOMETRY' || right.type === 'GEOMETRY') return false
  return left.type === right.type || (numbers.includes(left.type) && numbers.includes(right.type))
}

/** The same joins, where one key compares what cannot be compared, and that key's place. Undefined where there is no such pair. */
export function drawMismatch(
  draw: Draw,
  { columns, sides, joins }: DrawnJoins,
): { joins: JoinInput[]; path: (string | number)[] } | undefined {
  const at = draw(fc.nat({ max: joins.length - 1 }))
  const left = columns.filter(({ of }) => of <= at)
  const right = sides[at + 1] ?? []
  const pairs = left.flatMap((one) =>
    right.flatMap((other): Pair[] => [
      ...(areAlike(one, other) ? [] : [{ left: one, right: other }]),
      ...things.flatMap((as) => (isThing(as, one) && isThing(as, other) ? [] : [{ left: one, right: other, as }])),
    ]),
  )
  const sayable = pairs.filter((pair) => namesOf(left, pair.left).length > 0)
  if (sayable.length === 0) return undefined
  const key = keyInput(draw, left, right, draw(fc.constantFrom(...sayable)))
  const place = joins[at]?.on.length ?? 0
  return {
    joins: joins.map((join, index) => (index === at ? { ...join, on: [...join.on, key] } : join)),
    path: ['joins', at, 'on', place],
  }
}

/** The names under which a column may be said among others. None where a stack without an alias hides it. */
export function namesOf(among: readonly NamedColumn[], column: NamedColumn): string[] {
  const { alias, name } = column
  return [name, ...(alias === undefined ? [] : [`${alias}.${name}`])].filter((each) => resolve(among, each) === column)
}

function said(draw: Draw, among: readonly NamedColumn[], column: NamedColumn): string {
  return draw(fc.constantFrom(...namesOf(among, column)))
}
