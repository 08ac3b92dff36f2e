import { describe, expect, test } from 'vitest'
import { concepts } from '../../src/search/vocabulary/concepts.js'
import { keywordLabel, keywordsOf, themeLabel, themesOf } from '../../src/search/vocabulary/themes.js'
import { fold } from '../../src/search/words.js'

describe('the vocabulary', () => {
  const labels = new Set(concepts.map(({ label }) => label))

  test('has each label once', () => expect(labels.size).toBe(concepts.length))

  test('has nothing broader that is not there, and nothing broader than that', () => {
    for (const { label, broader } of concepts) {
      for (const other of broader) {
        expect([...labels], label).toContain(other)
        expect(concepts.find((concept) => concept.label === other)?.broader, label).toEqual([])
      }
    }
  })

  test('says every name for one theme alone', () => {
    const owners = new Map<string, string[]>()
    for (const { label, aliases } of concepts)
      for (const name of [label, ...aliases]) owners.set(fold(name), [...(owners.get(fold(name)) ?? []), label])
    expect([...owners].filter(([, own]) => own.length > 1)).toEqual([])
  })

  test('has the data themes of the EU by their English labels', () => {
    const themes = Object.fromEntries(
      ['AGRI', 'ECON', 'EDUC', 'ENER', 'ENVI', 'GOVE', 'HEAL', 'INTR', 'JUST', 'OP_DATPRO', 'REGI', 'SOCI', 'TECH', 'TRAN'].map((code) => [
        code,
        themeLabel(`http://publications.europa.eu/resource/authority/data-theme/${code}`),
      ]),
    )
    expect(themes).toEqual({
      AGRI: 'Agriculture, fisheries, forestry and food',
      ECON: 'Economy and finance',
      EDUC: 'Education, culture and sport',
      ENER: 'Energy',
      ENVI: 'Environment',
      GOVE: 'Government and public sector',
      HEAL: 'Health',
      INTR: 'International issues',
      JUST: 'Justice, legal system and public safety',
      OP_DATPRO: 'Provisional data',
      REGI: 'Regions and cities',
      SOCI: 'Population and society',
      TECH: 'Science and technology',
      TRAN: 'Transport',
    })
  })

  test('has the topics of the London Datastore, each of a theme of the EU', () => {
    const topics = [
      'Art and Culture',
      'Business and Economy',
      'Championing London',
      'COVID-19 Data and Analysis',
      'Crime and Community Safety',
      'Demographics',
      'Education',
      'Employment and Skills',
      'Environment',
      'Health',
      'Housing',
      'Income, Poverty, and Welfare',
      'London 2012',
      'Planning',
      'Sport',
      'Transparency',
      'Transport',
      'Young People',
    ]
    for (const topic of topics) expect(labels.has(themeLabel(topic)), topic).toBe(true)
  })
})

describe('themes of datasets', () => {
  test.each([
    'Culture and leisure',
    'Education',
    'Environment',
    'Government and elections',
    'Health and wellbeing',
    'Housing',
    'Justice and public safety',
    'Population and society',
  ])('of examples/london are all known: %s', (theme) => expect(concepts.map(({ label }) => label)).toContain(themeLabel(theme)))

  test.each([
    ['the EU by IRI', ['http://publications.europa.eu/resource/authority/data-theme/TRAN']],
    ['the same over TLS', ['https://publications.europa.eu/resource/authority/data-theme/TRAN']],
    ['the EU by code', ['TRAN']],
    ['the London Datastore', ['Transport']],
    ['data.gov.uk', ['transport']],
    ['a borough', ['Transport & Streets']],
    ['ISO 19115', ['transportation']],
    ['INSPIRE', ['Transport networks']],
  ])('of %s are the same one', (_catalogue, themes) => expect(themesOf(themes, [])).toEqual(['Transport']))

  test.each([['Crime and Community Safety'], ['crime-and-justice'], ['CRIME & JUSTICE'], ['community safety']])(
    '%s is the topic, and what the topic is a part of',
    (theme) => expect(themesOf([theme], [])).toEqual(['Crime and Community Safety', 'Justice, legal system and public safety']),
  )

  test('a keyword that names a theme counts, another does not', () => {
    expect(themesOf([], ['housing', 'hmo', 'Recycling'])).toEqual(['Housing', 'Population and society', 'Environment'])
    expect(themesOf([], ['council', 'people', 'bins'])).toEqual([])
  })

  test('a theme that the vocabulary does not know stays as published, each once', () => {
    expect(themesOf([' Blue plaques ', 'Blue plaques', 'TRAN', 'Transport', ''], [])).toEqual(['Transport', 'Blue plaques'])
  })

  test('a filter may say it in any way', () => {
    expect([
      themeLabel('envi'),
      themeLabel('Waste & Recycling'),
      themeLabel('INCOME, POVERTY AND WELFARE'),
      themeLabel(' Blue plaques '),
    ]).toEqual(['Environment', 'Environment', 'Income, Poverty, and Welfare', 'Blue plaques'])
  })
})

describe('keywords', () => {
  test('are one in any case, with any blanks, composed or not', () => {
    expect(keywordsOf(['Council Tax', 'council  tax', ' COUNCIL\tTAX ', 'café', 'cafe\u0301', ' ', ''])).toEqual(['council tax', 'café'])
    expect(keywordLabel(' Council  Tax')).toBe('council tax')
  })
})
