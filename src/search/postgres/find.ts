import type { Knex } from 'knex'
import { everybody, type FacetCounts, facetValuesMax, type SearchConditions, type SearchFacet, type SearchRequest } from '../port.js'
import { fold, wordsOf } from '../words.js'
import type { Place } from './cursor.js'
import { facetColumns, facetNumbers } from './facet-values.js'
import type { Merit, TextQuery } from './text-query.js'

/** A found document, with the values that order it. @property modified milliseconds since 1970 */
export interface Found {
  readonly id: string
  readonly score: number
  readonly modified: number | null
  readonly title: string
}

/** The places between which a page lies. */
export interface Between {
  readonly after?: Place | undefined
  readonly before?: Place | undefined
}

/** @property hits one more than the page holds, if there are more: at their beginning if the page is read backwards, else at their end */
export interface FoundPage {
  readonly total: number
  /** Whether there is something at the place that the page comes after, or before it; and likewise on the other side. */
  readonly isBefore: boolean
  readonly isAfter: boolean
  readonly hits: readonly Found[]
  readonly facets: readonly FacetCounts[]
}

/** An unknown time sorts before all times. */
const fresh = `coalesce(modified, -9007199254740991)`

/** What each order goes by, and whether upwards; the id makes it complete. */
const orders: Readonly<Record<SearchRequest['sort'], readonly (readonly [value: string, name: keyof Place, upwards: boolean])[]>> = {
  RELEVANCE: [
    ['score', 'score', false],
    [fresh, 'modified', false],
    ['id', 'id', true],
  ],
  MODIFIED_DESC: [
    [fresh, 'modified', false],
    ['id', 'id', true],
  ],
  TITLE_ASC: [
    ['title', 'title', true],
    ['id', 'id', true],
  ],
}

const orderBy = (sort: SearchRequest['sort'], backwards: boolean) =>
  orders[sort].map(([value, , upwards]) => `${value} ${upwards === backwards ? 'desc' : 'asc'}`).join(', ')

/** Whether a document stands after the place `after`, or before the place `before`. */
function beyond(sort: SearchRequest['sort'], side: 'after' | 'before'): string {
  return orders[sort].reduceRight((rest, [value, name, upwards]) => {
    const further = `${value} ${upwards === (side === 'after') ? '>' : '<'} :${side}_${name}`
    return rest === '' ? further : `(${further} or (${value} = :${side}_${name} and ${rest}))`
  }, '')
}

const placeValues = (side: 'after' | 'before', place: Place | undefined) =>
  place === undefined
    ? {}
    : {
        [`${side}_score`]: place.score,
        [`${side}_modified`]: place.modified ?? Number.MIN_SAFE_INTEGER,
        [`${side}_title`]: place.title,
        [`${side}_id`]: place.id,
      }

