import { describe, expect, test } from 'vitest'
import type { SearchRequest } from '../../../src/search/port.js'
import { searchSorts } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, document, idsOf, useIndex, walk } from './asking.js'

const day = 86_400_000

/** Many ties: of title, of age, and of no age. */
const documents = Array.from({ length: 17 }, (_, number) =>
  document(`${['camden', 'barnet', 'lambeth'][number % 3]}/garden-${number}`, {
    title: number % 4 === 0 ? 'Garden' : `Garden ${'abcde'[number % 5]}`,
    modified: number % 5 === 0 ? null : (number % 4) * day,
    keywords: number % 2 === 0 ? ['even'] : [],
  }),
)
const all = documents.map(({ id }) => id).toSorted()

/** Cursors. */
export function paging(open: OpenSearchIndex): void {
  const index = useIndex(open, documents)

  describe.each(searchSorts)('%s', (sort) => {
    test.each([1, 2, 3, 4, 5, 6, 7])('%i at a time: everything once', async (first) => {
      for (const text of ['', 'garden']) {
        const pages = await walk(index(), { text, sort, first, facets: ['KEYWORD'] })
        expect(pages.flatMap(idsOf).toSorted()).toEqual(all)
        expect(pages.slice(0, -1).every(({ hits }) => hits.length === first)).toBe(true)
        expect(pages.map(({ hasPreviousPage }) => hasPreviousPage)).toEqual(pages.map((_, number) => number > 0))
        for (const { totalCount, facets } of pages)
          expect([totalCount, facets]).toEqual([17, [{ facet: 'KEYWORD', values: [{ value: 'even', count: 9 }] }]])
        if (text === '') expect(pages.flatMap(idsOf)).toEqual(idsOf(await ask(index(), { text, sort })))
      }
    })
  })

  test('from any hit, not just from the last of a page', async () => {
    const { hits } = await ask(index(), { sort: 'TITLE_ASC' })
    const rest = await ask(index(), { sort: 'TITLE_ASC', after: hits[4]!.cursor })
    expect(idsOf(rest)).toEqual(hits.slice(5).map(({ id }) => id))
    expect([rest.hasNextPage, rest.hasPreviousPage]).toEqual([false, true])
  })

  test('after the last there is nothing', async () => {
    const { hits, hasNextPage } = await ask(index(), { text: 'garden' })
    expect(hasNextPage).toBe(false)
    const { hits: none, ...rest } = await ask(index(), { text: 'garden', after: hits.at(-1)!.cursor })
    expect([none, rest]).toEqual([[], { hasNextPage: false, hasPreviousPage: true, totalCount: 17, facets: [], correctedText: null }])
  })

  test('a page of none', async () => {
    const { hits, ...rest } = await ask(index(), { first: 0 })
    expect([hits, rest]).toEqual([[], { hasNextPage: true, hasPreviousPage: false, totalCount: 17, facets: [], correctedText: null }])
  })

  const others: Partial<SearchRequest>[] = [
    { text: 'even' },
    { sort: 'TITLE_ASC' },
    { conditions: {} },
    { conditions: { keywords: ['odd'] } },
    { conditions: { keywords: ['even'], hasTables: false } },
  ]
  test.each(others.map((other) => [JSON.stringify(other), other] as const))(
    'a cursor of another question is refused: %s',
    async (_what, other) => {
      const question: Partial<SearchRequest> = { text: 'garden', conditions: { keywords: ['even'] }, sort: 'RELEVANCE' }
      const { cursor } = (await ask(index(), question)).hits[0]!
      expect((await ask(index(), { ...question, after: cursor })).hits).toHaveLength(8)
      await expect(ask(index(), { ...question, ...other, after: cursor })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        inputPath: ['after'],
      })
    },
  )

  const rubbish = [
    'x',
    '🦀',
    'null',
    'AAAA',
    'e30',
    'W10',
    'bnVsbA==',
    '../../etc/passwd',
    "' OR 1=1 --",
    '%00',
    'A'.repeat(100_000),
    Buffer.from('{"after":1}').toString('base64url'),
  ]
  test.each(rubbish.map((one) => [one.slice(0, 40), one] as const))('rubbish for a cursor is refused: %s', async (_what, after) => {
    for (const sort of searchSorts)
      await expect(ask(index(), { after, sort })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['after'] })
  })

  test('facets and the size of the page may change within a walk', async () => {
    const { hits } = await ask(index(), { text: 'garden', first: 3 })
    const next = await ask(index(), { text: 'garden', first: 9, facets: ['SPOKE'], after: hits[2]!.cursor })
    expect(next.hits).toHaveLength(9)
    expect(new Set([...hits, ...next.hits].map(({ id }) => id)).size).toBe(12)
  })
}
