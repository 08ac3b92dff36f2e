import { describe, expect, test } from 'vitest'
import { stopWords, weakWords } from '../../src/search/noise-words.js'
import { synonyms } from '../../src/search/synonyms.js'
import { type Term, termsOf } from '../../src/search/postgres/terms.js'
import { wordsOf } from '../../src/search/words.js'

const said = (terms: readonly Term[]) => terms.map(({ words, phrase }) => (phrase ? `"${words.join(' ')}"` : words.join(' ')))
const all = (text: string) => said(termsOf(text).all)
const others = (text: string) => termsOf(text).all.flatMap((term) => term.synonyms.map((words) => words.join(' ')))
const unfinished = (text: string) => said([...termsOf(text).all, ...termsOf(text).some].filter(({ prefix }) => prefix))

describe('words', () => {
  test('are folded, whatever stands between them', () =>
    expect(all('  Café, LAMBETH–schools/pupils  ')).toEqual(['cafe', 'lambeth', 'schools', 'pupils']))
  test('of no letters are none', () => {
    for (const text of ['', ' ', '-', '--', '""', '-""', '" "', '…!?'])
      expect(termsOf(text), JSON.stringify(text)).toEqual({ all: [], some: [], not: [] })
  })
  test('count up to the 32nd', () => expect(all(Array.from({ length: 40 }, (_, n) => `word${n}`).join(' '))).toHaveLength(32))
})

describe('quotes', () => {
  test('make a phrase, ended or not', () => {
    expect(all('"street trees" girth')).toEqual(['"street trees"', 'girth'])
    expect(all('girth "street trees')).toEqual(['girth', '"street trees"'])
    expect(all('girth"street trees"height')).toEqual(['girth', '"street trees"', 'height'])
  })
  test('keep words that say nothing', () => expect(all('"the data"')).toEqual(['"the data"']))
  test('know no synonyms', () => expect(others('"council tax"')).toEqual([]))
})

describe('a minus', () => {
  test('leaves out a word or a phrase', () => {
    expect(said(termsOf('crime -knife -"stop and search"').not)).toEqual(['"knife"', '"stop and search"'])
    expect(all('crime -knife -"stop and search"')).toEqual(['crime'])
  })
  test('leaves out what is written as one', () => expect(said(termsOf('crime -fly-tipping').not)).toEqual(['"fly tipping"']))
  test('within a word is a hyphen', () => {
    expect(said(termsOf('non-domestic').not)).toEqual([])
    expect(all('part-time')).toEqual(['part', 'time'])
  })
  test('with a blank after it is nothing', () => expect(termsOf('crime - knife').not).toEqual([]))
})

describe('words of questions', () => {
  test('are left out', () => {
    expect(all('where are the public toilets in lambeth')).toEqual(['public', 'toilets', 'lambeth'])
    expect(all('What’s on the HMO register?')).toEqual(['hmo'])
  })
  test('count where there is nothing else', () => expect([all('where is the'), all('who')]).toEqual([['where', 'is', 'the'], ['who']]))
  test('do not take a synonym apart', () => expect(all('houses in multiple occupation')).toEqual(['houses in multiple occupation']))
})

describe('words that any dataset may have', () => {
  test('need not be there', () => {
    const { all: wanted, some } = termsOf('datasets with a UPRN and a postcode')
    expect([said(wanted), said(some)]).toEqual([['uprn', 'postcode'], ['datasets']])
  })
  test('are asked for where there is nothing else', () =>
    expect(termsOf('the latest data')).toMatchObject({ all: [{ words: ['latest'] }, { words: ['data'] }], some: [] }))
  test('belong to a synonym that has them', () =>
    expect(termsOf('council tax')).toMatchObject({ all: [{ words: ['council', 'tax'] }], some: [] }))
  test('are others than those that say nothing', () => expect([...weakWords].filter((word) => stopWords.has(word))).toEqual([]))
})

describe('synonyms', () => {
  test('are found both ways', () => {
    expect(others('nndr')).toContain('business rates')
    expect(others('business rates')).toContain('nndr')
  })
  test('in the singular and the plural, each once, and never the thing itself', () => {
    expect(others('houses in multiple occupation')).toEqual(others('house in multiple occupation'))
    expect(new Set(others('hmo')).size).toBe(others('hmo').length)
    expect(others('gp surgeries')).toEqual(others('gp surgery'))
    for (const group of synonyms) for (const name of group) expect(others(name), name).not.toContain(wordsOf(name).join(' '))
  })
  test('of the longest run of words', () => {
    expect(all('unpaid council tax bands')).toEqual(['unpaid', 'council tax', 'bands'])
    expect(all('gp surgery')).toEqual(['gp surgery'])
  })
  test('of a line are folded, each once, and lead to something', () => {
    for (const group of synonyms) {
      expect(group.length, group[0]).toBeGreaterThan(1)
      expect(new Set(group).size, group[0]).toBe(group.length)
      expect(
        group.map((name) => wordsOf(name).join(' ')),
        group[0],
      ).toEqual([...group])
    }
  })
})

describe('words written together', () => {
  const joined = (text: string) => termsOf(text).all.map(({ joined: own }) => own)
  test('stand for two that follow each other, and two for one', () => {
    expect(joined('grit tree bins')).toEqual([['grittree'], ['grittree', 'treebins'], ['treebins']])
    expect(joined('air quality')).toEqual([['airquality', 'airpollution']])
    expect(others('streetlights')).toContain('street lighting')
    expect(all('play grounds')).toEqual(['play grounds'])
  })
  test('are not made of words that say nothing, of single letters or of phrases', () => {
    expect(joined('state of art')).toEqual([[], []])
    expect(joined('a b "air quality"')).toEqual([[], []])
  })
})

test('a wide word also means its kinds, and none of them means the wide word', () => {
  expect(others('pollution')).toContain('air quality')
  expect(others('air quality')).not.toContain('pollution')
})

describe('the last word', () => {
  test('may not be finished', () => {
    expect(unfinished('polling stat')).toEqual(['stat'])
    expect(unfinished('council tax')).toEqual(['council tax'])
  })
  test('is, where something follows it', () => {
    for (const text of ['polling stat ', 'polling stat,', '"polling stat"', 'polling "stat', 'polling -stat'])
      expect(unfinished(text), text).toEqual([])
  })
  test('is no other word where it says nothing itself', () => expect(unfinished('schools in')).toEqual([]))
})
