import Table from 'cli-table3'
import { counted } from '../connector/counted.js'
import { cellText, harmless } from './query-text.js'

/** The part of a SearchConnection that is printed; `--json` prints everything. */
export interface Found {
  edges: { node: Hit }[]
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; endCursor: string | null }
  totalCount: number
  correctedText: string | null
  facets: { facet: string; values: { value: string; count: number }[] }[]
}

interface Hit {
  dataset: { id: string; title: string; modified: string | null; publisher: { name: string }; distributions: { format: string | null }[] }
  highlights: { field: string; text: string }[]
}

/** The state of a search index. */
export interface IndexState {
  index: string
  pending: number
  rebuild: Rebuild | null
}

/** A rebuild of the search index, as the hub reports it. Instants are RFC 3339; `written` and `total` count datasets. */
export interface Rebuild {
  startedAt: string
  endedAt: string | null
  written: number
  total: number
  error: string | null
}

/** @property bold whether matches are bold, as in a terminal @property columns the width of the terminal */
export interface Screen {
  readonly bold: boolean
  readonly columns?: number | undefined
}

/** Length of a line about a match, and number of facet values, that are printed. */
const whyMax = 100
const facetValuesMax = 20

/** Widths of the table's columns; with borders the narrow ones fill 80 characters. */
const dataset = { least: 30, most: 72 } as const
const others = { narrow: [17, 10, 10], wide: [28, 18, 10] } as const
const wideFrom = 110
const borders = 13

/** A piece of text, and whether it is a match. */
interface Piece {
  readonly text: string
  readonly matched: boolean
}

/**
 * Formats the hits: a table, the total, the command for the next page, and the facets. Ends without a line break.
 * @param asked the search, to be repeated if nothing is found
 */
export function foundText(
  { edges, pageInfo: { hasNextPage, hasPreviousPage, endCursor }, totalCount, correctedText, facets }: Found,
  asked: { text: string; filtered: boolean },
  screen: Screen,
): string {
  const whole = edges.length === totalCount && !hasPreviousPage
  const count = whole ? counted(totalCount, 'dataset') : `${edges.length.toLocaleString('en-GB')} of ${counted(totalCount, 'dataset')}`
  const next = hasNextPage && endCursor !== null ? [`The next page: the same command with --after ${harmless(endCursor)}`] : []
  return [
    ...(correctedText === null ? [] : [`Showing results for ‘${harmless(correctedText)}’.`]),
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
  // Ids are copied, so the column fits the longest one, whatever the width.
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
 * `title; description: … a list of the libraries of …`: the names of the fields that matched, and the first one that the table does not
 * show in full.
 */
function whyText(highlights: Hit['highlights'], bold: boolean): string {
  const other = highlights.find(({ field }) => field !== 'title')
  const names = highlights.length > 0 && highlights[0]?.field === 'title' ? ['matches in its title'] : []
  return [...names, ...(other === undefined ? [] : [`${harmless(other.field)}: ${shown(cut(piecesOf(other.text), whyMax), bold)}`])].join(
    '; ',
  )
}

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" }

/** A highlight without HTML escapes, split into matches and other text. */
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

/** Cuts to a length that includes the first match, with an ellipsis at each cut end. */
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

/** Formats an index: its name, its pending changes, and its latest rebuild. Ends without a line break. */
export function stateText({ index, pending, rebuild }: IndexState): string {
  const facts = [
    ['index', index],
    ['changes pending', pending.toLocaleString('en-GB')],
    ['latest rebuild', rebuild === null ? 'none yet' : rebuildText(rebuild)],
  ]
  return facts.map(([name = '', text = '']) => harmless(`${name.padEnd(15)}  ${text}`)).join('\n')
}

/** One line with the progress of a rebuild, how it ended, or why it failed. */
export function rebuildText({ startedAt, endedAt, written, total, error }: Rebuild): string {
  // The total was counted at the beginning, so more datasets may have been written by now.
  const datasets = `${written.toLocaleString('en-GB')} of ${counted(Math.max(written, total), 'dataset')}`
  if (endedAt === null) return `under way since ${instantText(startedAt)}: ${datasets}`
  if (error !== null) return harmless(`failed at ${instantText(endedAt)}, after ${datasets}: ${error}`)
  const seconds = Math.max(0, new Date(endedAt).getTime() - new Date(startedAt).getTime()) / 1000
  return `ended at ${instantText(endedAt)}: ${counted(written, 'dataset')} in ${seconds.toLocaleString('en-GB', { maximumFractionDigits: 1 })} s`
}

/** The progress of a rebuild: `rebuilding: 2,000 of 4,100 datasets (48%)`. */
export function progressText({ written, total }: Rebuild): string {
  const all = Math.max(written, total)
  return `rebuilding: ${written.toLocaleString('en-GB')} of ${counted(all, 'dataset')} (${all === 0 ? 100 : Math.floor((100 * written) / all)}%)`
}

/** To the second, in UTC. */
const instantText = (instant: string) => harmless(instant).replace(/\.\d+Z$/, 'Z')
