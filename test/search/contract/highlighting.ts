import { expect, test } from 'vitest'
import type { Highlight, SearchIndex } from '../../../src/search/port.js'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, document, useIndex } from './asking.js'

const long = `${'Lorem ipsum dolor sit amet consectetur. '.repeat(40)}The tulips stand here. ${'Sed do eiusmod tempor incididunt. '.repeat(40)}`
const documents = [
  document('camden/everywhere', {
    title: 'Peonies by ward',
    keywords: ['flowers', 'peonies'],
    description: 'Where peonies grow.',
    columns: ['peonies', 'ward', 'peonies_planted'],
  }),
  document('camden/title', { title: 'Dahlias', description: 'None.' }),
  document('camden/script', {
    title: '<script>alert("roses")</script> & \'roses\'',
    description: '<em>roses</em> &amp; <img src=x onerror=roses>',
  }),
  document('camden/marks', { title: 'Trick \uE000irises\uE001 \uE001\uE000 <em>irises', keywords: ['</em>irises<em>'] }),
  document('camden/long', { title: 'Beds', description: long }),
  document('camden/keywords', { title: 'Borders', keywords: ['first lilies', 'second', 'third'], columns: ['one', 'lilies', 'three'] }),
]

/** A highlight's text, taken apart; fails where it holds anything but text and pairs of em. */
export function takeApart(text: string): { plain: string; matched: string[] } {
  const unescape = (escaped: string) =>
    escaped.replaceAll(
      /&(lt|gt|quot|#39|#x27|amp);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", amp: '&' })[name]!,
    )
  const parts = text.split(/(<em>[^<>]*<\/em>)/)
  for (const part of parts) expect(part.replaceAll(/^<em>|<\/em>$/g, '')).not.toMatch(/[<>"']|&(?!(?:lt|gt|quot|#39|#x27|amp);)/)
  const inner = (part: string) => unescape(part.replaceAll(/^<em>|<\/em>$/g, ''))
  return { plain: parts.map(inner).join(''), matched: parts.filter((part) => part.startsWith('<em>')).map(inner) }
}

const highlightsOf = async (index: SearchIndex, text: string, id: string): Promise<readonly Highlight[]> =>
  (await ask(index, { text })).hits.find((hit) => hit.id === id)!.highlights()

/** What shows why something was found. */
export function highlighting(open: OpenSearchIndex): void {
  const index = useIndex(open, documents)

  test('in the order title, keywords, description, columns; of columns those with a match', async () => {
    const highlights = await highlightsOf(index(), 'peonies', 'camden/everywhere')
    expect(highlights.map(({ field }) => field)).toEqual(['title', 'keywords', 'description', 'columns'])
    for (const { text } of highlights) for (const matched of takeApart(text).matched) expect(matched.toLowerCase()).toContain('peonies')
    expect(highlights[0]!.text).toBe('<em>Peonies</em> by ward')
    expect(takeApart(highlights[2]!.text).plain).toContain('Where peonies grow')
    expect(takeApart(highlights[3]!.text).plain).toBe('peonies, peonies_planted')
  })

  test('no field without a match', async () => {
    expect(await highlightsOf(index(), 'dahlias', 'camden/title')).toEqual([{ field: 'title', text: '<em>Dahlias</em>' }])
    const fields = (await highlightsOf(index(), 'lilies', 'camden/keywords')).map(({ field }) => field)
    expect(fields).toEqual(['keywords', 'columns'])
    expect(await highlightsOf(index(), '', 'camden/title')).toEqual([])
  })

  test('everything but em is escaped', async () => {
    const [title, description] = await highlightsOf(index(), 'roses', 'camden/script')
    expect(title).toMatchObject({ field: 'title' })
    expect(takeApart(title!.text)).toEqual({ plain: '<script>alert("roses")</script> & \'roses\'', matched: ['roses', 'roses'] })
    expect(title!.text).toContain('&lt;script&gt;')
    expect(takeApart(description!.text)).toEqual({ plain: '<em>roses</em> &amp; <img src=x onerror=roses>', matched: ['roses', 'roses'] })
  })

  test('what a document writes itself marks nothing', async () => {
    for (const { text } of await highlightsOf(index(), 'irises', 'camden/marks')) {
      const { matched } = takeApart(text)
      expect(matched.length).toBeGreaterThan(0)
      expect(new Set(matched)).toEqual(new Set(['irises']))
    }
  })

  test('of a long description the part around the match', async () => {
    const [description] = await highlightsOf(index(), 'tulips', 'camden/long')
    const { plain, matched } = takeApart(description!.text)
    expect(matched).toEqual(['tulips'])
    expect(plain).toContain('tulips stand here')
    expect(plain.split(/\s+/).length).toBeLessThan(60)
  })

  test('the whole word where its beginning or something like it was typed', async () => {
    expect((await highlightsOf(index(), 'dahl', 'camden/title'))[0]!.text).toBe('<em>Dahlias</em>')
    expect((await highlightsOf(index(), 'dahlis', 'camden/title'))[0]!.text).toBe('<em>Dahlias</em>')
  })
}
