import { createHash } from 'node:crypto'
import { slugOf } from '../slug.js'

/** A table by the names that the database has for it. */
export interface Named {
  readonly schema: string
  readonly name: string
}

/** `schema.table`, as the configuration names it. */
export function fullName({ schema, name }: Named): string {
  return `${schema}.${name}`
}

/**
 * The identifier of each table: `table` of one schema, else `schema-table`. Where two tables would have the same one, each has digits of
 * its own names behind it: an identifier never comes to mean another table, whatever is added to the database.
 */
export function idsOf<T extends Named>(tables: readonly T[], plainSchema: string): Map<T, string> {
  const slugs = tables.map((table) => slugOf(table.schema === plainSchema ? table.name : `${table.schema}-${table.name}`))
  const counts = new Map<string, number>()
  for (const slug of slugs) counts.set(slug, (counts.get(slug) ?? 0) + 1)
  return new Map(
    tables.map((table, position) => {
      const slug = slugs[position] as string
      return [table, counts.get(slug) === 1 ? slug : apart(slug, table)]
    }),
  )
}

function apart(slug: string, { schema, name }: Named): string {
  return `${slug}-${createHash('sha256')
    .update(JSON.stringify([schema, name]))
    .digest('hex')
    .slice(0, 8)}`
}
