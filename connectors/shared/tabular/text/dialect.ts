import { RecordScanner } from './records.js'

/** What separates fields in most files; and what does so seldom, and is looked for only where none of the others separates any. */
const usual = [',', '\t', ';', '|'] as const
const rare = ['^', '~', '\u001f', '\u0001'] as const
export const delimiters = [...usual, ...rare] as const
export type Delimiter = (typeof delimiters)[number]

/** How the fields of a text stand: what separates them, and how many most records have. */
export interface Dialect {
  delimiter: Delimiter
  width: number
}

const recordsMax = 2000
/** Part of the records that must have as many fields as most, where a rare sign is to separate them. */
const rareShare = 0.9

/**
 * The delimiter under which most records of the sample have the same number of fields, more than one; quotes are respected. More fields
 * decide between equals. Without any, the text is one column.
 * @param sample the beginning of the text, UTF-8. @param promised what the file's ending, or its first line, promises: kept if most records
 * keep to it.
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

/** How regular the records of a sample are under a delimiter. */
export interface Regularity {
  records: number
  /** How many fields most of them have, and the part of them that has as many. */
  width: number
  share: number
  /** Records whose quotes do not close, or close inside of a field. */
  flawed: number
}

/** @param isWhole the sample is the whole text: else its end may cut a record, which is looked at only where there is nothing else. */
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

/** The delimiter that a first line such as Excel's `sep=;` names; such a line is no row. */
export function namedDelimiter(sample: Buffer): Delimiter | undefined {
  const [, named] = /^"?sep=(.)"?[\t,; ]*(?:[\r\n]|$)/i.exec(sample.toString('latin1', 0, 40)) ?? []
  return delimiters.find((delimiter) => delimiter === named)
}

/** Whether a delimiter is seldom one, so that it is reported. */
export function isRare(delimiter: Delimiter): boolean {
  return (rare as readonly string[]).includes(delimiter)
}

/** A delimiter as a message names it. */
export function printable(delimiter: Delimiter): string {
  return delimiter < ' ' ? `the control character ${delimiter.charCodeAt(0)}` : `"${delimiter}"`
}
