import type { Knex } from 'knex'
import { pageSizeOf } from '../catalogue/page-size.js'
import { databaseError } from '../database/database-error.js'
import { BadUserInput, SourceUnavailable } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { unfindable } from './outbox.js'
import { everybody, type SearchConditions, type SearchFacet, type SearchIndex, type SearchPage, type SearchSort } from './port.js'
import { keywordLabel, themeLabel } from './vocabulary/themes.js'

const limits = { text: 1000, values: 1000, valueLength: 500, except: 10_000 } as const

/** The arguments of a search. Lists may be null; a date is an instant. */
export interface SearchArguments {
  readonly text: string
  readonly filter?: SearchFilterArguments | null | undefined
  readonly facets?: readonly SearchFacet[] | null | undefined
  readonly sort?: SearchSort | null | undefined
  readonly first?: number | null | undefined
  readonly after?: string | null | undefined
  readonly last?: number | null | undefined
  readonly before?: string | null | undefined
}

type Values = readonly string[] | null | undefined

/** See `SearchFilter` in graphql/surface.graphql. */
export interface SearchFilterArguments {
  readonly spokes?: Values
  readonly organisations?: Values
  readonly themes?: Values
  readonly keywords?: Values
  readonly formats?: Values
  readonly licences?: Values
  readonly access?: Values
  readonly semanticTypes?: Values
  readonly hasTables?: boolean | null | undefined
  readonly modifiedAfter?: Date | null | undefined
  readonly modifiedBefore?: Date | null | undefined
}

/** Normalises the values of each list of a filter to the form that documents have. */
const lists: Record<keyof Omit<SearchFilterArguments, 'hasTables' | 'modifiedAfter' | 'modifiedBefore'>, (value: string) => string> = {
  spokes: (value) => value,
  organisations: (value) => value,
  themes: themeLabel,
  keywords: keywordLabel,
  formats: (value) => value.trim().toLowerCase(),
  licences: (value) => value,
  access: (value) => value,
  semanticTypes: (value) => value.trim().toUpperCase(),
}

/**
 * Finds datasets for a viewer. The viewer's audiences are part of the question; datasets that were hidden since the index was last updated
 * are excluded.
 * @throws BadUserInput if an argument is out of bounds; DialsError SOURCE_UNAVAILABLE if the index or the catalogue cannot be reached.
 */
export async function findDatasets(
  { knex, index }: { knex: Knex; index: SearchIndex },
  viewer: Viewer,
  given: SearchArguments,
  signal: AbortSignal,
): Promise<SearchPage> {
  const { text, facets, sort, after, before } = given
  const { size, backwards } = pageSizeOf(given)
  if (text.length > limits.text)
    throw new BadUserInput(`text has to have no more than ${limits.text.toLocaleString('en-GB')} characters.`, { inputPath: ['text'] })
  const conditions = conditionsOf(given.filter ?? {})
  const { spokes, except } = await unfindable(knex, limits.except).catch((thrown: unknown) => {
    throw databaseError(thrown)
  })
  if (except.length > limits.except) throw new SourceUnavailable('The search index is being brought up to date. Try again in a moment.')
  return index.search(
    {
      text: text.replaceAll('\0', ' '),
      conditions,
      facets: [...new Set(facets ?? [])],
      sort: sort ?? 'RELEVANCE',
      ...(backwards ? { first: 0, last: size } : { first: size }),
      spokes,
      except,
      audiences: audiencesOf(viewer),
      ...(after === undefined || after === null ? {} : { after }),
      ...(before === undefined || before === null ? {} : { before }),
    },
    signal,
  )
}

/** The audiences whose documents a viewer may find. */
export const audiencesOf = ({ organisation }: Viewer): string[] => (organisation === undefined ? [everybody] : [everybody, organisation])

function conditionsOf(filter: SearchFilterArguments): SearchConditions {
  const checked = Object.entries(lists).flatMap(([name, written]) => {
    const values = filter[name as keyof typeof lists]
    if (values === undefined || values === null) return []
    if (values.length > limits.values)
      throw new BadUserInput(`${name} has to have no more than ${limits.values.toLocaleString('en-GB')} values.`, {
        inputPath: ['filter', name],
      })
    const long = values.findIndex((value) => value.length > limits.valueLength)
    if (long >= 0)
      throw new BadUserInput(`A value of ${name} has to have no more than ${limits.valueLength} characters.`, {
        inputPath: ['filter', name, long],
      })
    return [[name, [...new Set(values.map((value) => written(value.replaceAll('\0', ''))))]]]
  })
  const { hasTables, modifiedAfter, modifiedBefore } = filter
  return {
    ...(Object.fromEntries(checked) as SearchConditions),
    ...(typeof hasTables === 'boolean' ? { hasTables } : {}),
    ...(modifiedAfter instanceof Date ? { modifiedAfter: modifiedAfter.getTime() } : {}),
    ...(modifiedBefore instanceof Date ? { modifiedBefore: modifiedBefore.getTime() } : {}),
  }
}
