import { counted, withCommas } from '../../../../src/connector/counted.js'
import type { FoundTotal } from './find-totals.js'

const shownMax = 20
const columnsMax = 3

/** Tells of each row that was set aside where it stood, why it is certainly a total, and how to have it back. @param names the columns' names. */
export function totalProblems(totals: readonly FoundTotal[], names: readonly string[]): string[] {
  if (totals.length === 0) return []
  const shown = totals.slice(0, shownMax).map((total) => `${whyTotal(total, names)}: set aside as a total.`)
  const more = totals.length - shownMax
  return [
    ...shown,
    ...(more > 0 ? [`${counted(more, 'more row')} of sums: set aside too.`] : []),
    'No query, count or download has the rows that were set aside as totals. To have them among the rows, write totals: KEEP for the dataset in catalogue.yaml.',
  ]
}

/** Tells of each row that is certainly a total and was kept, as the publisher asks. */
export function keptProblems(totals: readonly FoundTotal[], names: readonly string[]): string[] {
  const shown = totals
    .slice(0, shownMax)
    .map((total) => `${whyTotal(total, names)}: kept as a row, as catalogue.yaml says. Leave it out of sums.`)
  const more = totals.length - shownMax
  return more > 0 ? [...shown, `${counted(more, 'more row')} of sums: kept too.`] : shown
}

const whyTotal = (total: FoundTotal, names: readonly string[]) =>
  `Row ${total.place} (counted from the first row under the header) ${saidBy(total)} and holds the exact sum of ${rowsOf(total)} in ${columnsOf(total, names)}`

const saidBy = ({ says }: FoundTotal) => (says === undefined ? 'is named as a total, names nothing else' : `says "${says}", nothing else,`)

function rowsOf({ of, rows }: FoundTotal): string {
  if (of === 'since') return `the ${counted(rows, 'row')} since the total before it`
  return rows === 1 ? `the row ${of} it` : `all ${withCommas(rows)} rows ${of} it`
}

function columnsOf({ columns }: FoundTotal, names: readonly string[]): string {
  const some = columns.slice(0, columnsMax).map((position) => names[position] as string)
  const more = columns.length - some.length
  if (more > 0) return `${some.join(', ')} and ${counted(more, 'more column')}`
  return some.length === 1 ? `column ${some[0]}` : `columns ${some.slice(0, -1).join(', ')} and ${some.at(-1)}`
}

/** Whether a problem says that a row which looks like a total is among the rows. */
export const isTotalAmongRows = (problem: string): boolean => /^(?:The|Rows) .*looks? like (?:a total|subtotals) of/.test(problem)

/** Whether a problem says that of the last row. */
export const isLastTotal = (problem: string): boolean => problem.startsWith('The last row looks like a total of')

/** The number that a row of the copy has in the file, where totals were set aside. @param places theirs, in order, from 1. */
export function placeInFile(row: number, places: readonly number[]): number {
  return places.reduce((at, place) => (place <= at ? at + 1 : at), row)
}
