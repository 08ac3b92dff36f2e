import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Access } from '../../../src/connector/catalogue.js'
import { everybody, type SearchDocument, searchFacets, searchSorts } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, countsOf, document, found, idsOf, replaceAll, spokes, useIndex, walk } from './asking.js'
import { takeApart } from './highlighting.js'
import { long, runsOf } from '../../support/long.js'

/** Far from each other, so that none is found for another. */
const words = ['badgers', 'quarries', 'fountains', 'viaducts'] as const
const organisations = ['borough-of-camden', 'borough-of-barnet', 'nhs'] as const
const audiences = fc.oneof(fc.constant([everybody]), fc.subarray([...organisations], { minLength: 1 }))

const described = fc.record({
  spoke: fc.constantFrom(...spokes),
  name: fc.constantFrom(...'abcdefgh'),
  title: fc.constantFrom(...words),
  keyword: fc.constantFrom(...words),
  theme: fc.constantFrom('Health', 'Environment'),
  format: fc.constantFrom('csv', 'json'),
  access: fc.constantFrom<Access>('OPEN', 'SHARED', 'CLOSED'),
  modified: fc.option(fc.integer({ min: 0, max: 5 })),
  audiences,
})
const catalogues = fc.uniqueArray(described, { minLength: 4, maxLength: 16, selector: ({ spoke, name }) => `${spoke}/${name}` })
const questions = fc.array(
  fc.record({
    text: fc.constantFrom('', ...words),
    organisation: fc.constantFrom(undefined, ...organisations, 'elsewhere', 'BOROUGH-OF-CAMDEN', '*" OR id EXISTS'),
    configured: fc.subarray(spokes),
    except: fc.array(fc.tuple(fc.constantFrom(...spokes), fc.constantFrom(...'abcdefgh')), { maxLength: 4 }),
    first: fc.integer({ min: 1, max: 5 }),
    sort: fc.constantFrom(...searchSorts),
  }),
  { minLength: 2, maxLength: 5 },
)

const counts = (values: readonly (string | null)[]) => {
  const counted: Record<string, number> = {}
  for (const value of values) if (value !== null) counted[value] = (counted[value] ?? 0) + 1
  return counted
}

/** Ids, totals, facets and highlights against a reference in memory. */
export function visibility(open: OpenSearchIndex): void {
  const index = useIndex(open)

  test('any viewer over any documents', { tags: [long] }, () =>
    fc.assert(
      fc.asyncProperty(catalogues, questions, async (catalogue, asked) => {
        const documents: SearchDocument[] = catalogue.map(({ spoke, name, title, keyword, theme, format, ...rest }) =>
          document(`${spoke}/${name}`, {
            ...rest,
            title,
            keywords: [keyword],
            themes: [theme],
            formats: [format],
            description: `Of ${title} in ${spoke}.`,
          }),
        )
        await replaceAll(index(), documents)
        for (const { text, organisation, configured, except, first, sort } of asked) {
          const viewer = organisation === undefined ? [everybody] : [everybody, organisation]
          const hidden = except.map(([spoke, name]) => `${spoke}/${name}`)
          const expected = documents.filter(
            (one) =>
              one.audiences.some((audience) => viewer.includes(audience)) &&
              configured.includes(one.spoke) &&
              !hidden.includes(one.id) &&
              (text === '' || one.title === text || one.keywords.includes(text)),
          )
          const request = { text, sort, first, facets: [...searchFacets], audiences: viewer, spokes: configured, except: hidden }
          const pages = await walk(index(), request)
          expect(pages.flatMap(idsOf).toSorted()).toEqual(expected.map(({ id }) => id).toSorted())
          for (const page of pages) {
            expect(page.totalCount).toBe(expected.length)
            expect(countsOf(page, 'SPOKE')).toEqual(counts(expected.map(({ spoke }) => spoke)))
            expect(countsOf(page, 'ORGANISATION')).toEqual(counts(expected.map(({ organisation: id }) => id)))
            expect(countsOf(page, 'THEME')).toEqual(counts(expected.flatMap(({ themes }) => themes)))
            expect(countsOf(page, 'KEYWORD')).toEqual(counts(expected.flatMap(({ keywords }) => keywords)))
            expect(countsOf(page, 'FORMAT')).toEqual(counts(expected.flatMap(({ formats }) => formats)))
            expect(countsOf(page, 'ACCESS')).toEqual(counts(expected.map(({ access }) => access)))
          }
          for (const hit of pages[0]!.hits) {
            const one = expected.find(({ id }) => id === hit.id)!
            const own = [one.title, one.description, ...one.keywords]
            for (const highlight of await hit.highlights()) expect(own).toContain(takeApart(highlight.text).plain)
          }
        }
      }),
      { numRuns: runsOf(25, 50) },
    ),
  )

  test('what is excepted, and what is of spokes that are not configured', async () => {
    await replaceAll(index(), [
      document('camden/one', { title: 'Heron' }),
      document('camden/two', { title: 'Heron' }),
      document('barnet/one', { title: 'Heron' }),
    ])
    const page = await ask(index(), {
      text: 'heron',
      except: ['camden/two', 'nowhere/at-all'],
      spokes: ['camden', 'never'],
      facets: ['SPOKE'],
    })
    expect([idsOf(page), page.totalCount, countsOf(page, 'SPOKE')]).toEqual([['camden/one'], 1, { camden: 1 }])
    expect(await found(index(), { spokes: [] })).toEqual([])
    expect(await found(index(), { except: Array.from({ length: 2000 }, (_, number) => `camden/gone-${number}`) })).toHaveLength(3)
    expect(await found(index(), { spokes: ['camden'], conditions: { spokes: ['barnet'] } })).toEqual([])
  })

  test('a viewer of no audience', async () => expect(await found(index(), { audiences: [] })).toEqual([]))
}
