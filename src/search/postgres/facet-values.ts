import type { Knex } from 'knex'
import { type SearchDocument, type SearchFacet, searchFacets } from '../port.js'

/** The upper eight bits of the value numbers of each facet. Grouping documents by a number is many times faster than by a text. */
export const facetNumbers = Object.fromEntries(searchFacets.map((facet, index) => [facet, index + 1])) as Readonly<
  Record<SearchFacet, number>
>

/**
 * The column with the numbers of a facet's values. @property isList whether a document may have several @property isVaried whether few
 * documents share a list
 */
export const facetColumns = {
  SPOKE: { name: 'spoke_value', isList: false, isVaried: false },
  ORGANISATION: { name: 'organisation_value', isList: false, isVaried: false },
  THEME: { name: 'theme_values', isList: true, isVaried: false },
  KEYWORD: { name: 'keyword_values', isList: true, isVaried: true },
  FORMAT: { name: 'format_values', isList: true, isVaried: false },
  LICENCE: { name: 'licence_value', isList: false, isVaried: false },
  ACCESS: { name: 'access_value', isList: false, isVaried: false },
  SEMANTIC_TYPE: { name: 'type_values', isList: true, isVaried: false },
} as const satisfies Record<SearchFacet, { name: string; isList: boolean; isVaried: boolean }>

/** The numbers of a document's values, by column; null if a single-valued facet has none. */
export type FacetNumbers = Readonly<Record<string, number | null | readonly number[]>>

/** The values of one facet, cut to the length that an index can hold. */
const valueMax = 500

interface FacetValue {
  readonly facet: number
  readonly value: string
}

/** The facet values of a document. */
function facetValuesOf(document: SearchDocument): FacetValue[] {
  const values: Record<SearchFacet, readonly string[]> = {
    SPOKE: [document.spoke],
    ORGANISATION: [document.organisation],
    THEME: document.themes,
    KEYWORD: document.keywords,
    FORMAT: document.formats,
    LICENCE: document.licence === null ? [] : [document.licence],
    ACCESS: [document.access],
    SEMANTIC_TYPE: document.semanticTypes,
  }
  return searchFacets.flatMap((facet) =>
    [...new Set(values[facet].map((value) => value.slice(0, valueMax)))].map((value) => ({ facet: facetNumbers[facet], value })),
  )
}

/** The numbers of each document's values, in the order of the documents; new values get new numbers. */
export async function facetsOf(transaction: Knex, documents: readonly SearchDocument[]): Promise<FacetNumbers[]> {
  const values = documents.map(facetValuesOf)
  const keyOf = ({ facet, value }: FacetValue) => `${facet} ${value}`
  const distinct = JSON.stringify([...new Map(values.flat().map((one) => [keyOf(one), one])).values()])
  await transaction.raw(
    `insert into search_values (facet, value, number)
     select facet, value, (facet << 24) + nextval('search_value_numbers')::integer
     from json_to_recordset(?::json) as given (facet integer, value text)
     where not exists (select from search_values known where known.facet = given.facet and known.value = given.value)
     on conflict do nothing`,
    [distinct],
  )
  const { rows } = (await transaction.raw(
    'select facet, value, number from search_values join json_to_recordset(?::json) as given (facet integer, value text) using (facet, value)',
    [distinct],
  )) as { rows: (FacetValue & { number: number })[] }
  const numbers = new Map(rows.map((row) => [keyOf(row), row.number]))
  return values.map((own) =>
    Object.fromEntries(
      searchFacets.map((facet) => {
        const { name, isList } = facetColumns[facet]
        const had = own.flatMap((value) => (value.facet === facetNumbers[facet] ? (numbers.get(keyOf(value)) ?? []) : []))
        return [name, isList ? had : (had[0] ?? null)]
      }),
    ),
  )
}
