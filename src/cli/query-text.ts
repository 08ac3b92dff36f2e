import { steeringCharacters } from '../connector/steering-characters.js'
import Table from 'cli-table3'
import { counted } from '../connector/counted.js'
import { cutText, fitWidth } from './fit-width.js'
import { isExactNumber, stringifyExact } from './exact-json.js'
import { type MatchAnswer, matchText } from '../query/7-result/match-text.js'

/** The part of a ResultSet that is printed; `--json` prints everything. */
export interface Answer extends Report {
  columns: { name: string; type: string }[]
  rows: unknown[][]
}

/** What is printed of an answer beside its rows. */
export interface Report {
  rowCount: number
  truncated: boolean
  complete: boolean
  withheld: { column: string }[]
  sources: { spoke: string; status: string; missingColumns: string[]; error: { code: string; message: string } | null }[]
  matches: MatchAnswer[]
  warnings: { code: string; message: string; table: string | null; column: string | null }[]
}

/** A Plan. Tables and missing columns are printed if the hub reports them. */
export interface PlanAnswer {
  text: string
  fragments: {
    stage: number
    why: string | null
    spoke: string
    connector: string
    native: string
    pushedDown: string[]
    left: string[]
    estimatedRows: number | null
    tables?: string[]
    missingColumns?: string[]
  }[]
  residual: string
}

/** An error in an answer of GraphQL. */
export interface GraphError {
  message: string
  extensions?: { code?: string; inputPath?: (string | number)[]; suggestions?: string[] }
}

/** Characters of a cell that are printed, including the ellipsis of a longer one. */
const cellMax = 60
/** Rows per table, because the memory of cli-table3 grows with the square of the rows. */
const rowsAtOnce = 200
const numeric = new Set(['INT64', 'DOUBLE', 'DECIMAL'])

/**
 * Formats a result: a table of rows, their number, what each join matched, and what is missing and why. Ends without a line break.
 * @param width the characters of a line that the table fits in; without it nothing but long cells is cut
 */
export function answerText({ columns, rows, ...report }: Answer, width?: number): string {
  return [tableText(columns, rows, width), stateText(report), ...noteTexts(report)].join('\n')
}

/** Whether the answer is whole: `1 row; truncated: more rows exist beyond the limit`. */
export function stateText({ rowCount, truncated, complete }: Pick<Report, 'rowCount' | 'truncated' | 'complete'>): string {
  return [
    counted(rowCount, 'row'),
    ...(truncated ? ['truncated: more rows exist beyond the limit'] : []),
    ...(complete ? [] : [incomplete]),
  ].join('; ')
}

/** Told where a source failed under PARTIAL. */
export const incomplete = 'NOT COMPLETE: a source did not answer'

/** What each join matched, and what is missing and why: a line for each. */
export function noteTexts({ withheld, sources, matches, warnings }: Report): string[] {
  const failed = sources
    .filter(({ status }) => status !== 'OK')
    .map(({ spoke, status, error }) => [spoke, status, ...(error === null ? [] : [error.code, error.message])].join(': '))
  const lacking = sources
    .filter(({ missingColumns }) => missingColumns.length > 0)
    .map(({ spoke, missingColumns }) => `${spoke} lacks ${missingColumns.join(', ')}: empty in its rows`)
  const hidden = withheld.length === 0 ? [] : [`left out, since you may not see them: ${withheld.map(({ column }) => column).join(', ')}`]
  const misleading = warnings.map(({ code, message, table, column }) =>
    [code, ...(table === null ? [] : [table]), ...(column === null ? [] : [column]), message].join(': '),
  )
  return [...matches.map(matchText), ...failed, ...misleading, ...lacking, ...hidden].map(harmless)
}

/** Formats a plan: the tree, what each source would run and leave to the hub, and the hub's own part. Ends without a line break. */
export function planText({ text, fragments, residual }: PlanAnswer): string {
  return [harmlessLines(text), ...fragments.map(fragmentText), ['left to the hub', ...indented(residual, 2)].join('\n')].join('\n\n')
}

