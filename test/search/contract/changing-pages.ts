import { expect, test } from 'vitest'
import { searchSorts } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { document, idsOf, replaceAll, useIndex, walk } from './asking.js'

const day = 86_400_000
const quiet = Array.from({ length: 12 }, (_, number) =>
  document(`camden/quiet-${number}`, {
    title: `Orchard ${'mnop'[number % 4]}`,
    modified: number % 5 === 0 ? null : (10 + (number % 6)) * day,
  }),
)
const restless = Array.from({ length: 8 }, (_, number) =>
  document(`barnet/restless-${number}`, { title: `Orchard ${'aqz'[number % 3]}`, modified: number * 3 * day }),
)

/** What stays as it is comes once in a walk, whatever happens to everything else between its pages. */
export function changingPages(open: OpenSearchIndex): void {
  const index = useIndex(open)

  test.each(searchSorts.flatMap((sort) => ['', 'orchard'].map((text) => [sort, text] as const)))('%s, text "%s"', async (sort, text) => {
    for (const first of [1, 3, 5]) {
      await replaceAll(index(), [...quiet, ...restless])
      const pages = await walk(index(), { sort, text, first }, async (page) => {
        if (page > 20) return
        const one = restless[page % restless.length]!
        const other = restless[(page + 3) % restless.length]!
        // Changed, so that it stands elsewhere; gone; and new, before and after where the walk is.
        await index().write(
          [
            document(one.id, { title: `Orchard ${'za'[page % 2]}`, modified: (page % 2) * 30 * day }),
            document(`lambeth/new-${page}`, {
              title: `Orchard ${'az'[page % 2]}`,
              modified: page % 3 === 0 ? null : (page % 2) * 40 * day,
            }),
          ],
          [other.id],
        )
      })
      const seen = pages.flatMap(idsOf)
      expect(seen.filter((id) => id.startsWith('camden/')).toSorted()).toEqual(quiet.map(({ id }) => id).toSorted())
    }
  })

  test('one that no longer fits goes, one that fits now may come, and nothing else is lost', async () => {
    await replaceAll(index(), quiet)
    const gone = quiet[11]!.id
    const pages = await walk(index(), { text: 'orchard', sort: 'TITLE_ASC', first: 4 }, async () => {
      await index().write([document(gone, { title: 'Meadow' })], [])
    })
    const seen = pages.flatMap(idsOf)
    expect(seen.filter((id) => id !== gone).toSorted()).toEqual(
      quiet
        .map(({ id }) => id)
        .filter((id) => id !== gone)
        .toSorted(),
    )
    expect(pages.at(-1)!.totalCount).toBe(11)
  })
}
