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

  describe.each(searchSorts)('%s', (sort) => {
    test.each([1, 4, 7])('%i at a time, from the end back: everything once, in the same order', async (last) => {
      for (const text of ['', 'garden']) {
        const onwards = idsOf(await ask(index(), { text, sort }))
        const ids: string[] = []
        for (let before: string | undefined; ;) {
          const page = await ask(index(), { text, sort, last, facets: ['KEYWORD'], ...(before === undefined ? {} : { before }) })
          expect(page.hasNextPage).toBe(ids.length > 0)
          expect([page.totalCount, page.facets]).toEqual([17, [{ facet: 'KEYWORD', values: [{ value: 'even', count: 9 }] }]])
          ids.unshift(...idsOf(page))
          expect(page.hasPreviousPage).toBe(ids.length < 17)
          if (!page.hasPreviousPage) break
          before = page.hits[0]!.cursor
        }
        expect(ids).toEqual(onwards)
      }
    })

    test('forth and back again, and between two cursors', async () => {
      const one = { text: 'garden', sort, first: 4 }
      const page1 = await ask(index(), one)
      const page2 = await ask(index(), { ...one, after: page1.hits[3]!.cursor })
      const page3 = await ask(index(), { ...one, after: page2.hits[3]!.cursor })
      const back = await ask(index(), { ...one, last: 4, before: page3.hits[0]!.cursor })
      expect([idsOf(back), back.hasPreviousPage, back.hasNextPage]).toEqual([idsOf(page2), true, true])
      const again = await ask(index(), { ...one, after: back.hits[3]!.cursor })
      expect(idsOf(again)).toEqual(idsOf(page3))
      const between = { after: page1.hits[1]!.cursor, before: page3.hits[1]!.cursor }
      const all = [...idsOf(page1), ...idsOf(page2), ...idsOf(page3)]
      expect(idsOf(await ask(index(), { ...one, ...between }))).toEqual(all.slice(2, 6))
      expect(idsOf(await ask(index(), { ...one, ...between, last: 3 }))).toEqual(all.slice(6, 9))
      const none = await ask(index(), { ...one, last: 4, before: page1.hits[0]!.cursor })
      expect([none.hits, none.hasPreviousPage, none.hasNextPage, none.totalCount]).toEqual([[], false, true, 17])
      expect((await ask(index(), { ...one, last: 0 })).hits).toEqual([])
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
      for (const side of ['after', 'before'])
        await expect(ask(index(), { [side]: after, sort })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', inputPath: [side] })
  })

  test('facets and the size of the page may change within a walk', async () => {
    const { hits } = await ask(index(), { text: 'garden', first: 3 })
    const next = await ask(index(), { text: 'garden', first: 9, facets: ['SPOKE'], after: hits[2]!.cursor })
    expect(next.hits).toHaveLength(9)
    expect(new Set([...hits, ...next.hits].map(({ id }) => id)).size).toBe(12)
  })
}
