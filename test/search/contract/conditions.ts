import { expect, test } from 'vitest'
import { facetValuesMax, type SearchConditions, type SearchDocument, searchFacets } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, countsOf, document, found, useIndex } from './asking.js'

const day = 86_400_000
const documents = [
  document('camden/bins', {
    title: 'Recycling bins',
    themes: ['Environment', 'Health'],
    keywords: ['waste', 'streets'],
    formats: ['csv', 'geojson'],
    licence: 'ogl-3',
    semanticTypes: ['uprn', 'postcode'],
    hasTables: true,
    modified: 10 * day,
  }),
  document('camden/noise', {
    title: 'Recycling noise',
    themes: ['Environment'],
    keywords: ['streets'],
    formats: ['csv'],
    licence: 'ogl-3',
    access: 'SHARED',
    modified: 20 * day,
  }),
  document('barnet/bins', {
    title: 'Recycling rounds',
    themes: ['Environment'],
    keywords: ['waste'],
    formats: ['xlsx'],
    licence: 'Terms of our own',
    semanticTypes: ['uprn'],
    hasTables: true,
  }),
  document('barnet/schools', {
    title: 'Schools',
    themes: ['Education, culture and sport'],
    formats: ['csv'],
    access: 'CLOSED',
    hasTables: true,
    modified: 30 * day,
  }),
  document('lambeth/clinics', {
    title: 'Clinics',
    themes: ['Health'],
    keywords: ['streets'],
    organisation: 'nhs',
    licence: 'cc-by',
    semanticTypes: ['postcode'],
    modified: 40 * day,
  }),
]

/** What the port says of conditions, over what a document has. */
const holds = (one: SearchDocument, wanted: SearchConditions) => {
  const among = (values: readonly (string | null)[], list: readonly string[] | undefined) =>
    list === undefined || values.some((value) => value !== null && list.includes(value))
  return (
    among([one.spoke], wanted.spokes) &&
    among([one.organisation], wanted.organisations) &&
    among(one.themes, wanted.themes) &&
    among(one.keywords, wanted.keywords) &&
    among(one.formats, wanted.formats) &&
    among([one.licence], wanted.licences) &&
    among([one.access], wanted.access) &&
    among(one.semanticTypes, wanted.semanticTypes) &&
    (wanted.hasTables === undefined || wanted.hasTables === one.hasTables) &&
    (wanted.modifiedAfter === undefined || (one.modified !== null && one.modified > wanted.modifiedAfter)) &&
    (wanted.modifiedBefore === undefined || (one.modified !== null && one.modified < wanted.modifiedBefore))
  )
}

const wanted: readonly SearchConditions[] = [
  { spokes: ['camden'] },
  { spokes: ['camden', 'lambeth'] },
  { spokes: ['nowhere'] },
  { spokes: [] },
  { organisations: ['nhs'] },
  { organisations: ['nhs', 'borough-of-barnet'] },
  { themes: ['Health'] },
  { themes: ['Education, culture and sport'] },
  { themes: ['Health', 'Environment'] },
  { keywords: ['waste'] },
  { formats: ['csv'] },
  { formats: ['csv', 'xlsx'] },
  { licences: ['ogl-3'] },
  { licences: ['Terms of our own', 'cc-by'] },
  { access: ['OPEN'] },
  { access: ['SHARED', 'CLOSED'] },
  { semanticTypes: ['uprn'] },
  { semanticTypes: ['postcode', 'uprn'] },
  { hasTables: true },
  { hasTables: false },
  { modifiedAfter: 20 * day },
  { modifiedAfter: 20 * day - 1 },
  { modifiedBefore: 20 * day },
  { modifiedBefore: 20 * day + 1 },
  { modifiedAfter: 10 * day, modifiedBefore: 40 * day },
  { modifiedAfter: 30 * day, modifiedBefore: 10 * day },
  { themes: ['Environment'], keywords: ['waste'], spokes: ['barnet'] },
  { themes: ['Environment'], formats: ['csv'], hasTables: true },
  { spokes: ['camden'], organisations: ['nhs'] },
  { keywords: ['streets'], access: ['OPEN'], modifiedAfter: 0 },
]

