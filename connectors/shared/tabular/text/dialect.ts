import { RecordScanner } from './records.js'

/** Usual delimiters, and rare ones, which are tried only if no usual one separates any fields. */
const usual = [',', '\t', ';', '|'] as const
const rare = ['^', '~', '\u001f', '\u0001'] as const
/** Every delimiter that can be found. */
export const delimiters = [...usual, ...rare] as const
/** A character that separates fields. */
export type Delimiter = (typeof delimiters)[number]

/** The delimiter of a text, and how many fields most records have. */
export interface Dialect {
  delimiter: Delimiter
  width: number
}

const recordsMax = 2000
/** The share of records that must have the same number of fields, for a rare delimiter. */
const rareShare = 0.9

/**
 * Finds the delimiter with which most records of the sample have the same number of fields, more than one; quotes are respected. Among
 * equals, more fields decide. Without any, the text is one column.
 * @param sample the beginning of the text, UTF-8.
 * @param promised what the file's ending or first line suggests, used if most records agree.
 */
export function detectDialect(sample: Buffer, promised?: Delimiter): Dialect {
  if (promised !== undefined) {
    const { width, share } = regularity(sample, promised)
    if (width > 1 && share > 0.5) return { delimiter: promised, width }
  }
  return best(sample, usual, 0, 1) ?? best(sample, rare, rareShare, 2) ?? { delimiter: ',', width: 1 }
}

function best(sample: Buffer, candidates: readonly Delimiter[], shareLeast: number, recordsLeast: number): Dialect | undefined {
  let found: (Dialect & { share: number }) | undefined
  for (const delimiter of candidates) {
    const { width, share, records } = regularity(sample, delimiter)
    if (width < 2 || share < shareLeast || records < recordsLeast) continue
    if (found === undefined || share > found.share || (share === found.share && width > found.width)) found = { delimiter, width, share }
  }
  return found === undefined ? undefined : { delimiter: found.delimiter, width: found.width }
}

/** How regular the records of a sample are with one delimiter. */
export interface Regularity {
  records: number
  /** The number of fields in most records, and the share of such records. */
  width: number
  share: number
  /** Records with a quote that does not close, or that closes inside a field. */
  flawed: number
}

/**
 * Measures how regular the records are.
 * @param isWhole whether the sample is the whole text. Otherwise its last record may be cut off, and counts only if it is the only one.
 */
export function regularity(sample: Buffer, delimiter: Delimiter, isWhole = false): Regularity {
  const counts = new Map<number, number>()
  let records = 0
  let flawed = 0
  const scanner = new RecordScanner(delimiter, (record) => {
    if (record.end === record.start || records >= recordsMax) return
    records++
    if (record.flaw === undefined) counts.set(record.fields, (counts.get(record.fields) ?? 0) + 1)
    else flawed++
  })
  scanner.push(sample)
  if (isWhole || records === 0) scanner.end()
  let width = 1
  let most = 0
  for (const [fields, count] of counts) {
    if (count > most || (count === most && fields > width)) [width, most] = [fields, count]
  }
  return { records, width, share: records === 0 ? 0 : most / records, flawed }
}

/** The delimiter named by a first line such as Excel's `sep=;`. That line is not a row. */
export function namedDelimiter(sample: Buffer): Delimiter | undefined {
  const [, named] = /^"?sep=(.)"?[\t,; ]*(?:[\r\n]|$)/i.exec(sample.toString('latin1', 0, 40)) ?? []
  return delimiters.find((delimiter) => delimiter === named)
}

/** Whether a delimiter is a rare one, which is reported. */
export function isRare(delimiter: Delimiter): boolean {
  return (rare as readonly string[]).includes(delimiter)
}

/** The name of a delimiter in messages. */
export function printable(delimiter: Delimiter): string {
  return delimiter < ' ' ? `the control character ${delimiter.charCodeAt(0)}` : `"${delimiter}"`
}
