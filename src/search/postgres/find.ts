import type { Knex } from 'knex'
import { everybody, type FacetCounts, facetValuesMax, type SearchConditions, type SearchFacet, type SearchRequest } from '../port.js'
import { fold, wordsOf } from '../words.js'
import type { Place } from './cursor.js'
import { facetColumns, facetNumbers } from './facet-values.js'
import type { TextQuery } from './text-query.js'

/** A document that was found, with what it is ordered by. @property modified milliseconds since 1970 */
export interface Found {
  readonly id: string
  readonly score: number
  readonly modified: number | null
  readonly title: string
}

/** @property hits one more than the page holds, where there are more */
export interface FoundPage {
  readonly total: number
  readonly isBefore: boolean
  readonly hits: readonly Found[]
  readonly facets: readonly FacetCounts[]
}

/** Not modified at any known time is before all times. */
const fresh = `coalesce(modified, -9007199254740991)`

const orders = {
  RELEVANCE: { by: `score desc, ${fresh} desc, id`, after: `score < :score or (score = :score and (${fresh} < :fresh or (${fresh} = :fresh and id > :id)))` },
  MODIFIED_DESC: { by: `${fresh} desc, id`, after: `${fresh} < :fresh or (${fresh} = :fresh and id > :id)` },
  TITLE_ASC: { by: 'title, id', after: `(title, id) > (:title, :id)` },
} as const

/** One page, with counts over all that was found, in one statement: all of it is of one moment. */
export async function findPage(knex: Knex, request: SearchRequest, query: TextQuery | undefined, place: Place | undefined, timeoutMs: number): Promise<FoundPage> {
  const { facets, sort, first, audiences, spokes, except } = request
  const order = orders[sort]
  const merits = boundMerits(query, spokes)
  const { rows } = (await knex
    .raw(
      `with found as materialized (
         select id, modified, ${sort === 'TITLE_ASC' ? 'title' : "'' as title"}, ${scoreOf(request, merits)} as score${facets.map((facet) => `, ${facetColumns[facet].name}`).join('')}
         from search_documents
         where ${visible(query, audiences)} and spoke = any(:spokes) ${except.length === 0 ? '' : 'and not id = any(:except)'} ${conditionsOf(request.conditions)}
       ),
       page as (select id, modified, title, score from found ${place === undefined ? '' : `where ${order.after}`} order by ${order.by} limit :rows)
       select (select count(*) from found) as total,
         ${place === undefined ? 'false' : `exists (select from found where not (${order.after}))`} as "isBefore",
         coalesce((select json_agg(json_build_object('id', id, 'modified', modified, 'title', title, 'score', score) order by ${order.by}) from page), '[]') as hits,
         ${facets.length === 0 ? `'[]'::json` : facetCounts(facets)} as facets`,
      {
        ...conditionValues(request.conditions), spokes: texts(spokes), except: texts(except), audiences: texts(audiences), rows: first + 1, match: query?.match ?? '', ...Object.assign({}, ...merits.flat().map(({ values }) => values)),
        asked: fold(request.text), score: place?.score ?? 0, fresh: place?.modified ?? Number.MIN_SAFE_INTEGER, title: place?.title ?? '', id: place?.id ?? '',
        values: facetValuesMax,
      },
    )
    .timeout(timeoutMs, { cancel: true })) as { rows: [Omit<FoundPage, 'facets'> & { facets: { facet: number; value: string; count: number }[] }] }
  const [{ total, isBefore, hits, facets: counts }] = rows
  return {
    total, isBefore, hits,
    facets: facets.map((facet) => ({ facet, values: counts.filter((one) => one.facet === facetNumbers[facet]).map(({ value, count }) => ({ value, count })) })),
  }
}

/** Whether this viewer may find it, and whether it matches: each way has an index of its own. */
function visible(query: TextQuery | undefined, audiences: readonly string[]): string {
  const matches = query === undefined ? '' : `and vector @@ to_tsquery('english', :match)`
  const all = audiences.includes(everybody) ? [`(public ${matches})`] : []
  const own = audiences.some((audience) => audience !== everybody) ? [`(not public ${matches} and audiences && :audiences)`] : []
  return `(${[...all, ...own].join(' or ') || 'false'})`
}