/** Each condition alone and with others; facets by hand. */
export function conditions(open: OpenSearchIndex): void {
  const index = useIndex(open, documents)

  test.each(wanted.map((one) => [JSON.stringify(one), one] as const))('%s', async (_what, one) => {
    const matching = documents.filter((each) => holds(each, one))
    expect(await found(index(), { conditions: one })).toEqual(matching.map(({ id }) => id).toSorted())
    const page = await ask(index(), { conditions: one, text: 'recycling', first: 1 })
    expect(page.totalCount).toBe(matching.filter(({ title }) => title.startsWith('Recycling')).length)
  })

  test('facets are counted over all that was found, whatever the page', async () => {
    const first = await ask(index(), { text: 'recycling', facets: [...searchFacets], first: 1 })
    expect(first.facets.map(({ facet }) => facet)).toEqual([...searchFacets])
    const counts = (page: typeof first) => Object.fromEntries(searchFacets.map((facet) => [facet, countsOf(page, facet)]))
    const expected = {
      SPOKE: { camden: 2, barnet: 1 },
      ORGANISATION: { 'borough-of-camden': 2, 'borough-of-barnet': 1 },
      THEME: { Environment: 3, Health: 1 },
      KEYWORD: { waste: 2, streets: 2 },
      FORMAT: { csv: 2, geojson: 1, xlsx: 1 },
      LICENCE: { 'ogl-3': 2, 'Terms of our own': 1 },
      ACCESS: { OPEN: 2, SHARED: 1 },
      SEMANTIC_TYPE: { uprn: 2, postcode: 1 },
    }
    expect(counts(first)).toEqual(expected)
    const pages = [
      await ask(index(), { text: 'recycling', facets: [...searchFacets], first: 1, after: first.hits[0]!.cursor }),
      await ask(index(), { text: 'recycling', facets: [...searchFacets], first: 0 }),
      await ask(index(), { text: 'recycling', facets: [...searchFacets], first: 100, sort: 'TITLE_ASC' }),
    ]
    for (const page of pages) expect([counts(page), page.totalCount]).toEqual([expected, 3])
  })

  test('facets come as asked for, most first, and follow the conditions', async () => {
    const { facets } = await ask(index(), { facets: ['THEME', 'SPOKE'], conditions: { themes: ['Environment'] } })
    expect(facets.map(({ facet }) => facet)).toEqual(['THEME', 'SPOKE'])
    expect(facets[0]!.values).toEqual([
      { value: 'Environment', count: 3 },
      { value: 'Health', count: 1 },
    ])
    expect(facets[1]!.values).toEqual([
      { value: 'camden', count: 2 },
      { value: 'barnet', count: 1 },
    ])
    expect((await ask(index(), { text: 'xylophone', facets: ['THEME'] })).facets).toEqual([{ facet: 'THEME', values: [] }])
  })

  test('at most a hundred values of a facet, those with most', async () => {
    const many = Array.from({ length: 60 }, (_, number) =>
      document(`lambeth/many-${number}`, { title: 'Manifold', keywords: [`x${number}`, `y${number}`, `z${number % 30}`] }),
    )
    await index().write(many, [])
    const { facets } = await ask(index(), { text: 'manifold', facets: ['KEYWORD'] })
    expect(facets[0]!.values).toHaveLength(facetValuesMax)
    expect(Object.fromEntries(facets[0]!.values.slice(0, 30).map(({ value, count }) => [value, count]))).toEqual(
      Object.fromEntries(Array.from({ length: 30 }, (_, number) => [`z${number}`, 2])),
    )
    expect(facets[0]!.values.slice(30).every(({ count }) => count === 1)).toBe(true)
    await index().write(
      [],
      many.map(({ id }) => id),
    )
  })
}
