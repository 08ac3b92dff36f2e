import type { Shape } from '../../connector/column.js'
import { didYouMean, nearNames } from '../../connector/near-names.js'
import { BadUserInput, DialsError } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'

/** A column that a place in a query may name, with its position and shape. */
export interface ScopeColumn {
  readonly index: number
  /** As it is published, or as `as` has it. */
  readonly bare: string
  /** The name that it has in an answer: `alias.column` where another table of the scope has a column of the same name. */
  readonly name: string
  readonly shape: Shape
}

/** The names that a place in a query may use. */
export interface Scope {
  readonly columns: readonly ScopeColumn[]
  /** @throws UNKNOWN_COLUMN with similar names of this scope, and BAD_USER_INPUT with the candidates where several tables have the name. */
  resolve(name: string, path: Path): ScopeColumn
  /** Whether a column has the name, or several have. */
  has(name: string): boolean
}

/** The columns of one table of a scope. */
export interface ScopeTable {
  readonly columns: readonly { readonly name: string; readonly shape: Shape }[]
  readonly alias?: string | undefined
  /** The position of its first column. Default 0. */
  readonly first?: number
}

/**
 * A scope over the columns of tables. Names are case-sensitive. `alias.column` is a qualified name only where `alias` is one of the scope's.
 * Suggestions come from these columns alone, so they never name a hidden one.
 * @param lacks what is wrong with a name that no column has.
 */
export function scopeOf(
  tables: readonly ScopeTable[],
  lacks: (name: string) => string = (name) => `There is no column '${name}' here.`,
): Scope {
  const counts = new Map<string, number>()
  for (const { columns } of tables) for (const { name } of columns) counts.set(name, (counts.get(name) ?? 0) + 1)
  const named = tables.map(({ columns, alias, first = 0 }) =>
    columns.map(({ name, shape }, position): ScopeColumn => {
      const isAlone = counts.get(name) === 1 || alias === undefined
      return { index: first + position, bare: name, name: isAlone ? name : `${alias}.${name}`, shape }
    }),
  )
  const byName = named.map((columns) => new Map(columns.map((column) => [column.bare, column])))
  const withName = (name: string) => byName.flatMap((columns) => columns.get(name) ?? [])
  // An alias may begin as another does, with a point after it: 'a' and 'a.b'.
  const qualifiedBy = (name: string) =>
    tables.flatMap(({ alias }, of) =>
      alias !== undefined && name.startsWith(`${alias}.`) ? [{ of, bare: name.slice(alias.length + 1) }] : [],
    )
  const qualifiedOf = (name: string) => qualifiedBy(name).flatMap(({ of, bare }) => byName[of]?.get(bare) ?? [])
  return {
    columns: named.flat(),
    has: (name) => withName(name).length > 0 || qualifiedOf(name).length > 0,
    resolve(name, path) {
      const [qualified] = qualifiedOf(name)
      if (qualified !== undefined) return qualified
      const [column, ...others] = withName(name)
      if (column !== undefined && others.length === 0) return column
      if (column !== undefined) {
        const candidates = [column, ...others].map((candidate) => candidate.name)
        throw new BadUserInput(
          `Several tables have a column '${name.slice(0, 200)}'. Say which: ${[...new Set(candidates)].join(' or ')}.`,
          {
            inputPath: path,
          },
        )
      }
      const [meant] = qualifiedBy(name)
      const near = meant === undefined ? named.flat() : (named[meant.of] ?? [])
      const suggestions = nearNames(meant?.bare ?? name, [...new Set(near.map(({ bare }) => bare))])
      throw new DialsError('UNKNOWN_COLUMN', `${lacks(name.slice(0, 200))}${didYouMean(suggestions)}`, { inputPath: path, suggestions })
    },
  }
}