/** A whole title that was asked for is worth more than words of others. */
const wholeTitle = 0.3

function scoreOf({ sort }: SearchRequest, merits: readonly (readonly BoundMerit[])[]): string {
  if (merits.length === 0 || sort !== 'RELEVANCE') return '0::float8'
  const parts = merits.map((list) => `case ${list.map(({ holds, points }) => `when ${holds} then ${points}::float8`).join(' ')} else 0::float8 end`)
  return `(${parts.join(' + ')} + case when title = :asked then ${wholeTitle}::float8 else 0::float8 end)`
}

/** A merit as SQL, with the values that it names. */
interface BoundMerit {
  readonly holds: string
  readonly values: Readonly<Record<string, string | readonly string[]>>
  readonly points: number
}

function boundMerits(query: TextQuery | undefined, spokes: readonly string[]): BoundMerit[][] {
  return (query?.merits ?? []).map((list, at) => list.flatMap(({ query: text, title, spoke, points }, index): BoundMerit[] => {
    const name = `merit_${at}_${index}`
    if (spoke !== undefined) {
      const named = texts(spokes).filter((id) => wordsOf(id).includes(spoke))
      return named.length === 0 ? [] : [{ holds: `spoke = any(:${name})`, values: { [name]: named }, points }]
    }
    const holds = [`vector @@ to_tsquery('english', :${name})`, ...(title === undefined ? [] : [`title ~ :${name}_title`])]
    return [{ holds: holds.join(' and '), values: { [name]: text, ...(title === undefined ? {} : { [`${name}_title`]: title }) }, points }]
  }))
}

/** The values of each facet that most of what was found has; of those that as many have, the ones known longest. */
const facetCounts = (facets: readonly SearchFacet[]) => `(
  select coalesce(json_agg(json_build_object('facet', facet, 'value', value, 'count', count) order by facet, count desc, value), '[]')
  from (
    select facet, count, (select value from search_values where search_values.number = counted.number) as value
    from (${facets.map(countsOf).join(' union all ')}) counted offset 0
  ) named)`

/** The values are looked up one by one, when it is known which are told. */
function countsOf(facet: SearchFacet): string {
  const { name, isList } = facetColumns[facet]
  const had = isList ? `(select unnest(${name}) as number from found) had` : `(select ${name} as number from found where ${name} is not null) had`
  return `(select ${facetNumbers[facet]} as facet, number, count(*) as count from ${had} group by number order by count desc, number limit :values)`
}

const listed: Partial<Record<keyof SearchConditions, SearchFacet>> = {
  spokes: 'SPOKE', organisations: 'ORGANISATION', themes: 'THEME', keywords: 'KEYWORD', formats: 'FORMAT', licences: 'LICENCE', access: 'ACCESS', semanticTypes: 'SEMANTIC_TYPE',
}

function conditionsOf({ hasTables, modifiedAfter, modifiedBefore, ...lists }: SearchConditions): string {
  const parts = Object.keys(lists).map((name) => {
    const facet = listed[name as keyof SearchConditions] as SearchFacet
    const { name: column, isList } = facetColumns[facet]
    const numbers = `array(select number from search_values where facet = ${facetNumbers[facet]} and value = any(:in_${name}))`
    return isList ? `and ${column} && ${numbers}` : `and ${column} = any(${numbers})`
  })
  if (hasTables !== undefined) parts.push('and has_tables = :hasTables')
  if (modifiedAfter !== undefined) parts.push('and modified > :modifiedAfter')
  if (modifiedBefore !== undefined) parts.push('and modified < :modifiedBefore')
  return parts.join(' ')
}

function conditionValues({ hasTables, modifiedAfter, modifiedBefore, ...lists }: SearchConditions) {
  return { ...Object.fromEntries(Object.entries(lists).map(([name, values]) => [`in_${name}`, texts(values)])), hasTables, modifiedAfter, modifiedBefore }
}

/** PostgreSQL's text has no NUL: what holds one is equal to nothing. */
const texts = (values: readonly string[]) => values.filter((value) => !value.includes('\0'))
