/** What is known of a stretch of rows, or of one row that is named like a total. Amounts are whole numbers of a column's smallest unit. */
export interface Amounts {
  readonly rows: number
  /** The exact sum of each column of numbers; null without a value, undefined where it cannot be exact. */
  readonly sums: readonly (bigint | null | undefined)[]
  /** How many values of each are not 0. */
  readonly notZero: readonly number[]
}

/** A row that is named like a total: its place among the rows, from 1, and how many of its cells say something besides its numbers. */
export type MarkedRow = Amounts & { readonly place: number; readonly words: number }

/** A row that is certainly a total. */
export interface CertainTotal {
  readonly place: number
  /** Which rows it is the sum of: all rows above it, those since the total before it, or, for the first row, all rows below it. */
  readonly of: 'above' | 'since' | 'below'
  /** How many rows these are, without totals. */
  readonly rows: number
  /** The columns whose sums it holds, by their place in `sums`. */
  readonly columns: readonly number[]
  /** It is certain whatever else the table has. */
  readonly isByItself: boolean
}

/** Fewer rows may add up by chance, or be one row and its name in other words. */
const rowsMin = 2
/** Where others of the same table are certain, the total of a single row is one too. */
const rowsMinBesideOthers = 1

/**
 * Decides which of the rows that are named like totals are certainly totals. Each must name nothing else, and hold in at least one column
 * exactly the sum of two values or more that are not 0. A whole number that is no such sum may be a year or a code, which says what the row
 * is about: then nothing is certain. Other numbers that are no sums may be averages or shares.
 * @param isWhole whether each column of numbers holds whole numbers.
 * @param stretches the rows before the first marked row, between them, and after the last: one more than there are marked rows.
 */
export function certainTotals(
  isWhole: readonly boolean[],
  marked: readonly MarkedRow[],
  stretches: readonly Amounts[],
): readonly CertainTotal[] {
  const found = withFirst(isWhole, marked, stretches, rowsMinBesideOthers)
  return found.some(({ isByItself }) => isByItself) ? found : withFirst(isWhole, marked, stretches, rowsMin)
}

/** A total may stand above its rows, which only a first row may. */
function withFirst(
  isWhole: readonly boolean[],
  marked: readonly MarkedRow[],
  stretches: readonly Amounts[],
  least: number,
): readonly CertainTotal[] {
  const [first] = marked
  if (first?.place !== 1) return among(isWhole, marked, stretches, least).totals
  const below = among(isWhole, marked.slice(1), stretches.slice(1), least)
  const total = totalOf(isWhole, first, below.all, 'below', least)
  if (total !== undefined) return [total, ...below.totals]
  return among(isWhole, marked, stretches, least).totals
}

function among(
  isWhole: readonly boolean[],
  marked: readonly MarkedRow[],
  stretches: readonly Amounts[],
  least: number,
): { totals: CertainTotal[]; all: Amounts } {
  const none: Amounts = { rows: 0, sums: isWhole.map(() => null), notZero: isWhole.map(() => 0) }
  const totals: CertainTotal[] = []
  let all = stretches[0] ?? none
  let since = all
  for (const [at, row] of marked.entries()) {
    const after = stretches[at + 1] ?? none
    const total = totalOf(isWhole, row, all, 'above', least) ?? totalOf(isWhole, row, since, 'since', least)
    if (total !== undefined) totals.push(total)
    all = plus(total === undefined ? plus(all, row) : all, after)
    since = total === undefined ? plus(plus(since, row), after) : after
  }
  return { totals, all }
}

function totalOf(
  isWhole: readonly boolean[],
  row: MarkedRow,
  others: Amounts,
  of: CertainTotal['of'],
  least: number,
): CertainTotal | undefined {
  const columns = sumsIn(isWhole, row, others, least)
  if (columns === undefined) return undefined
  return { place: row.place, of, rows: others.rows, columns, isByItself: sumsIn(isWhole, row, others, rowsMin) !== undefined }
}

/** The columns in which a row holds the sum of others; undefined where it is not certainly their total. */
function sumsIn(isWhole: readonly boolean[], row: MarkedRow, others: Amounts, least: number): number[] | undefined {
  if (row.words !== 1 || others.rows < least) return undefined
  const isSum = (column: number) => typeof row.sums[column] === 'bigint' && row.sums[column] === others.sums[column]
  const mayBeName = isWhole.some((whole, column) => whole && row.sums[column] !== null && !isSum(column))
  const columns = isWhole.flatMap((_, column) => (isSum(column) && (others.notZero[column] as number) >= least ? [column] : []))
  return mayBeName || columns.length === 0 ? undefined : columns
}

function plus(left: Amounts, right: Amounts): Amounts {
  return {
    rows: left.rows + right.rows,
    sums: left.sums.map((sum, column) => added(sum, right.sums[column])),
    notZero: left.notZero.map((count, column) => count + (right.notZero[column] as number)),
  }
}

function added(left: bigint | null | undefined, right: bigint | null | undefined): bigint | null | undefined {
  if (left === undefined || right === undefined) return undefined
  return left === null ? right : right === null ? left : left + right
}