/** One page, and counts over everything found, in one statement, so that both are of the same moment. */
export async function findPage(
  knex: Knex,
  request: SearchRequest,
  query: TextQuery | undefined,
  between: Between,
  timeoutMs: number,
): Promise<FoundPage> {
  const { facets, sort, first, last, audiences, spokes, except } = request
  const bounds = (['after', 'before'] as const).filter((side) => between[side] !== undefined)
  const inside = bounds.map((side) => beyond(sort, side)).join(' and ') || 'true'
  const outside = (side: 'after' | 'before') =>
    between[side] === undefined ? 'false' : `exists (select from found where not ${beyond(sort, side)})`
  const merits = boundMerits(query, spokes)
  const { rows } = (await knex
    .raw(
      `with found as materialized (
         select id, modified, ${sort === 'TITLE_ASC' ? 'title' : "'' as title"}, ${scoreOf(request, merits)} as score${facets.map((facet) => `, ${facetColumns[facet].name}`).join('')}
         from search_documents
         where ${visible(query, audiences)} and spoke = any(:spokes) ${except.length === 0 ? '' : 'and not id = any(:except)'} ${conditionsOf(request.conditions)}
       ),
       ${gatheredOf(facets)}page as (select id, modified, title, score from found where ${inside} order by ${orderBy(sort, last !== undefined)} limit :rows)
       select (select count(*) from found) as total,
         ${outside('after')} as "isBefore", ${outside('before')} as "isAfter",
         coalesce((select json_agg(json_build_object('id', id, 'modified', modified, 'title', title, 'score', score) order by ${orderBy(sort, false)}) from page), '[]') as hits,
         ${facets.length === 0 ? `'[]'::json` : facetCounts(facets)} as facets`,
      {
        ...conditionValues(request.conditions),
        spokes: texts(spokes),
        except: texts(except),
        audiences: texts(audiences),
        rows: (last ?? first) + 1,
        match: query?.match ?? '',
        ...query?.exact,
        ...valuesOf(merits.flat()),
        asked: fold(request.text),
        ...placeValues('after', between.after),
        ...placeValues('before', between.before),
        values: facetValuesMax,
      },
    )
    .timeout(timeoutMs, { cancel: true })) as {
    rows: [Omit<FoundPage, 'facets'> & { facets: { facet: number; value: string; count: number }[] }]
  }
  const [{ total, isBefore, isAfter, hits, facets: counts }] = rows
  return {
    total,
    isBefore,
    isAfter,
    hits,
    facets: facets.map((facet) => ({
      facet,
      values: counts.filter((one) => one.facet === facetNumbers[facet]).map(({ value, count }) => ({ value, count })),
    })),
  }
}

/** Whether this viewer may find a document and it matches: two conditions, each with an index of its own. */
function visible(query: TextQuery | undefined, audiences: readonly string[]): string {
  const matches = query === undefined ? '' : `and ${matchOf(query)}`
  const all = audiences.includes(everybody) ? [`(public ${matches})`] : []
  const own = audiences.some((audience) => audience !== everybody) ? [`(not public ${matches} and audiences && :audiences)`] : []
  return `(${[...all, ...own].join(' or ') || 'false'})`
}

/** Whether a document matches: by the text index and, for phrases, by its unstemmed words. */
function matchOf({ match, exact: { phrases, otherwise, unwanted } }: TextQuery): string {
  const holds = (words: string) =>
    `exists (select from search_texts texts where texts.id = search_documents.id and texts.exact @@ to_tsquery('simple', ${words}))`
  const english = `vector @@ to_tsquery('english', :match)`
  // A query of stop words alone matches nothing in the text index.
  const byIndex = phrases === '' ? english : `(numnode(to_tsquery('english', :match)) = 0 or ${english})`
  const byWords = otherwise === '' ? holds(':phrases') : `(vector @@ to_tsquery('english', :otherwise) or ${holds(':phrases')})`
  return (
    [
      ...(match === '' ? [] : [byIndex]),
      ...(phrases === '' ? [] : [byWords]),
      ...(unwanted === '' ? [] : [`not ${holds(':unwanted')}`]),
    ].join(' and ') || 'true'
  )
}

/** A title equal to the whole text outranks titles with the words of others. */
const wholeTitle = 0.3

function scoreOf({ sort }: SearchRequest, merits: readonly (readonly BoundMerit[])[]): string {
  if (merits.length === 0 || sort !== 'RELEVANCE') return '0::float8'
  return `(${merits.map((list) => pointsOf(list, 0)).join(' + ')} + case when title = :asked then ${wholeTitle}::float8 else 0::float8 end)`
}

/** The points of the first merit that holds, else the given points. */
function pointsOf(merits: readonly BoundMerit[], otherwise: number): string {
  if (merits.length === 0) return `${otherwise}::float8`
  return `case ${merits.map(({ holds, points, better }) => `when ${holds} then ${pointsOf(better, points)}`).join(' ')} else ${otherwise}::float8 end`
}

