import type { SearchDocument } from '../../../../src/search/port.js'
import { keywordsOf, themesOf } from '../../../../src/search/vocabulary/themes.js'
import { document } from '../../contract/asking.js'
import { rarities, type Subject, subjects } from './subjects.js'

/** What a document was made to be: what judgements go by, and never its words. */
export interface Facts {
  /** A key of subjects; '' for one that a single borough has. */
  readonly subject: string
  readonly borough: string
  /** The edition: the year that it is of, in which a financial year begins. Undefined where it is simply how things are. */
  readonly year?: number
  readonly month?: number
  /** The latest edition of this borough. */
  readonly isCurrent: boolean
  /** Subjects whose keyword it has though it is not about them. */
  readonly tagged: readonly string[]
  /** In canonical words: `UPRN`. */
  readonly columns: readonly string[]
  readonly title: string
}

export interface Generated {
  readonly document: SearchDocument
  readonly facts: Facts
}

const boroughs = ['camden', 'barnet', 'lambeth', 'wandsworth', 'hackney', 'southwark', 'greenwich', 'newham', 'islington', 'haringey', 'ealing', 'croydon']
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const now = 2026
const capital = (word: string) => `${word[0]?.toUpperCase()}${word.slice(1)}`

/** mulberry32: the same catalogue in every run. */
function randomFrom(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return { chance: (share: number) => next() < share, upTo: (count: number) => Math.floor(next() * count), pick: <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T }
}

/** How each borough writes names of columns, titles, and what it says in every description. */
const columnStyles: readonly ((name: string) => string)[] = [
  (name) => name, (name) => name.toLowerCase().replaceAll(' ', '_'), (name) => name.toUpperCase().replaceAll(' ', '_'), (name) => name.split(' ').map(capital).join(''),
]
const titleStyles: readonly ((name: string, borough: string) => string)[] = [(name) => name, (name) => name, (name, borough) => `${name} in ${borough}`, (name, borough) => `${borough}: ${name.toLowerCase()}`]
const said: readonly string[] = [
  'Published by the council under the Open Government Licence.', 'For more information about this data please contact the service. The council updates it as records change.',
  'Contains Ordnance Survey data. Location is approximate in places.', 'This dataset supports the council’s plan for residents, businesses and visitors of the borough.',
]

/** A few thousand datasets of eight boroughs, most subjects in most boroughs, each in its own words and with its former editions. */
export function generatedCatalogue(seed = 7): Generated[] {
  const random = randomFrom(seed)
  const all = boroughs.flatMap((borough, at) => subjects.flatMap((subject) => (random.chance(0.12) ? [] : editions(subject, borough, at))))
  return [...all, ...rarities.map(rarity)]

  function editions(subject: Subject, borough: string, at: number): Generated[] {
    const name = random.pick(subject.names)
    const columns = subject.columns.filter((column) => ['UPRN', 'Postcode'].includes(column) ? random.chance(0.6) : random.chance(0.9))
    const titled = (random.chance(0.7) ? titleStyles[at % titleStyles.length] : titleStyles[0])?.(name, capital(borough)) ?? name
    const make = (edition: string, year: number | undefined, month: number | undefined, isCurrent: boolean) =>
      generated(subject, borough, at, { title: `${titled}${edition}`, columns, year, month, isCurrent })
    if (subject.edition === 'yearly') {
      const count = 3 + random.upTo(6)
      return Array.from({ length: count }, (_, back) => make(at % 2 === 0 ? ` ${now - 1 - back}-${(now - back) % 100}` : ` ${now - 1 - back}`, now - 1 - back, undefined, back === 0))
    }
    if (subject.edition === 'monthly') {
      return Array.from({ length: 30 }, (_, back) => {
        const [year, month] = [now - 1 - Math.floor(back / 12), 11 - (back % 12)]
        return make(` ${months[month]} ${year}`, year, month, back === 0)
      })
    }
    const archived = random.chance(0.35) ? [make(` (archived ${2012 + random.upTo(8)})`, 2015, undefined, false)] : []
    return [make('', undefined, undefined, true), ...archived]
  }

  function generated(subject: Subject, borough: string, at: number, given: { title: string; columns: readonly string[]; year: number | undefined; month: number | undefined; isCurrent: boolean }): Generated {
    const { title, columns, year, month, isCurrent } = given
    const other = random.pick(subjects.filter(({ key }) => key !== subject.key))
    const isTagged = random.chance(0.08)
    const sentences = [
      subject.about,
      ...(random.chance(0.3) ? [`Also known as ${random.pick(subject.names).toLowerCase()}.`] : []),
      ...(random.chance(0.5) ? [`It may be used together with ${random.pick(other.names).toLowerCase()}.`] : []),
      said[at % said.length] ?? '',
    ]
    const keywords = [...subject.keywords.filter(() => random.chance(0.8)), ...(isTagged ? [random.pick(other.keywords)] : [])]
    const named = columns.map((column) => (columnStyles[at % columnStyles.length] as (name: string) => string)(column))
    const id = `${borough}/${subject.key}${year === undefined ? '' : `-${year}`}${month === undefined ? '' : `-${month + 1}`}`
    return {
      facts: { subject: subject.key, borough, ...(year === undefined ? {} : { year }), ...(month === undefined ? {} : { month }), isCurrent, tagged: isTagged ? [other.key] : [], columns, title },
      document: documentOf(id, { title, description: sentences.join(' '), keywords, theme: subject.theme, columns: named, semanticTypes: columns.filter((column) => ['UPRN', 'USRN', 'Postcode', 'URN'].includes(column)) },
        month === undefined ? Date.UTC(isCurrent ? now : (year ?? 2015) + 1, random.upTo(10), 1 + random.upTo(28)) : Date.UTC(year ?? now, month + 1, 1 + random.upTo(28))),
    }
  }

  function rarity([borough = '', title = '', description = '', keywords = '']: readonly string[]): Generated {
    const id = `${borough}/${title.toLowerCase().replaceAll(/\W+/g, '-')}`
    return {
      facts: { subject: '', borough, isCurrent: true, tagged: [], columns: [], title },
      document: documentOf(id, { title, description, keywords: keywords.split(', '), theme: '', columns: [], semanticTypes: [] }, Date.UTC(2012 + random.upTo(13), 5, 1)),
    }
  }
}

function documentOf(id: string, { keywords, theme, ...given }: { title: string; description: string; keywords: readonly string[]; theme: string; columns: readonly string[]; semanticTypes: readonly string[] }, modified: number): SearchDocument {
  const [borough = ''] = id.split('/')
  return document(id, {
    ...given, modified, keywords: keywordsOf(keywords), themes: themesOf([theme], keywords), organisationName: `London Borough of ${capital(borough)}`,
    semanticTypes: given.semanticTypes.map((type) => type.toUpperCase()), hasTables: given.columns.length > 0, formats: ['csv'], licence: 'OGL-UK-3.0',
  })
}
