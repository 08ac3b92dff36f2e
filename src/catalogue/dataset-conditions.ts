import type { Knex } from 'knex'
import { BadUserInput } from '../errors.js'
import type { DatasetStatus } from './rows.js'

type Values = readonly string[] | null | undefined

/** `DatasetFilter` of the graph. Every condition has to hold; of a list, one value. Absent and null: all; an empty list: none. */
export interface DatasetConditions {
  readonly spokes?: Values
  readonly organisations?: Values
  readonly themes?: Values
  readonly keywords?: Values
  readonly formats?: Values
  readonly licences?: Values
  /** Default: ACTIVE and MISSING. */
  readonly status?: readonly DatasetStatus[] | null | undefined
  /** Modified at its source after this time. */
  readonly modifiedAfter?: Date | null | undefined
}

const valuesMax = 1000

/** Whether a text is one of the bound list, without regard to case and outer blanks. */
const isOneOf = (text: string) => `lower(btrim(${text})) in (select lower(btrim(value)) from unnest(?::text[]) as value)`

/** The SQL of each condition that is a list, with `datasets` and `spokes` joined. */
const lists = {
  spokes: 'datasets.spoke_id = any(?)',
  organisations: 'spokes.organisation_id = any(?)',
  themes: `exists (select from unnest(datasets.themes) as theme where ${isOneOf('theme')})`,
  keywords: `exists (select from unnest(datasets.keywords) as keyword where ${isOneOf('keyword')})`,
  formats: `exists (select from distributions where dataset_id = datasets.id and ${isOneOf('format')})`,
  licences: `coalesce(datasets.licence ->> 'id', datasets.licence ->> 'title') = any(?)`,
} as const

/**
 * Adds the conditions to a query of datasets, except `status`, which decides where the query begins.
 * @throws BadUserInput if a list has more than 1,000 values.
 */
export function addConditions(query: Knex.QueryBuilder, conditions: DatasetConditions): Knex.QueryBuilder {
  for (const [name, sql] of Object.entries(lists)) {
    const values = conditions[name as keyof typeof lists]
    if (values === undefined || values === null) continue
    if (values.length > valuesMax)
      throw new BadUserInput(`At most 1,000 ${name} can be asked for at once.`, { inputPath: ['filter', name] })
    // PostgreSQL takes no NUL, so without it such a value matches nothing that is not the same.
    query.whereRaw(sql, [values.map((value) => value.replaceAll('\0', ''))])
  }
  const { modifiedAfter } = conditions
  if (modifiedAfter !== undefined && modifiedAfter !== null) query.where('datasets.modified', '>', modifiedAfter)
  return query
}
