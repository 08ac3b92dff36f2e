import { readFileSync } from 'node:fs'
import { buildSchema, getNamedType, type GraphQLObjectType, isObjectType, Kind, parse, type SelectionSetNode } from 'graphql'
import { describe, expect, test } from 'vitest'
import { hitSelection } from '../../src/cli/commands/search.js'
import { stateSelection } from '../../src/cli/commands/search-index.js'
import { type Found, foundText, progressText, rebuildText, stateText } from '../../src/cli/search-text.js'

const dataset = (id: string, title: string, more: object = {}) => ({
  id,
  title,
  modified: '2026-01-09T13:55:48.000Z',
  publisher: { name: 'Borough of camden' },
  distributions: [{ format: 'CSV' }, { format: 'csv' }, { format: null }],
  ...more,
})
const found = (nodes: Found['edges'][number]['node'][], more: Partial<Found> = {}): Found => ({
  edges: nodes.map((node) => ({ node })),
  pageInfo: { hasNextPage: false, hasPreviousPage: false, endCursor: 'end' },
  totalCount: nodes.length,
  correctedText: null,
  facets: [],
  ...more,
})
const asked = { text: 'libraries', filtered: false }
const plain = { bold: false }
/** The lines of the first cell of a table's first row, without its border. */
const cellLines = (text: string) =>
  text
    .split('\n')
    .slice(3)
    .filter((line) => line.startsWith('│'))
    .map((line) => (line.split('│')[1] ?? '').trim())