/** A merit as SQL, with its bindings. */
interface BoundMerit {
  readonly holds: string
  readonly values: Readonly<Record<string, string | readonly string[]>>
  readonly points: number
  readonly better: readonly BoundMerit[]
}

function boundMerits(query: TextQuery | undefined, spokes: readonly string[]): BoundMerit[][] {
  return (query?.merits ?? []).map((list, at) => boundList(list, `merit_${at}`, spokes))
}

function boundList(list: readonly Merit[], place: string, spokes: readonly string[]): BoundMerit[] {
  return list.flatMap(({ query, title, spoke, points, better = [] }, index): BoundMerit[] => {
    const name = `${place}_${index}`
    if (spoke !== undefined) {
      const named = texts(spokes).filter((id) => wordsOf(id).includes(spoke))
      return named.length === 0 ? [] : [{ holds: `spoke = any(:${name})`, values: { [name]: named }, points, better: [] }]
    }
    const holds = [
      ...(query === '' ? [] : [`vector @@ to_tsquery('english', :${name})`]),
      ...(title === undefined ? [] : [`' ' || title || ' ' like :${name}_title`]),
    ]
    const values = { ...(query === '' ? {} : { [name]: query }), ...(title === undefined ? {} : { [`${name}_title`]: `% ${title} %` }) }
    return [{ holds: holds.join(' and ') || 'true', values, points, better: boundList(better, name, spokes) }]
  })
}

/** The bindings of a list of merits and of all their better ones. */
const valuesOf = (merits: readonly BoundMerit[]): BoundMerit['values'] =>
  Object.assign({}, ...merits.map(({ values, better }) => ({ ...values, ...valuesOf(better) })))

/** The most frequent values of each facet; of equally frequent ones, those with the lowest numbers. */
const facetCounts = (facets: readonly SearchFacet[]) => `(
  select coalesce(json_agg(json_build_object('facet', facet, 'value', value, 'count', count) order by facet, count desc, value), '[]')
  from (
    select facet, count, (select value from search_values where search_values.number = counted.number) as value
    from (${facets.map(countsOf).join(' union all ')}) counted offset 0
  ) named)`

/**
 * Counts the documents with each value, or list of values, of all facets in one pass. In the rows of one facet the columns of the others
 * are null.
 */
function gatheredOf(facets: readonly SearchFacet[]): string {
  const columns = facets.map((facet) => facetColumns[facet]).flatMap(({ name, isVaried }) => (isVaried ? [] : [name]))
  if (columns.length === 0) return ''
  return `gathered as materialized (select ${columns.join(', ')}, count(*) as documents from found group by grouping sets (${columns.map((name) => `(${name})`).join(', ')})),\n       `
}

/** Only the values that are returned are looked up. */
function countsOf(facet: SearchFacet): string {
  const { name, isList, isVaried } = facetColumns[facet]
  const had = `select ${isList ? `unnest(${name})` : name} as number, ${isVaried ? '1' : 'documents'} as documents from ${isVaried ? 'found' : `gathered where ${name} is not null`}`
  return `(select ${facetNumbers[facet]} as facet, number, sum(documents)::integer as count from (${had}) had group by number order by count desc, number limit :values)`
}

const listed: Partial<Record<keyof SearchConditions, SearchFacet>> = {
  spokes: 'SPOKE',
  organisations: 'ORGANISATION',
  themes: 'THEME',
  keywords: 'KEYWORD',
  formats: 'FORMAT',
  licences: 'LICENCE',
  access: 'ACCESS',
  semanticTypes: 'SEMANTIC_TYPE',
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
  return {
    ...Object.fromEntries(Object.entries(lists).map(([name, values]) => [`in_${name}`, texts(values)])),
    hasTables,
    modifiedAfter,
    modifiedBefore,
  }
}

/** PostgreSQL's text has no NUL, so a value with one equals nothing. */
const texts = (values: readonly string[]) => values.filter((value) => !value.includes('\0'))
