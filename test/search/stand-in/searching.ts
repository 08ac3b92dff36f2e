import type { SearchParams, Settings } from 'meilisearch'
import { type Fields, normalised, parseFilter, type Predicate, Refused } from './filter.js'
import { attributesOf, type Match, marksOf, matchAll, placesOf } from './matching.js'
import { parseQuery, type Term, tokensOf } from './text.js'

const known = new Set([
  'indexUid',
  'q',
  'filter',
  'matchingStrategy',
  'attributesToRetrieve',
  'hitsPerPage',
  'page',
  'sort',
  'facets',
  'showRankingScore',
  'attributesToHighlight',
  'highlightPreTag',
  'highlightPostTag',
  'attributesToCrop',
  'cropMarker',
  'cropLength',
])

/** An answer to one search. @param allowed a filter that the asker's token adds */
export function search(documents: Iterable<Fields>, settings: Settings, params: SearchParams, allowed: unknown): object {
  for (const name of Object.keys(params)) if (!known.has(name)) throw new Refused('bad_request', `Unknown field \`${name}\``)
  const filterable = (settings.filterableAttributes ?? []) as string[]
  const filters = [parseFilter(allowed, filterable), parseFilter(params.filter, filterable)]
  const candidates = [...documents].filter((document) => filters.every((holds) => holds(document)))
  const { terms, unwanted } = parseQuery(params.q ?? '')
  const found = order(matching(candidates, terms, unwanted, settings, params), settings, params.sort ?? [])
  const { hitsPerPage = 20, page = 1 } = params
  return {
    hits: found.slice(hitsPerPage * (page - 1), hitsPerPage * page).map((one) => hit(one, terms, settings, params)),
    query: params.q ?? '',
    processingTimeMs: 0,
    hitsPerPage,
    page,
    totalPages: hitsPerPage === 0 ? 0 : Math.ceil(found.length / hitsPerPage),
    totalHits: Math.min(found.length, settings.pagination?.maxTotalHits ?? 1000),
    ...(params.facets === undefined ? {} : { facetDistribution: distribution(found, params.facets, settings), facetStats: {} }),
  }
}

interface Found {
  readonly document: Fields
  readonly match: Match | undefined
}

function matching(
  candidates: readonly Fields[],
  terms: readonly Term[],
  unwanted: readonly Term[],
  settings: Settings,
  { matchingStrategy }: SearchParams,
): Found[] {
  const has =
    (term: Term): Predicate =>
    (document) =>
      placesOf(attributesOf(document, settings), [term], settings).length > 0
  const wanted = candidates.filter((document) => !unwanted.some((term) => has(term)(document)))
  if (terms.length === 0) return wanted.map((document) => ({ document, match: undefined }))
  if (matchingStrategy !== 'all' && terms.length > 1)
    throw new Refused('invalid_search_matching_strategy', 'Nothing of ours asks otherwise.')
  return wanted.flatMap((document) => {
    const attributes = attributesOf(document, settings)
    const match = matchAll(attributes, terms, settings)
    return match === undefined ? [] : [{ document, match }]
  })
}

/** By the ranking rules, in their order. */
function order(found: Found[], settings: Settings, sort: readonly string[]): Found[] {
  for (const rule of sort) {
    if (!settings.sortableAttributes?.includes(rule.split(':')[0]!))
      throw new Refused('invalid_search_sort', `Attribute \`${rule}\` is not sortable.`)
  }
  const rules = (settings.rankingRules ?? []).flatMap((rule) => (rule === 'sort' ? sort : [rule]))
  const by: Readonly<Record<string, (one: Match, other: Match) => number>> = {
    words: () => 0,
    typo: (one, other) => one.typos - other.typos,
    attributeRank: (one, other) => one.attributes - other.attributes,
    proximity: (one, other) => one.proximity - other.proximity,
    exactness: (one, other) => one.inexact - other.inexact,
  }
  return found.toSorted((one, other) => {
    for (const rule of rules) {
      const [name, direction] = rule.split(':') as [string, string | undefined]
      const difference =
        direction !== undefined
          ? compareValues(one.document[name], other.document[name], direction === 'asc' ? 1 : -1)
          : one.match === undefined || other.match === undefined
            ? 0
            : by[name]!(one.match, other.match)
      if (difference !== 0) return difference
    }
    return 0
  })
}

