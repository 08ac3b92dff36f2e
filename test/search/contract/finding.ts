import { describe, expect, test } from 'vitest'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, document, found, idsOf, useIndex } from './asking.js'

const documents = [
  document('camden/libraries', {
    title: 'Libraries',
    description: 'Where people borrow novels and newspapers.',
    keywords: ['reading', 'books'],
    themes: ['Education, culture and sport'],
    columns: ['LibraryName', 'opening_hours'],
    semanticTypes: ['postcode'],
    organisationName: 'London Borough of Camden',
  }),
  document('barnet/polling-stations', {
    title: 'Polling stations',
    description: 'Where electors vote.',
    keywords: ['elections'],
    themes: ['Government and public sector'],
    columns: ['PollingPlaceAddress1', 'ward_code'],
    semanticTypes: ['uprn'],
  }),
  document('lambeth/hmo-register', { title: 'Register of houses in multiple occupation', description: 'Licensed under the Housing Act.' }),
  document('camden/hmo-licences', { title: 'HMO licences' }),
  document('barnet/council-tax', { title: 'Council tax bands' }),
  document('lambeth/ctax', { title: 'CTAX arrears' }),
  document('camden/cafes', { title: 'Cafés with outdoor seating' }),
  document('barnet/cafe-permits', { title: 'Cafe permits' }),
  document('lambeth/strasse', { title: 'Twin towns: Königstraße' }),
  document('lambeth/childrens-centres', { title: 'Children’s centres' }),
  document('camden/street-trees', { title: 'Street trees', description: 'Species and girth of every tree that the council waters.' }),
  document('barnet/trees-street', { title: 'Trees by the name of their street' }),
  document('barnet/deprivation', { title: 'Index of multiple deprivation' }),
  document('camden/imd', { title: 'IMD ranks' }),
  document('camden/parish-state', { title: 'State of the parish' }),
  document('barnet/parish-state', { title: 'State in the parish' }),
  document('lambeth/spend', {
    title: 'Invoices over £500',
    description: '<p>Remittances<br>to <a href=vendors>contractors</a></p> vat=reclaimed|zero ~estimate 20€ 7°',
  }),
]

const single: readonly (readonly [what: string, text: string, ids: readonly string[]])[] = [
  ['a word of the title', 'libraries', ['camden/libraries']],
  ['a word of the description', 'newspapers', ['camden/libraries']],
  ['a keyword', 'reading', ['camden/libraries']],
  ['a theme', 'culture', ['camden/libraries']],
  ['a column as it is written', 'opening_hours', ['camden/libraries']],
  ['a word within a column', 'address', ['barnet/polling-stations']],
  ['a column written together', 'PollingPlaceAddress1', ['barnet/polling-stations']],
  ['a semantic type', 'uprn', ['barnet/polling-stations']],
  ['whatever the case', 'LiBrArIeS', ['camden/libraries']],
  ['one typo: a letter missing', 'polling sttions', ['barnet/polling-stations']],
  ['one typo: a letter too many', 'libbraries', ['camden/libraries']],
  ['one typo: another letter', 'novals', ['camden/libraries']],
  ['one typo: two letters changed about', 'deprviation', ['barnet/deprivation']],
  ['two typos in a long word', 'newspepars', ['camden/libraries']],
  ['not two typos in a short word', 'nevals', []],
  ['not a typo in a very short word', 'imt', []],
  ['the beginning of the last word', 'librar', ['camden/libraries']],
  ['the beginning of the last of several words', 'polling stat', ['barnet/polling-stations']],
  ['not the middle of a word', 'braries', []],
  ['an accent where none was typed', 'cafes', ['barnet/cafe-permits', 'camden/cafes']],
  ['an accent that was typed', 'outdóor', ['camden/cafes']],
  ['a decomposed accent', 'cafe\u0301s', ['barnet/cafe-permits', 'camden/cafes']],
  ['a letter of two', 'königstrasse', ['lambeth/strasse']],
  ['two letters of one', 'KONIGSTRASSE', ['lambeth/strasse']],
  ['a word with an apostrophe', "children's", ['lambeth/childrens-centres']],
  ['the same without', 'childrens', ['lambeth/childrens-centres']],
  ['a phrase', '"street trees"', ['camden/street-trees']],
  ['a phrase in its order alone', '"trees street"', []],
  ['a phrase and a word', '"street trees" girth', ['camden/street-trees']],
  ['a phrase without its end', '"street trees', ['camden/street-trees']],
  ['a phrase with stop words, each of them', '"state of the parish"', ['camden/parish-state']],
  ['a phrase of stop words alone', '"of the"', ['camden/parish-state']],
  ['a phrase whose words are not next to each other', '"state parish"', []],
  ['a word without a phrase of stop words', 'parish -"of the parish"', ['barnet/parish-state']],
  ['a phrase as it is, not of the same stem', '"street tree"', []],
  ['an amount without its currency', '500', ['lambeth/spend']],
  ['an amount as it is written', '"over £500"', ['lambeth/spend']],
  ...['remittances', 'contractors', 'vendors', 'reclaimed', 'zero', 'estimate', '20', '7'].map(
    (word) => ['a word among signs', word, ['lambeth/spend']] as const,
  ),
  ['what nobody has', 'xylophone', []],
]