describe('what was found', () => {
  test('is a table: title, id, why, publisher, formats once each, the day it was modified; then how many', () => {
    const libraries = {
      dataset: dataset('camden/libraries', 'Public libraries'),
      highlights: [
        { field: 'title', text: 'Public <em>libraries</em>' },
        { field: 'columns', text: '<em>Library</em> name' },
      ],
    }
    const bare = { dataset: dataset('camden/parks', 'Parks', { modified: null, distributions: [] }), highlights: [] }
    expect(foundText(found([libraries, bare]), asked, { bold: false, columns: 80 })).toMatchInlineSnapshot(`
      "┌────────────────────────────────┬───────────────────┬────────────┬────────────┐
      │ dataset                        │ publisher         │ formats    │ modified   │
      ├────────────────────────────────┼───────────────────┼────────────┼────────────┤
      │ Public libraries               │ Borough of camden │ csv        │ 2026-01-09 │
      │ camden/libraries               │                   │            │            │
      │ matches in its title; columns: │                   │            │            │
      │ Library name                   │                   │            │            │
      ├────────────────────────────────┼───────────────────┼────────────┼────────────┤
      │ Parks                          │ Borough of camden │            │            │
      │ camden/parks                   │                   │            │            │
      └────────────────────────────────┴───────────────────┴────────────┴────────────┘
      2 datasets"
    `)
  })

  test('of many hits states their number and how to get the next page', () => {
    const page = found([{ dataset: dataset('camden/libraries', 'Libraries'), highlights: [] }], {
      totalCount: 1200,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: 'WyJ' },
    })
    expect(foundText(page, asked, plain).split('\n').slice(-2)).toEqual([
      '1 of 1,200 datasets',
      'The next page: the same command with --after WyJ',
    ])
    const last = { ...page, totalCount: 1, pageInfo: { hasNextPage: false, hasPreviousPage: true, endCursor: 'x' } }
    expect(foundText(last, asked, plain).split('\n').at(-1)).toBe('1 of 1 dataset')
    expect(foundText(found([], { totalCount: 3 }), asked, plain), 'no hit was asked for').toBe('0 of 3 datasets')
  })

  test.each([
    ['libraries', false, 'Nothing for ‘libraries’ was found.'],
    ['\u202elibraries\u001b[31m', true, 'Nothing for ‘ libraries [31m’ was found under these conditions.'],
    ['', true, 'No dataset was found under these conditions.'],
  ])('without hits for %j says so', (text, filtered, told) => expect(foundText(found([]), { text, filtered }, plain)).toBe(told))

  test('shows matches in bold only on a terminal, and text without HTML escapes', () => {
    const hit = {
      dataset: dataset('camden/a', 'Arts & <em>crafts</em>'),
      highlights: [
        { field: 'title', text: '<em>Arts</em> &amp; &lt;em&gt;crafts&lt;/em&gt;' },
        { field: 'description', text: 'of &quot;<em>art</em>&quot; &amp;lt; the artist&#39;s' },
      ],
    }
    expect(cellLines(foundText(found([hit]), asked, plain))).toEqual([
      'Arts & <em>crafts</em>',
      'camden/a',
      'matches in its title; description: of "art" &lt; the artist\'s',
    ])
    expect(cellLines(foundText(found([hit]), asked, { bold: true }))).toEqual([
      '\u001b[1mArts\u001b[22m & <em>crafts</em>',
      'camden/a',
      'matches in its title; description: of "\u001b[1mart\u001b[22m" &lt; the artist\'s',
    ])
  })

  test('removes control characters of foreign text', () => {
    const evil = '\u001b]0;x\u0007\u009b31m\u202e\n'
    const hit = {
      dataset: dataset(`camden/${evil}a`, `T${evil}`, {
        publisher: { name: `P${evil}` },
        distributions: [{ format: `f${evil}` }],
        modified: `${evil}26`,
      }),
      highlights: [{ field: `d${evil}`, text: `${evil}<em>${evil}x</em>${evil}` }],
    }
    const page = found([hit], {
      totalCount: 5,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, endCursor: `c${evil}` },
      facets: [{ facet: `F${evil}`, values: [{ value: `v${evil}`, count: 1 }] }],
    })
    expect(foundText(page, asked, plain)).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
    expect(
      stateText({ index: evil, pending: 0, rebuild: { startedAt: evil, endedAt: evil, written: 0, total: 0, error: evil } }),
    ).not.toMatch(/[^\P{Cc}\n]|\u202e/u)
  })

  test('cuts a long reason around its first match, never an id', () => {
    const id = `camden/${'long-'.repeat(30)}name`
    const hit = {
      dataset: dataset(id, 'T'),
      highlights: [{ field: 'description', text: `${'before '.repeat(40)}<em>match</em>${' after'.repeat(40)}` }],
    }
    const text = foundText(found([hit]), asked, { bold: false, columns: 80 })
    expect(cellLines(text)[1]).toBe(id)
    const why = cellLines(text).slice(2).join(' ')
    expect(why).toMatch(/^description: …[a-z ]{20}match( after)+ ?[a-z]*…$/)
    expect([...why.replace('description: ', '')].length).toBe(100)
    const near = { ...hit, highlights: [{ field: 'description', text: `before <em>match</em>${' after'.repeat(40)}` }] }
    expect(
      cellLines(foundText(found([near]), asked, plain))
        .slice(2)
        .join(' '),
    ).toMatch(/^description: before match after .*…$/)
  })

  test('wraps a long title at its words', () => {
    const title = 'Indices of deprivation of every small area of the borough since it began, with ranks and deciles'
    const lines = cellLines(foundText(found([{ dataset: dataset('camden/a', title), highlights: [] }]), asked, plain))
    expect(lines.length).toBe(3)
    expect(lines.slice(0, 2).join(' ')).toBe(title)
  })

  test('has small tables of facets below; of many values the first twenty; none of no value', () => {
    const facets = [
      {
        facet: 'SEMANTIC_TYPE',
        values: [
          { value: 'UPRN', count: 1200 },
          { value: 'LSOA', count: 7 },
        ],
      },
      { facet: 'THEME', values: [] },
      { facet: 'KEYWORD', values: Array.from({ length: 22 }, (_, index) => ({ value: `word ${index}`, count: 1 })) },
    ]
    const text = foundText(found([], { totalCount: 3, facets }), asked, plain)
    expect(text.split('\n').slice(0, 7).join('\n')).toMatchInlineSnapshot(`
      "0 of 3 datasets

      ┌───────────────┬──────────┐
      │ semantic type │ datasets │
      ├───────────────┼──────────┤
      │ UPRN          │    1,200 │
      │ LSOA          │        7 │"
    `)
    expect(text).not.toContain('theme')
    expect(text).toContain('word 19')
    expect(text).not.toContain('word 20')
    expect(text.split('\n').at(-1)).toBe('and 2 more values: --json has up to a hundred')
  })
})

