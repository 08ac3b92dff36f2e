import Table from 'cli-table3'
import { cellText, counted, harmless } from './query-text.js'

/** What a table shows of a SearchConnection; `--json` has all of it. */
export interface Found {
  edges: { node: Hit }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null }
  totalCount: number
  facets: { facet: string; values: { value: string; count: number }[] }[]
}

interface Hit {
  dataset: { id: string; title: string; modified: string | null; publisher: { name: string }; distributions: { format: string | null }[] }
  highlights: { field: string; text: string }[]
}

/** How an index stands, as the graph tells it. */
export interface IndexState {
  index: string
  pending: number
  rebuild: Rebuild | null
}

export interface Rebuild {
  startedAt: string
  endedAt: string | null
  written: number
  total: number
  error: string | null
}

/** Where it is shown. @property bold a terminal, which shows matches in bold @property columns how wide that is */
export interface Screen {
  readonly bold: boolean
  readonly columns?: number | undefined
}

/** Characters of a line that says why, and values of a facet that are drawn. */
const whyMax = 100
const facetValuesMax = 20

/** Characters of the table's columns: together with its borders the narrow ones fill a screen of 80. */
const dataset = { least: 30, most: 72 } as const
const others = { narrow: [17, 10, 10], wide: [28, 18, 10] } as const
const wideFrom = 110
const borders = 13

/** A piece of text, and whether it is what matched. */
interface Piece {
  readonly text: string
  readonly matched: boolean
}

/**
 * What was found, for people: a table, how many there are in all, how to see the next page, and the facets. Ends without a line break.
 * @param asked what was looked for, to be said where nothing is found
 */
export function foundText(
  { edges, pageInfo: { hasNextPage, hasPreviousPage, endCursor }, totalCount, facets }: Found,
  asked: { text: string; filtered: boolean },
  screen: Screen,
): string {
  const whole = edges.length === totalCount && !hasPreviousPage
  const count = whole ? counted(totalCount, 'dataset') : `${edges.length.toLocaleString('en-GB')} of ${counted(totalCount, 'dataset')}`
  const next = hasNextPage && endCursor !== null ? [`The next page: the same command with --after ${harmless(endCursor)}`] : []
  return [
    ...(edges.length === 0
      ? []
      : [
          hitsTable(
            edges.map(({ node }) => node),
            screen,
          ),
        ]),
    totalCount === 0 ? nothingText(asked) : count,
    ...next,
    ...facets.filter(({ values }) => values.length > 0).map((facet) => `\n${facetTable(facet)}`),
  ].join('\n')
}

function nothingText({ text, filtered }: { text: string; filtered: boolean }): string {
  const what = text === '' ? 'No dataset' : `Nothing for ‘${harmless(text)}’`
  return `${what} was found${filtered ? ' under these conditions' : ''}.`
}

function hitsTable(hits: readonly Hit[], { bold, columns }: Screen): string {
  const rows = hits.map(({ dataset: { id, title, modified, publisher, distributions }, highlights }) => {
    const marked = highlights.find(({ field }) => field === 'title')
    const heading = marked === undefined ? harmless(title) : shown(piecesOf(marked.text), bold)
    const formats = [...new Set(distributions.flatMap(({ format }) => (format === null ? [] : [format.toLowerCase()])))].sort()
    const why = whyText(highlights, bold)
    return {
      id: harmless(id),
      cells: [
        [heading, harmless(id), ...(why === '' ? [] : [why])].join('\n'),
        cellText(publisher.name),
        cellText(formats.join(', ')),
        cellText(modified?.slice(0, 10)),
      ],
    }
  })
  const right = others[(columns ?? wideFrom) < wideFrom ? 'narrow' : 'wide']
  const room =
    columns === undefined ? dataset.most : Math.min(dataset.most, columns - borders - right.reduce((sum, width) => sum + width, 0))
  // An id is what one copies: the column is wide enough for the longest, whatever the screen.
  const left = Math.max(dataset.least, room, ...rows.map(({ id }) => id.length))
  const table = new Table({
    head: ['dataset', 'publisher', 'formats', 'modified'],
    colWidths: [left, ...right].map((width) => width + 2),
    wordWrap: true,
    style: { head: [], border: [] },
  })
  table.push(...rows.map(({ cells }) => cells))
  return table.toString()
}

/**
 * `title; description: … a list of the libraries of …`: every field that matched by its name, and the first that the table has not got in
 * full.
 */
