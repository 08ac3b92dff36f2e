import { expect, test } from 'vitest'
import type { SearchSort } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, document, idsOf, useIndex } from './asking.js'

const day = 86_400_000

/** The better a document's place, the staler it is: freshness alone would turn the order about. */
const documents = [
  document('camden/d-title', { title: 'Allotments', modified: 1 * day }),
  document('camden/c-keyword', { title: 'Growing', keywords: ['allotments'], modified: 2 * day }),
  document('camden/b-description', { title: 'Plots', description: 'Allotments to let.', modified: 3 * day }),
  document('camden/a-column', { title: 'Ground', columns: ['allotments'], modified: 4 * day }),
  document('barnet/z-fresh', { title: 'Noise complaints', modified: 9 * day }),
  document('barnet/b-stale', { title: 'Noise complaints', modified: 7 * day }),
  document('barnet/a-stale', { title: 'Noise complaints', modified: 7 * day }),
  document('barnet/b-ageless', { title: 'Noise complaints', modified: null }),
  document('barnet/a-ageless', { title: 'Noise complaints', modified: null }),
  document('lambeth/exact', { title: 'Markets', modified: 1 * day }),
  document('lambeth/typo', { title: 'Markers', modified: 5 * day }),
  document('lambeth/accent', { title: 'Éclairs', modified: 6 * day }),
  document('lambeth/lower', { title: 'eclair recipes', modified: 6 * day }),
]
const noise = ['barnet/z-fresh', 'barnet/a-stale', 'barnet/b-stale', 'barnet/a-ageless', 'barnet/b-ageless']
const byAge = documents
  .toSorted((one, other) => (other.modified ?? -1) - (one.modified ?? -1) || (one.id < other.id ? -1 : 1))
  .map(({ id }) => id)
const byTitle = [
  'camden/d-title',
  'lambeth/lower',
  'lambeth/accent',
  'camden/a-column',
  'camden/c-keyword',
  'lambeth/typo',
  'lambeth/exact',
  'barnet/a-ageless',
  'barnet/a-stale',
  'barnet/b-ageless',
  'barnet/b-stale',
  'barnet/z-fresh',
  'camden/b-description',
]

/** Best first, and the three sorts. */
export function ranking(open: OpenSearchIndex): void {
  const index = useIndex(open, documents)
  const ordered = async (text: string, sort: SearchSort) => idsOf(await ask(index(), { text, sort }))

  test('title before keywords before description before columns', async () => {
    expect(await ordered('allotments', 'RELEVANCE')).toEqual([
      'camden/d-title',
      'camden/c-keyword',
      'camden/b-description',
      'camden/a-column',
    ])
  })

  test('fresh before stale, what has no date last, then by id', async () => {
    expect(await ordered('noise', 'RELEVANCE')).toEqual(noise)
    expect(await ordered('noise complaints', 'RELEVANCE')).toEqual(noise)
  })

  test('the word as typed before one like it', async () => expect((await ordered('markets', 'RELEVANCE'))[0]).toBe('lambeth/exact'))

  test('fresh first where there is nothing to look for', async () => expect(await ordered('', 'RELEVANCE')).toEqual(byAge))

  test('by age', async () => {
    expect(await ordered('', 'MODIFIED_DESC')).toEqual(byAge)
    expect(await ordered('allotments', 'MODIFIED_DESC')).toEqual([
      'camden/a-column',
      'camden/b-description',
      'camden/c-keyword',
      'camden/d-title',
    ])
  })

  test('by title, whatever its case and accents', async () => {
    expect(await ordered('', 'TITLE_ASC')).toEqual(byTitle)
    expect(await ordered('noise', 'TITLE_ASC')).toEqual(byTitle.filter((id) => id.startsWith('barnet/')))
  })

  test('a score where the order is by relevance, never rising', async () => {
    const { hits } = await ask(index(), { text: 'allotments' })
    const scores = hits.map(({ score }) => score!)
    expect(scores.every((score) => Number.isFinite(score) && score > 0)).toBe(true)
    expect(scores).toEqual(scores.toSorted((one, other) => other - one))
    for (const given of [{ text: '' }, { text: 'noise', sort: 'TITLE_ASC' }, { text: 'noise', sort: 'MODIFIED_DESC' }] as const) {
      expect(new Set((await ask(index(), given)).hits.map(({ score }) => score))).toEqual(new Set([null]))
    }
  })
}
