import type { Shape } from '../../../src/connector/column.js'
import type { TableInput } from './world.js'

/** A column of one of a query's tables: the first is `from`, then come those of the joins. */
export type NamedColumn = Shape & {
  readonly of: number
  readonly alias: string | undefined
  readonly name: string
}

/** `as`, or else the last part of a single table's id. */
export function aliasOf(from: TableInput): string | undefined {
  const only = from.table ?? (from.members?.length === 1 ? from.members[0]?.table : undefined)
  return from.as ?? only?.split('/').at(-1)
}

/** The one column among these that a query means by a name. Undefined where there is none, or several. */
export function resolve<T extends NamedColumn>(columns: readonly T[], said: string): T | undefined {
  const [qualified] = columns.filter(({ alias, name }) => alias !== undefined && said === `${alias}.${name}`)
  if (qualified !== undefined) return qualified
  const [only, ...others] = columns.filter(({ name }) => name === said)
  return others.length === 0 ? only : undefined
}

/** The name of a column in an answer over all these columns. */
export function outputName(columns: readonly NamedColumn[], { alias, name }: NamedColumn): string {
  const isAlone = columns.filter((other) => other.name === name).length === 1
  return isAlone || alias === undefined ? name : `${alias}.${name}`
}
