import { expect, test } from 'vitest'
import { everybody, type SearchConditions, searchFacets, searchSorts } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, countsOf, document, found, idsOf, useIndex } from './asking.js'

/** What may stand in a document, too. */
const storable = [
  "'; drop table datasets; --",
  '" OR audiences EXISTS OR theme = "',
  "') OR 1=1 --",
  'back\\slash',
  'ends in \\',
  '\\',
  '\\u{41}',
  '\\" both \\\\" ',
  "it's 'single'",
  'tab\tand\nline',
  '%',
  '_',
  '$1',
  '${jndi}',
  '?',
  ':*',
  'a & b | !c <-> (d)',
  'AND',
  'NOT',
  'NULL',
  '[x, y]',
  '_geoRadius(1, 2, 3)',
  '{"$ne": null}',
  '😀',
  '<b>',
  'x'.repeat(400),
].map((text) => text.trim())
const texts = [
  ...storable,
  '-heron',
  'NOT heron',
  '"',
  '"""',
  '"\\"',
  'title:heron',
  'heron AND',
  'heron:*',
  'heron\u0000',
  '\ud800',
  'heron '.repeat(5000),
  'h'.repeat(100_000),
  '" "'.repeat(1000),
]
const listed = [
  'spokes',
  'organisations',
  'themes',
  'keywords',
  'formats',
  'licences',
  'access',
  'semanticTypes',
] as const satisfies readonly (keyof SearchConditions)[]

const documents = [
  document('camden/seen', { title: 'Heron' }),
  document('camden/hidden', { title: 'Heron', keywords: ['secret'], audiences: ['nhs'] }),
  ...storable.map((text, number) =>
    document(`barnet/odd-${number}`, {
      title: text,
      description: text,
      themes: [text],
      keywords: [text.toLowerCase()],
      columns: [text],
      licence: text,
      modified: number,
    }),
  ),
]

/** Nothing that somebody writes is anything but text. */
export function injection(open: OpenSearchIndex): void {
  const index = useIndex(open, documents)

  test.each(texts.map((text) => [JSON.stringify(text.slice(0, 40)), text] as const))('text: %s', async (_what, text) => {
    for (const sort of searchSorts) {
      const page = await ask(index(), { text, sort, facets: [...searchFacets] })
      expect(idsOf(page)).not.toContain('camden/hidden')
      expect(countsOf(page, 'KEYWORD')).not.toHaveProperty('secret')
      for (const hit of page.hits.slice(0, 5)) await hit.highlights()
    }
  })

  test.each(texts.map((text) => [JSON.stringify(text.slice(0, 40)), text] as const))('conditions and viewers: %s', async (_what, text) => {
    for (const name of listed) {
      // Keywords are in lower case: whether another case finds them is left open.
      const value = name === 'keywords' ? text.toLowerCase() : text
      const ids = await found(index(), { conditions: { [name]: [value] } })
      expect(ids).toEqual(
        documents
          .filter(
            (one) =>
              one.audiences.includes(everybody) &&
              { themes: one.themes.includes(text), keywords: one.keywords.includes(value), licences: one.licence === text }[name as string],
          )
          .map(({ id }) => id),
      )
    }
    expect(await found(index(), { audiences: [text] })).toEqual([])
    expect(await found(index(), { spokes: [text] })).toEqual([])
    expect(await found(index(), { except: [text] })).toHaveLength(documents.length - 1)
  })

  test('facet values come back as they were written', async () => {
    expect(Object.keys(countsOf(await ask(index(), { facets: ['THEME'] }), 'THEME')).toSorted()).toEqual([...storable].toSorted())
  })
}
