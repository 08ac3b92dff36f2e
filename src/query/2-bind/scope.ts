import type { Shape } from '../../connector/column.js'
import { DialsError } from '../../errors.js'
import type { Path } from '../1-parse/filter.js'
import { nearNames } from './near-names.js'

/** The names that may be used at one place of a query, each with its position and shape. */
export interface Scope {
  resolve(name: string, path: Path): { index: number; name: string; shape: Shape }
}

/**
 * A scope over named columns. `alias.column` is qualified only where `alias` is this query's; names are case-sensitive, as published.
 * An unknown name is UNKNOWN_COLUMN with near ones, all of which the viewer may see.
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