describe('an index', () => {
  const rebuild = { startedAt: '2026-01-09T13:55:48.000Z', endedAt: '2026-01-09T13:55:51.250Z', written: 1200, total: 1100, error: null }

  test('is its name, its pending changes, and its latest rebuild', () => {
    expect(stateText({ index: 'postgres', pending: 1200, rebuild })).toBe(
      'index            postgres\nchanges pending  1,200\nlatest rebuild   ended at 2026-01-09T13:55:51Z: 1,200 datasets in 3.3 s',
    )
    expect(stateText({ index: 'postgres', pending: 0, rebuild: null })).toMatch(/^latest rebuild {3}none yet$/m)
  })

  test.each([
    ['under way', { endedAt: null, written: 400 }, 'under way since 2026-01-09T13:55:48Z: 400 of 1,100 datasets'],
    ['failed', { written: 400, error: 'It\ncould not.' }, 'failed at 2026-01-09T13:55:51Z, after 400 of 1,100 datasets: It could not.'],
    ['of one', { written: 1 }, 'ended at 2026-01-09T13:55:51Z: 1 dataset in 3.3 s'],
  ])('whose rebuild is %s', (_what, more, text) => expect(rebuildText({ ...rebuild, ...more })).toBe(text))

  test.each([
    [0, 1200, 'rebuilding: 0 of 1,200 datasets (0%)'],
    [1199, 1200, 'rebuilding: 1,199 of 1,200 datasets (99%)'],
    [1300, 1200, 'rebuilding: 1,300 of 1,300 datasets (100%)'],
    [0, 0, 'rebuilding: 0 of 0 datasets (100%)'],
  ])('that has %d of %d', (written, total, text) => expect(progressText({ ...rebuild, written, total })).toBe(text))
})

test('--json has the whole answer: it requests every field of a hit and of a rebuild, except those of other datasets', () => {
  const schema = buildSchema(readFileSync('graphql/schema.graphql', 'utf8'))
  const fieldsOf = (type: string) => Object.values((schema.getType(type) as GraphQLObjectType).getFields())
  const plainFields = (type: string) =>
    fieldsOf(type)
      .filter(({ type: own, args }) => !isObjectType(getNamedType(own)) && args.length === 0)
      .map(({ name }) => name)
  const allFields = (type: string) => fieldsOf(type).map(({ name }) => name)
  const asked = ({ selections }: SelectionSetNode, place = ''): [string, string[]][] => {
    const nodes = selections.flatMap((node) => (node.kind === Kind.FIELD ? [node] : []))
    return [
      [place, nodes.map(({ name }) => name.value)],
      ...nodes.flatMap(({ name, selectionSet }) => (selectionSet === undefined ? [] : asked(selectionSet, `${place}/${name.value}`))),
    ]
  }
  const selected = (text: string) =>
    Object.fromEntries(
      asked((parse(text).definitions[0] as { selectionSet: SelectionSetNode }).selectionSet).map(([place, names]) => [place, names.sort()]),
    )
  const hit = selected(`{ ${hitSelection} }`)
  expect(hit['']).toEqual(allFields('SearchHit').sort())
  expect(hit['/highlights']).toEqual(allFields('Highlight').sort())
  expect(hit['/dataset']).toEqual(allFields('Dataset').sort())
  expect(hit['/dataset/licence']).toEqual(allFields('Licence').sort())
  for (const [place, type] of [
    ['publisher', 'Organisation'],
    ['distributions', 'Distribution'],
    ['tables', 'Table'],
    ['spoke', 'Spoke'],
  ] as const) {
    expect([place, hit[`/dataset/${place}`]]).toEqual([
      place,
      expect.arrayContaining(plainFields(type).filter((name) => !['conformsTo', 'lastHarvest'].includes(name))),
    ])
  }
  const state = selected(stateSelection)
  expect(state['']).toEqual(allFields('SearchIndexState').sort())
  expect(state['/rebuild']).toEqual(allFields('SearchRebuild').sort())
})
