import Table from 'cli-table3'
import { isExactNumber, stringifyExact } from './exact-json.js'

/** What a table shows of a ResultSet; `--json` has all of it. */
export interface Answer {
  columns: { name: string; type: string }[]
  rows: unknown[][]
  rowCount: number
  truncated: boolean
  complete: boolean
  withheld: { column: string }[]
  sources: { spoke: string; status: string; missingColumns: string[]; error: { code: string; message: string } | null }[]
  warnings: { code: string; message: string; table: string | null; column: string | null }[]
}

/** A Plan. Tables and missing columns are drawn where the hub tells them. */
export interface PlanAnswer {
  text: string
  fragments: {
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

/** An error as GraphQL answers it. */
export interface GraphError {
  message: string
  extensions?: { code?: string; inputPath?: (string | number)[]; suggestions?: string[] }
}

/** Characters of a cell that are shown, the ellipsis of a longer one counted. */
const cellMax = 60
/** Rows that are drawn at once: what cli-table3 needs grows with their square. */
const rowsAtOnce = 200
const numeric = new Set(['INT64', 'DOUBLE', 'DECIMAL'])

/** A result for people: its rows as a table, then how many there are, what is not in them and why. Ends without a line break. */
export function answerText({ columns, rows, rowCount, truncated, complete, withheld, sources, warnings }: Answer): string {
  const states = [
    counted(rowCount, 'row'),
    ...(truncated ? ['truncated: more rows exist beyond the limit'] : []),
    ...(complete ? [] : ['NOT COMPLETE: what a source did not answer is not in it']),
  ]
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
  return [tableText(columns, rows), states.join('; '), ...[...failed, ...misleading, ...lacking, ...hidden].map(harmless)].join('\n')
}

/** A plan for people: the tree, what each source would do and leave, and the hub's own part. Ends without a line break. */
export function planText({ text, fragments, residual }: PlanAnswer): string {
  return [lines(text).join('\n'), ...fragments.map(fragmentText), ['left to the hub', ...indented(residual, 2)].join('\n')].join('\n\n')
}

/** `CODE: message (at where.and[0].column in the input) Did you mean 'Name'?` */
export function graphErrorText({ message, extensions: { code, inputPath = [], suggestions = [] } = {} }: GraphError): string {
  const place = inputPath.length === 0 ? [] : [`(at ${pathText(inputPath)} in the input)`]
  const meant = suggestions.length === 0 ? [] : [`Did you mean ${suggestions.map((name) => `'${name}'`).join(' or ')}?`]
  return harmless([`${code ?? 'BAD_REQUEST'}: ${message}`, ...place, ...meant].join(' '))
}

/** A cell for people: null is empty, an object is JSON, and what is longer than 60 characters ends in an ellipsis there. One line. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = harmless(typeof value === 'object' && !isExactNumber(value) ? stringifyExact(value) : String(value))
  // No character takes more than two units: so long a piece holds all that is shown, and one more.
  const characters = [...text.slice(0, 2 * cellMax + 2)]
  return characters.length <= cellMax ? text : `${characters.slice(0, cellMax - 1).join('')}…`
}

function tableText(columns: Answer['columns'], rows: readonly unknown[][]): string {
  const head = columns.map(({ name }) => cellText(name))
  const cells = rows.map((row) => row.map(cellText))
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
  // Each has the head, and a border at its top and bottom: the first keeps the head, the last the bottom.
  const [top = '', names = '', between = ''] = drawn[0] ?? []
  return [top, names, ...drawn.flatMap((piece) => [between, ...piece.slice(3, -1)]), drawn[0]?.at(-1) ?? ''].join('\n')
}

/** Of a table's top border: ┌──┬───┐ */
const widthsOf = (border: string) =>
  border
    .slice(1, -1)
    .split('┬')
    .map(({ length }) => length)

function fragmentText(
  { spoke, connector, native, pushedDown, left, estimatedRows, tables, missingColumns }: PlanAnswer['fragments'][number],
  index: number,
): string {
  const facts = [
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

/** `1 row`, `1,200 rows`. */
export const counted = (count: number, noun: string) => `${count.toLocaleString('en-GB')} ${noun}${count === 1 ? '' : 's'}`

const lines = (text: string) => text.split('\n').map(harmless)

const indented = (text: string, spaces: number) => lines(text).map((line) => `${' '.repeat(spaces)}${line}`)

/** Text of others on one line. What would steer a terminal, or turn the direction of what follows, is a space. */
export const harmless = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
