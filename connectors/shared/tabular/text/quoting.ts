import { type Delimiter, regularity, type Regularity } from './dialect.js'
import { cellsOf } from './cells.js'
import { type Quoting, Requote } from './requote.js'

/** The reports for these ways of quoting. */
export const quotingWords: Record<Quoting, string> = {
  backslash: 'Quotes inside of quoted fields are escaped by backslashes; they were read as quotes. Double them to be certain.',
  single: 'Fields stand in single quotes, which were left out. Write double quotes to be certain.',
}

const shareLeast = 0.9
const linesLooked = 200

/**
 * Detects another way of quoting, if the usual way does not fit the sample and the other fits all of it.
 * @param isWhole whether the sample is the whole text.
 */
export function detectQuoting(sample: Buffer, delimiter: Delimiter, isWhole: boolean): Quoting | undefined {
  const usual = () => regularity(sample, delimiter, isWhole)
  const other = (quoting: Quoting) => regularity(new Requote(quoting, delimiter).whole(sample), delimiter, isWhole)
  if (sample.includes('\\"') && isBetter(other('backslash'), usual())) return 'backslash'
  if (sample.includes('"') || !sample.includes("'")) return undefined
  const single = other('single')
  if (!isFit(single)) return undefined
  return isBetter(single, usual()) || hasWrappedColumn(sample, delimiter) ? 'single' : undefined
}

function isFit({ flawed, share, width }: Regularity): boolean {
  return flawed === 0 && share >= shareLeast && width > 1
}

function isBetter(other: Regularity, usual: Regularity): boolean {
  return isFit(other) && (other.share > usual.share || usual.flawed > 0)
}

/** Whether every value of some column, except in the first row, stands in single quotes. */
function hasWrappedColumn(sample: Buffer, delimiter: Delimiter): boolean {
  const lines = sample
    .toString('utf8')
    .split(/\r\n|\r|\n/)
    .slice(1, linesLooked)
    .filter((line) => line !== '')
  const rows = lines
    .slice(0, -1)
    .concat(lines.length === 1 ? lines : [])
    .map((line) => cellsOf(line, delimiter).map(({ text }) => text))
  const [first] = rows
  if (first === undefined) return false
  return first.some((_, column) => rows.every((row) => /^'.*'$/.test(row[column] ?? '')))
}