const both = [
  ['hmo', 'lambeth/hmo-register', 'camden/hmo-licences'],
  ['houses in multiple occupation', 'lambeth/hmo-register', 'camden/hmo-licences'],
  ['council tax', 'barnet/council-tax', 'lambeth/ctax'],
  ['ctax', 'barnet/council-tax', 'lambeth/ctax'],
  ['index of multiple deprivation', 'barnet/deprivation', 'camden/imd'],
  ['imd', 'barnet/deprivation', 'camden/imd'],
] as const

/** Words, typos, prefixes, phrases, synonyms, accents. */
export function finding(open: OpenSearchIndex): void {
  const index = useIndex(open, documents)

  test.each(single)('%s: %s', async (_what, text, ids) => expect(await found(index(), { text })).toEqual(ids.toSorted()))

  describe('synonyms both ways', () => {
    test.each(both)('%s', async (text, ...ids) => expect(await found(index(), { text })).toEqual(expect.arrayContaining(ids)))
  })

  test('an organisation by its name', async () => {
    expect(idsOf(await ask(index(), { text: 'London Borough of Camden' }))[0]).toBe('camden/libraries')
  })

  test('what has every word, and where nothing has, what has some', async () => {
    expect(await found(index(), { text: 'street girth' })).toEqual(['camden/street-trees'])
    for (const text of ['girth xylophone', 'xylophone girth']) expect(await found(index(), { text })).toEqual(['camden/street-trees'])
    expect(await found(index(), { text: 'girth newspapers' })).toEqual(
      expect.arrayContaining([expect.stringMatching(/street-trees|libraries/)]),
    )
  })

  test('an unfinished word finds whatever it begins: few words, or many', async () => {
    const letters = [...'bcdfghklmnprstvw']
    const many = letters.flatMap((one) => [...'aeo'].map((other) => document(`camden/quo${other}${one}x`, { title: `Quo${other}${one}x` })))
    await index().write(many, [])
    expect(many.length).toBeGreaterThan(40)
    expect((await ask(index(), { text: 'quo' })).totalCount).toBe(many.length)
    expect((await ask(index(), { text: 'quoa' })).totalCount).toBe(letters.length)
    expect(idsOf(await ask(index(), { text: 'quoab' }))[0]).toBe('camden/quoabx')
    await index().write(
      [],
      many.map(({ id }) => id),
    )
  })

  test('all of it, without a word to look for', async () => {
    const all = documents.map(({ id }) => id).toSorted()
    for (const text of ['', '   ', '""', '-', '…!?']) expect(await found(index(), { text }), JSON.stringify(text)).toEqual(all)
  })
}
