import type { DatasetDescription } from '../src/connector/catalogue.js'

/** Pseudo-random numbers in [0, 1) from a seed (mulberry32), so that every run has the same catalogue. */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const subjects =
  `polling stations;public toilets;libraries;primary schools;secondary schools;grit bins;street trees;parking bays;controlled parking zones;council tax bands;business rates;planning applications;building control;
licensed premises;houses in multiple occupation;private rented sector;temporary accommodation;homelessness;housing register;council homes;energy performance certificates;air quality;nitrogen dioxide;noise complaints;recycling collections;
household waste;fly tipping;street lighting;road works;cycle routes;cycle parking;electric vehicle charging points;bus stops;school crossing patrols;children's centres;youth clubs;care homes;adult social care;public health funerals;
air raid shelters;listed buildings;conservation areas;tree preservation orders;allotments;parks and open spaces;playgrounds;sports pitches;leisure centres;community centres;markets;spending over 500;senior salaries;freedom of information requests;
councillors;ward boundaries;lower super output areas;population estimates;households by tenure;employment by sector;unemployment claimants;crime recorded;knife crime;stop and search;domestic abuse;road casualties;flood risk zones;contaminated land;
food hygiene ratings;trading standards;gambling premises;pavement licences;filming permits;land and property assets;contracts register;procurement cards;grants to voluntary organisations;school admissions;free school meals;special educational needs;pupil absence`
    .replaceAll('\n', '')
    .split(';')
const forms = ['list', 'register', 'map', 'counts', 'locations', 'survey', 'monthly figures', 'annual return', 'boundaries', 'index']
const qualities = ['current', 'historic', 'provisional', 'quarterly', 'ward level', 'street level', 'detailed', 'summary']
const columns = [
  'uprn',
  'postcode',
  'ward',
  'easting',
  'northing',
  'latitude',
  'longitude',
  'name',
  'address',
  'opened',
  'closed',
  'amount',
  'reference',
  'status',
  'date',
  'lsoa code',
]
const common =
  `the council publishes this with details of every record held by service which is updated each month and includes location type status and contact for more information see our page residents businesses area data from system
used to plan improve report local national government open licence quality checked may contain errors please tell us about them in borough year period total number value measured collected recorded`.split(
    /\s+/,
  )
const syllables =
  'ba con der fi gal hou sing ter mon pol ling sta tion par king li bra ry sch ool tra ffic wa ste ren tal coun cil en er gy spa ce ped es tri an sur vey'.split(
    ' ',
  )
/** The themes that generated datasets are about. */
export const themes = [
  'Transport',
  'Housing',
  'Environment',
  'Education',
  'Health',
  'Planning',
  'Transparency',
  'Crime and Community Safety',
  'Demographics',
]
const pick = <T>(list: readonly T[], at: number): T => list[Math.floor(at * list.length)] as T

/** The n-th dataset of a catalogue. Its description has about 60 words, from a vocabulary with a few common words and many rare ones. */
export function datasetOf(n: number): DatasetDescription {
  const next = random(n + 1)
  const subject = pick(subjects, next())
  const rare = () => Array.from({ length: 3 }, () => pick(syllables, Math.floor(next() ** 3 * 40) / 40)).join('')
  const words = Array.from({ length: 55 }, () =>
    next() < 0.8 ? pick(common, next()) : next() < 0.5 ? rare() : pick(subjects, next()).split(' ')[0],
  ).join(' ')
  const titles = [
    `${subject} ${pick(forms, next())}`,
    `${pick(qualities, next())} ${subject}`,
    `${subject} ${2005 + Math.floor(next() * 21)}`,
  ]
  const open = next() < 0.9
  return {
    id: `dataset-${n}`,
    title: `${pick(titles, next())}${next() < 0.3 ? ` ${rare()}` : ''}`,
    description: `${subject}: ${words}`,
    licence: { id: next() < 0.8 ? 'OGL-UK-3.0' : 'CC-BY-4.0', title: 'Open' },
    themes: [pick(themes, next())],
    keywords: [...new Set([subject, pick(subjects, next()), pick(qualities, next()), rare()])],
    access: open ? 'OPEN' : 'SHARED',
    sharedWith: open ? [] : ['organisation-1'],
    listing: open ? 'PUBLIC' : 'PARTIES',
    modified: new Date(Date.UTC(2015, 0, 1) + Math.floor(next() * 4000) * 86_400_000).toISOString(),
    distributions: [...new Set(['csv', pick(['geojson', 'json', 'xlsx', 'csv'], next())])].map((format) => ({ id: format, format })),
    tables: [
      {
        id: 'table',
        name: 'table',
        title: subject,
        problems: [],
        columns: [...new Set(Array.from({ length: 9 }, () => pick(columns, next())))].map((name) => ({
          name,
          title: name,
          type: 'STRING',
          nullable: true,
          sensitivity: 'NONE',
          ...(name === 'uprn' ? { semanticType: 'UPRN' } : {}),
        })),
      },
    ],
  }
}

/** A search as people type it: one to three words of a subject. */
export function questionOf(next: () => number): string {
  const words = pick(subjects, next()).split(' ')
  return next() < 0.6 ? words.join(' ') : pick(words, next())
}

/** The same search with two letters of its longest word swapped. */
export function mistyped(question: string, next: () => number): string {
  const words = question.split(' ')
  const longest = words.reduce((found, word) => (word.length > found.length ? word : found), '')
  const at = 1 + Math.floor(next() * Math.max(1, longest.length - 2))
  const wrong = `${longest.slice(0, at)}${longest[at + 1] ?? ''}${longest[at] ?? ''}${longest.slice(at + 2)}`
  return words.map((word) => (word === longest ? wrong : word)).join(' ')
}