/** Numbers, then texts, then what has neither, whichever way. */
function compareValues(one: unknown, other: unknown, sign: number): number {
  const kind = (value: unknown) => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2)
  if (kind(one) !== kind(other)) return kind(one) - kind(other)
  if (typeof one === 'number') return (one - (other as number)) * sign
  return kind(one) === 2 ? 0 : Buffer.compare(Buffer.from(normalised(one)), Buffer.from(normalised(other))) * sign
}

export const sortDocuments = (documents: readonly Fields[], sort: readonly string[], settings: Settings): Fields[] =>
  order(
    documents.map((document) => ({ document, match: undefined })),
    { ...settings, rankingRules: ['sort'] },
    sort,
  ).map(({ document }) => document)

function distribution(found: readonly Found[], facets: readonly string[], settings: Settings): object {
  return Object.fromEntries(
    facets.flatMap((facet) => {
      if (!(settings.filterableAttributes as string[]).includes(facet))
        throw new Refused('invalid_search_facets', `Attribute \`${facet}\` is not filterable.`)
      const counts = new Map<string, { value: string; count: number }>()
      for (const { document } of found) {
        for (const value of new Map(
          [document[facet]]
            .flat()
            .filter((one) => one !== undefined)
            .map((one) => [normalised(one), String(one)]),
        ).entries()) {
          counts.set(value[0], { value: counts.get(value[0])?.value ?? value[1], count: (counts.get(value[0])?.count ?? 0) + 1 })
        }
      }
      const most = [...counts.values()]
        .toSorted((one, other) => other.count - one.count)
        .slice(0, settings.faceting?.maxValuesPerFacet ?? 100)
      return most.length === 0 ? [] : [[facet, Object.fromEntries(most.map(({ value, count }) => [value, count]))]]
    }),
  )
}

function hit({ document, match }: Found, terms: readonly Term[], settings: Settings, params: SearchParams): object {
  const displayed = Object.entries(document).filter(([name]) => settings.displayedAttributes?.includes(name))
  const crops = new Map(
    (params.attributesToCrop ?? []).map((one) => [one.split(':')[0]!, Number(one.split(':')[1] ?? params.cropLength ?? 10)]),
  )
  const format = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => format(name, one))
    if (typeof value !== 'string' || !(params.attributesToHighlight ?? []).includes(name)) return value
    const tokens = tokensOf(value, settings.separatorTokens ?? [])
    const marks = marksOf(tokens, terms, settings)
    const words = crops.get(name) ?? Infinity
    const middle = Math.max(
      0,
      tokens.findIndex(({ start }) => start === marks[0]?.start),
    )
    const first = Math.max(0, middle - Math.floor(Math.min(words, tokens.length) / 2))
    const last = Math.min(tokens.length, first + words)
    const from = first === 0 ? 0 : tokens[first]!.start
    const to = last >= tokens.length ? value.length : tokens[last - 1]!.end
    const pieces = marks.filter(({ start, end }) => start >= from && end <= to)
    let at = from
    const text =
      pieces
        .map(({ start, end }) => {
          const piece = `${value.slice(at, start)}${params.highlightPreTag ?? '<em>'}${value.slice(start, end)}${params.highlightPostTag ?? '</em>'}`
          at = end
          return piece
        })
        .join('') + value.slice(at, to)
    return `${from > 0 ? (params.cropMarker ?? '…') : ''}${text}${to < value.length ? (params.cropMarker ?? '…') : ''}`
  }
  const wanted = (name: string) => params.attributesToRetrieve?.some((one) => one === '*' || one === name) ?? true
  return {
    ...Object.fromEntries(displayed.filter(([name]) => wanted(name))),
    ...(params.attributesToHighlight === undefined
      ? {}
      : {
          _formatted: Object.fromEntries(
            displayed
              .filter(([name]) => wanted(name) || params.attributesToHighlight!.includes(name))
              .map(([name, value]) => [name, format(name, value)]),
          ),
        }),
    ...(params.showRankingScore === true ? { _rankingScore: match === undefined ? 1 : 1 / (1 + weight(match)) } : {}),
  }
}

const weight = ({ typos, attributes, proximity, inexact }: Match) => typos * 1e6 + attributes * 1e4 + proximity * 1e2 + inexact
