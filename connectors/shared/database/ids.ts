import { createHash } from 'node:crypto'
import { slugOf } from '../slug.js'

/** A table by its names in the database. */
export interface Named {
  readonly schema: string
  readonly name: string
}

/** `schema.table`, the name that the configuration uses. */
export function fullName({ schema, name }: Named): string {
  return `${schema}.${name}`
}

/**
 * Gives each table an identifier: `table` in the plain schema, else `schema-table`. If two tables would get the same one, a hash of its own
 * name is added to each, so that an identifier never means another table after new tables are added.
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
