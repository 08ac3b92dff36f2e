import type { Shape } from '../../connector/column.js'
import { DialsError } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import { nearNames } from './near-names.js'

/** The names that a place in a query may use, each with its position and shape. */
export interface Scope {
  /** Throws UNKNOWN_COLUMN with similar names of this scope. */
  resolve(name: string, path: Path): { index: number; name: string; shape: Shape }
}

/**
 * A scope over named columns. Names are case-sensitive. `alias.column` is a qualified name only where `alias` is the query's own.
 * Suggestions come from these columns alone, so they never name a hidden one.
 */
export function scopeOf(columns: readonly { name: string; shape: Shape }[], alias?: string): Scope {
  const positions = new Map(columns.map(({ name }, index) => [name, index]))
  return {
    resolve(name, path) {
      const bare = alias !== undefined && name.startsWith(`${alias}.`) ? name.slice(alias.length + 1) : name
      const index = positions.get(bare) ?? positions.get(name)
      const column = index === undefined ? undefined : columns[index]
      if (index === undefined || column === undefined) {
        throw new DialsError('UNKNOWN_COLUMN', `There is no column '${name.slice(0, 200)}' here.`, {
          inputPath: path,
          suggestions: nearNames(bare, [...positions.keys()]),
        })
      }
      return { index, name: column.name, shape: column.shape }
    },
  }
}
