import type { Shape } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { BadUserInput } from '../../../../src/errors.js'
import { columnAt, literal } from '../../engine-sql.js'
import { inPortions } from '../in-portions.js'
import { type Amounts, type CertainTotal, certainTotals, type MarkedRow } from './certain-totals.js'

/** The name of a total stands in one of the first columns of text. */
const namedMax = 8
/** A longer text is no name of a total. */
const nameBytesMax = 80
/** In a table with more such rows, they are a category rather than totals. */
const markedMax = 200

const kinds = '(?:grand|sub|overall|report|net|gross)[ -]?'
/** `Total`, `Grand total:`, `Sum`. A problem may say these, since they are no data. */
const plain = new RegExp(`^(?:(?:${kinds})?totals?|sum) ?:?$`)
/** The same, and those that say of what: `Total for April`, `Total (all wards)`, `Housing Total`. `Total Gas and Power` is a firm. */
const name = `(?i)(?:(?:(?:${kinds})?totals?|sum) ?:?|(?:${kinds})?totals?:?(?: (?:for|of) .+| ?\\(.+\\)| (?:19|20)\\d\\d.*)|.+ (?:sub[ -]?)?totals? ?:?)`

/** Exact arithmetic over DOUBLE: values with more decimals have no exact sum. */
const doubleAs = 'DECIMAL(38,10)'

/** A certain total of a table, in words for its publisher. */
export interface FoundTotal extends CertainTotal {
  /** Its name, if it is a plain one. */
  readonly says: string | undefined
}

/**
 * Finds the rows of a copy that are certainly totals of others (see `certainTotals`). The engine reads the copy once, and once more if any
 * row is named like a total; no row leaves it.
 * @param copy a table expression of columns c0 …
 */
export async function findTotals(session: EngineSession, copy: string, shapes: readonly Shape[]): Promise<readonly FoundTotal[]> {
  const positions = shapes.map((_, position) => position)
  const texts = namingColumns(shapes)
  const numbers = positions.filter((position) => isNumber(shapes[position]))
  if (texts.length === 0 || numbers.length === 0) return []
  const isMarked = marks(texts)
  const [counted] = await session.rows(`SELECT count(*) AS n FROM ${copy} WHERE ${isMarked}`)
  const count = Number(counted?.n)
  if (count === 0 || count > markedMax) return []
  try {
    const groups = await stretches(session, copy, shapes, isMarked, texts)
    const isWhole = numbers.map((position) => shapes[position]?.type === 'INT64')
    const marked = groups.filter(({ isMark }) => isMark)
    const between = Array.from(
      { length: count + 1 },
      (_, at) => groups.find(({ stretch, isMark }) => stretch === at && !isMark)?.amounts ?? nothing(numbers.length),
    )
    const rows = marked.map(({ amounts, place, words }): MarkedRow => ({ ...amounts, place, words }))
    return certainTotals(isWhole, rows, between).map((total) => {
      const says = marked.find(({ place }) => place === total.place)?.says ?? ''
      return {
        ...total,
        columns: total.columns.map((column) => numbers[column] as number),
        says: plain.test(says) ? says.replace(/ ?:$/, '') : undefined,
      }
    })
  } catch (thrown) {
    // A sum of more than 38 digits. Nothing is certain then.
    if (thrown instanceof BadUserInput) return []
    throw thrown
  }
}

/** The columns in which a total may be named, by position. Numbers and a name among them are JSON, in files of JSON. */
export function namingColumns(shapes: readonly Shape[]): number[] {
  return shapes.flatMap(({ type }, position) => (type === 'STRING' || type === 'JSON' ? [position] : [])).slice(0, namedMax)
}

const isNumber = (shape: Shape | undefined) => shape?.type === 'INT64' || shape?.type === 'DECIMAL' || shape?.type === 'DOUBLE'

const nothing = (width: number): Amounts => ({
  rows: 0,
  sums: Array.from({ length: width }, () => null),
  notZero: Array.from({ length: width }, () => 0),
})

/**
 * SQL: whether one of the first columns of text holds the name of a total, and the others nothing. Almost every row has several words, or
 * other ones, which is cheap to see; only then is the expression tried.
 */
