import { expect, test } from 'vitest'
import { searchFacets } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, document, found, replaceAll, storedIds, useIndex } from './asking.js'

/** Writing, removing, and telling what is there. */
export function writing(open: OpenSearchIndex): void {
  const index = useIndex(open)
  const fingerprints = async () => {
    const all = []
    for await (const some of index().fingerprints()) all.push(...some)
    return all
  }

  test('nothing to begin with', async () => {
    expect(await fingerprints()).toEqual([])
    expect(await ask(index(), { facets: ['THEME'] })).toMatchObject({
      hits: [],
      totalCount: 0,
      hasNextPage: false,
      hasPreviousPage: false,
      facets: [{ facet: 'THEME', values: [] }],
    })
    await index().write([], [])
  })

  test('a document is replaced whole', async () => {
    const id = 'camden/kiosks'
    await index().write(
      [
        document(id, {
          title: 'Kiosks',
          description: 'Old newsagents.',
          keywords: ['tobacco'],
          themes: ['Health'],
          columns: ['rent'],
          semanticTypes: ['uprn'],
          formats: ['csv'],
          licence: 'ogl-3',
          hasTables: true,
          modified: 5,
        }),
      ],
      [],
    )
    await index().write([document(id, { title: 'Pavilions' })], [])
    for (const text of ['kiosks', 'newsagents', 'tobacco', 'health', 'rent', 'uprn'])
      expect(await found(index(), { text }), text).toEqual([])
    expect(await found(index(), { text: 'pavilions' })).toEqual([id])
    for (const conditions of [{ themes: ['Health'] }, { licences: ['ogl-3'] }, { modifiedAfter: 0 }, { hasTables: true }])
      expect(await found(index(), { conditions })).toEqual([])
    const { facets } = await ask(index(), { facets: [...searchFacets] })
    expect(Object.fromEntries(facets.filter(({ values }) => values.length > 0).map(({ facet, values }) => [facet, values]))).toEqual({
      SPOKE: [{ value: 'camden', count: 1 }],
      ORGANISATION: [{ value: 'borough-of-camden', count: 1 }],
      ACCESS: [{ value: 'OPEN', count: 1 }],
    })
  })

  test('who may find it is replaced too', async () => {
    await index().write([document('camden/shut', { title: 'Turnstiles' })], [])
    expect(await found(index(), { text: 'turnstiles' })).toEqual(['camden/shut'])
    await index().write([document('camden/shut', { title: 'Turnstiles', audiences: ['nhs', 'borough-of-camden'] })], [])
    expect(await found(index(), { text: 'turnstiles' })).toEqual([])
    expect(await found(index(), { text: 'turnstiles', audiences: ['*', 'nhs'] })).toEqual(['camden/shut'])
  })

  test('what is removed is gone; removing it again, and what never was, is nothing', async () => {
    await replaceAll(index(), [document('camden/stays', { title: 'Lanterns' }), document('camden/goes', { title: 'Lanterns' })])
    for (const removed of [['camden/goes'], ['camden/goes', 'camden/never-was']]) {
      await index().write([], removed)
      expect(await found(index(), { text: 'lanterns' })).toEqual(['camden/stays'])
      expect((await ask(index())).totalCount).toBe(1)
    }
  })

  test('the same again changes nothing', async () => {
    const documents = [document('camden/b', { title: 'Bollards' }), document('camden/a', { title: 'Bollards' })]
    await replaceAll(index(), documents)
    const before = await fingerprints()
    await index().write(documents, ['camden/none'])
    expect(await fingerprints()).toEqual(before)
    expect((await ask(index())).totalCount).toBe(2)
  })

  test('some are written and others removed at once', async () => {
    await replaceAll(index(), [document('camden/old', { title: 'Turnips' })])
    await index().write([document('camden/new', { title: 'Turnips' })], ['camden/old'])
    expect(await found(index(), { text: 'turnips' })).toEqual(['camden/new'])
  })

  test('fingerprints are those that were written, once each, in order', async () => {
    const documents = Array.from({ length: 2500 }, (_, number) =>
      document(`${['lambeth', 'camden', 'barnet'][number % 3]}/piece-${(number * 7919) % 2500}`, {
        title: `Piece ${number}`,
        description: 'd'.repeat(number % 50),
      }),
    )
    await replaceAll(index(), documents)
    const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)
    expect(await fingerprints()).toEqual(documents.map(({ id, digest }) => ({ id, digest })).toSorted(byId))
    expect((await ask(index(), { first: 1 })).totalCount).toBe(2500)
    await replaceAll(index(), [])
    expect(await storedIds(index())).toEqual([])
  })

  test('one that has more words than an index holds is found by its first ones, and keeps no other from being written', async () => {
    const words = (of: string) => Array.from({ length: 20_000 }, (_, number) => `${of}${number}`)
    const endless = document('camden/endless', {
      title: `Obelisks ${words('t').join(' ')}`,
      description: words('d').join(' '),
      keywords: words('k').map((word) => `${word} ${word}b`),
      columns: words('c').map((word) => `${word}_${word}e_${word}f_${word}g`),
    })
    await replaceAll(index(), [endless, document('camden/other', { title: 'Obelisks' })])
    for (const text of ['obelisks', 'obelisks d5', 'obelisks k5', 'obelisks c5f'])
      expect(await found(index(), { text }), text).toContain('camden/endless')
    expect(await found(index(), { text: 'obelisks' })).toContain('camden/other')
  })

  test('preparing again leaves it as it is', async () => {
    await replaceAll(index(), [document('camden/kept', { title: 'Weathervanes' })])
    await Promise.all([index().prepare(), index().prepare()])
    expect(await found(index(), { text: 'weathervanes' })).toEqual(['camden/kept'])
  })
}