function whyText(highlights: Hit['highlights'], bold: boolean): string {
  const other = highlights.find(({ field }) => field !== 'title')
  const names = highlights.length > 0 && highlights[0]?.field === 'title' ? ['matches in its title'] : []
  return [...names, ...(other === undefined ? [] : [`${harmless(other.field)}: ${shown(cut(piecesOf(other.text), whyMax), bold)}`])].join(
    '; ',
  )
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** The text of a highlight as it was before it was escaped for HTML, apart where it matched. */
function piecesOf(html: string): Piece[] {
  const pieces = html.split(/(<em>[^<]*<\/em>)/).map((part) => {
    const [, inner] = /^<em>(.*)<\/em>$/s.exec(part) ?? []
    return {
      text: harmless((inner ?? part).replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity)),
      matched: inner !== undefined,
    }
  })
  return pieces.filter(({ text }) => text !== '')
}

/** At most so many characters, of which the first match is one; an ellipsis at each end where there is more. */
function cut(pieces: readonly Piece[], max: number): Piece[] {
  const characters = pieces.flatMap(({ text, matched }) => [...text].map((character) => ({ text: character, matched })))
  if (characters.length <= max) return [...pieces]
  const first = Math.max(
    0,
    characters.findIndex(({ matched }) => matched),
  )
  const from = first < max - 20 ? 0 : Math.min(first - 20, characters.length - max + 1)
  const end = from + max - (from === 0 ? 1 : 2)
  const inside = characters.slice(from, end)
  const ellipsis = { text: '…', matched: false }
  return joined([...(from === 0 ? [] : [ellipsis]), ...inside, ...(end < characters.length ? [ellipsis] : [])])
}

function joined(characters: readonly Piece[]): Piece[] {
  const pieces: { text: string; matched: boolean }[] = []
  for (const { text, matched } of characters) {
    const last = pieces.at(-1)
    if (last?.matched === matched) last.text += text
    else pieces.push({ text, matched })
  }
  return pieces
}

const shown = (pieces: readonly Piece[], bold: boolean) =>
  pieces.map(({ text, matched }) => (matched && bold ? `\u001b[1m${text}\u001b[22m` : text)).join('')

function facetTable({ facet, values }: Found['facets'][number]): string {
  const table = new Table({
    head: [cellText(facet.toLowerCase().replaceAll('_', ' ')), 'datasets'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [], compact: true },
  })
  table.push(...values.slice(0, facetValuesMax).map(({ value, count }) => [cellText(value), count.toLocaleString('en-GB')]))
  const more = values.length - facetValuesMax
  return `${table.toString()}${more > 0 ? `\nand ${counted(more, 'more value')}: --json has up to a hundred` : ''}`
}

/** An index for people: its name, what it has not been told, and its latest rebuild. Ends without a line break. */
export function stateText({ index, pending, rebuild }: IndexState): string {
  const facts = [
    ['index', index],
    ['changes pending', pending.toLocaleString('en-GB')],
    ['latest rebuild', rebuild === null ? 'none yet' : rebuildText(rebuild)],
  ]
  return facts.map(([name = '', text = '']) => harmless(`${name.padEnd(15)}  ${text}`)).join('\n')
}

/** One line: how far it is, how it ended, or why it failed. */
export function rebuildText({ startedAt, endedAt, written, total, error }: Rebuild): string {
  // What there was when it began is no bound: datasets come and go meanwhile.
  const datasets = `${written.toLocaleString('en-GB')} of ${counted(Math.max(written, total), 'dataset')}`
  if (endedAt === null) return `under way since ${instantText(startedAt)}: ${datasets}`
  if (error !== null) return harmless(`failed at ${instantText(endedAt)}, after ${datasets}: ${error}`)
  const seconds = Math.max(0, new Date(endedAt).getTime() - new Date(startedAt).getTime()) / 1000
  return `ended at ${instantText(endedAt)}: ${counted(written, 'dataset')} in ${seconds.toLocaleString('en-GB', { maximumFractionDigits: 1 })} s`
}

/** How far a rebuild is: `rebuilding: 2,000 of 4,100 datasets (48%)`. */
export function progressText({ written, total }: Rebuild): string {
  const all = Math.max(written, total)
  return `rebuilding: ${written.toLocaleString('en-GB')} of ${counted(all, 'dataset')} (${all === 0 ? 100 : Math.floor((100 * written) / all)}%)`
}

/** To the second, in UTC. */
const instantText = (instant: string) => harmless(instant).replace(/\.\d+Z$/, 'Z')