function marks(texts: readonly number[]): string {
  const filled = texts.map((position) => `(coalesce(${columnAt(position)}, '') <> '')::INTEGER`).join(' + ')
  const said = words(texts)
  const mayBe = `contains(lower(${said}), 'total') OR contains(lower(${said}), 'sum')`
  const steps = [`${filled} = 1`, `strlen(${said}) <= ${nameBytesMax}`, mayBe]
  return steps.reduceRight((then, when) => `CASE WHEN ${when} THEN ${then} ELSE false END`, `regexp_full_match(${said}, ${literal(name)})`)
}

/** SQL: what these columns say, without the quotes of JSON. */
const words = (texts: readonly number[]) => `trim(concat(${texts.map(columnAt).join(', ')}), ' "')`

interface Group {
  /** How many marked rows there are up to here. */
  readonly stretch: number
  readonly isMark: boolean
  readonly place: number
  readonly words: number
  readonly says: string
  readonly amounts: Amounts
}

/** Each marked row by itself, and the rows between marked rows in sum. */
async function stretches(
  session: EngineSession,
  copy: string,
  shapes: readonly Shape[],
  isMarked: string,
  texts: readonly number[],
): Promise<Group[]> {
  const until = 'OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)'
  const placed = `(SELECT *, row_number() OVER () AS place, ${isMarked} AS marked FROM ${copy})`
  const cut = `(SELECT *, sum(CASE WHEN marked THEN 1 ELSE 0 END) ${until} AS stretch FROM ${placed})`
  const groups = new Map<string, Group & { amounts: Amounts & { sums: (bigint | null | undefined)[]; notZero: number[] } }>()
  for (const portion of inPortions(shapes.map((shape, position) => ({ shape, position })))) {
    const outputs = portion.flatMap(({ shape, position }) =>
      isNumber(shape) ? sums(shape, position) : [`${filled(shape, position)} AS f_${position}`],
    )
    const says = `CASE WHEN marked THEN lower(any_value(${words(texts)})) END AS says`
    const found = await session.rows(
      `SELECT stretch, marked, min(place) AS place, count(*) AS n, ${[says, ...outputs].join(', ')} FROM ${cut} GROUP BY stretch, marked ORDER BY place`,
    )
    for (const row of found) {
      const key = `${String(row.stretch)} ${String(row.marked)}`
      const before = groups.get(key)
      const mine = portion.filter(({ shape }) => isNumber(shape))
      const others = portion.filter(({ shape }) => !isNumber(shape)).reduce((sum, { position }) => sum + Number(row[`f_${position}`]), 0)
      groups.set(key, {
        stretch: Number(row.stretch),
        isMark: row.marked === true,
        place: Number(row.place),
        words: (before?.words ?? 0) + others,
        says: String(row.says),
        amounts: {
          rows: Number(row.n),
          sums: [...(before?.amounts.sums ?? []), ...mine.map(({ position }) => unitsOf(row[`sum_${position}`], row[`exact_${position}`]))],
          notZero: [...(before?.amounts.notZero ?? []), ...mine.map(({ position }) => Number(row[`some_${position}`]))],
        },
      })
    }
  }
  return [...groups.values()]
}

function sums({ type }: Shape, position: number): string[] {
  const at = columnAt(position)
  const exact = type === 'DOUBLE' ? `try_cast(CAST(${at} AS VARCHAR) AS ${doubleAs})` : at
  const isExact =
    type === 'DOUBLE' ? `coalesce(bool_and(${at} IS NULL OR coalesce(CAST(${exact} AS DOUBLE) = ${at}, false)), true)` : 'true'
  return [
    `CAST(sum(${exact}) AS VARCHAR) AS sum_${position}`,
    `count_if(${at} <> 0) AS some_${position}`,
    `${isExact} AS exact_${position}`,
  ]
}

function filled({ type }: Shape, position: number): string {
  return type === 'STRING' ? `count_if(trim(${columnAt(position)}) <> '')` : `count(${columnAt(position)})`
}

/** `12.50` → 1250n: all sums of a column have the same number of decimals. */
function unitsOf(sum: unknown, isExact: unknown): bigint | null | undefined {
  if (isExact !== true) return undefined
  return typeof sum === 'string' ? BigInt(sum.replace('.', '')) : null
}