/** `CODE: message (at where.and[0].column in the input)`. The message names what may be meant. */
export function graphErrorText({ message, extensions: { code, inputPath = [] } = {} }: GraphError): string {
  const place = inputPath.length === 0 ? [] : [`(at ${pathText(inputPath)} in the input)`]
  return harmless([`${code ?? 'BAD_REQUEST'}: ${message}`, ...place].join(' '))
}

/** Formats a cell on one line: null is empty, an object is JSON, and longer text is cut to 60 characters with an ellipsis. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return cutText(harmless(typeof value === 'object' && !isExactNumber(value) ? stringifyExact(value) : String(value)), cellMax)
}

function tableText(columns: Answer['columns'], rows: readonly unknown[][], width?: number): string {
  const whole = [columns.map(({ name }) => cellText(name)), ...rows.map((row) => row.map(cellText))]
  const [head = [], ...cells] = width === undefined ? whole : fitWidth(whole, width)
  const colAligns = columns.map(({ type }) => (numeric.has(type) ? 'right' : 'left'))
  const draw = (some: readonly string[][], colWidths: number[] = []) => {
    const table = new Table({ head, colAligns, colWidths, style: { head: [], border: [] } })
    table.push(...some.map((row) => [...row]))
    return table.toString().split('\n')
  }
  if (cells.length <= rowsAtOnce) return draw(cells).join('\n')
  const pieces = Array.from({ length: Math.ceil(cells.length / rowsAtOnce) }, (_, index) =>
    cells.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce),
  )
  const widths = pieces.map((piece) => widthsOf(draw(piece)[0] ?? ''))
  const widest = columns.map((_, column) => Math.max(...widths.map((own) => own[column] ?? 0)))
  const drawn = pieces.map((piece) => draw(piece, widest))
  // Each table has a header and both borders: the first keeps its header, the last its bottom border.
  const [top = '', names = '', between = ''] = drawn[0] ?? []
  return [top, names, ...drawn.flatMap((piece) => [between, ...piece.slice(3, -1)]), drawn[0]?.at(-1) ?? ''].join('\n')
}

/** The column widths of a table, from its top border: ┌──┬───┐ */
const widthsOf = (border: string) =>
  border
    .slice(1, -1)
    .split('┬')
    .map(({ length }) => length)

function fragmentText(
  { stage, why, spoke, connector, native, pushedDown, left, estimatedRows, tables, missingColumns }: PlanAnswer['fragments'][number],
  index: number,
): string {
  const facts = [
    ...(why === null ? [] : [[`stage ${stage}`, why]]),
    ...(tables === undefined ? [] : [['tables', tables.join(', ')]]),
    ['pushed down', pushedDown.join(', ') || 'nothing'],
    ['left', left.join(', ') || 'nothing'],
    ['estimated rows', estimatedRows?.toLocaleString('en-GB') ?? 'unknown'],
    ...(missingColumns === undefined || missingColumns.length === 0 ? [] : [['missing columns', missingColumns.join(', ')]]),
  ]
  return [
    harmless(`#${index} ${spoke} (${connector})`),
    ...facts.map(([name = '', text = '']) => harmless(`  ${name.padEnd(15)}  ${text}`)),
    '  native',
    ...indented(native, 4),
  ].join('\n')
}

const pathText = (path: readonly (string | number)[]) =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`)).join('')

const indented = (text: string, spaces: number) =>
  harmlessLines(text)
    .split('\n')
    .map((line) => `${' '.repeat(spaces)}${line}`)

/** The same as `harmless` for text of several lines. */
export const harmlessLines = (text: string) => text.split(/\r?\n/).map(harmless).join('\n')

/** Puts foreign text on one line. Characters that control a terminal or change the direction of text become spaces. */
export const harmless = (text: string) => text.replaceAll(steering, ' ')

const steering = new RegExp(`[${steeringCharacters}]+`, 'gu')
