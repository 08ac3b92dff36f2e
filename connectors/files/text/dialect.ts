import { RecordScanner } from './records.js'

export const delimiters = [',', '\t', ';', '|'] as const
export type Delimiter = (typeof delimiters)[number]

/** How the fields of a text stand: what separates them, and how many most records have. */
export interface Dialect {
  delimiter: Delimiter
  width: number
}

const recordsMax = 2000

/**
 * The delimiter under which most records of the sample have the same number of fields, more than one; quotes are respected. More fields
 * decide between equals. Without any, the text is one column.
 * @param sample the beginning of the text, UTF-8. @param promised what the file's ending promises: kept if most records keep to it.
 */
export function detectDialect(sample: Buffer, promised?: Delimiter): Dialect {
  if (promised !== undefined) {
    const { width, share } = consistency(sample, promised)
    if (width > 1 && share > 0.5) return { delimiter: promised, width }
  }
  let best: Dialect & { share: number } = { delimiter: ',', width: 1, share: 0 }
  for (const delimiter of delimiters) {
    const { width, share } = consistency(sample, delimiter)
    if (width > 1 && (share > best.share || (share === best.share && width > best.width))) best = { delimiter, width, share }
  }
  return { delimiter: best.delimiter, width: best.width }
}

function consistency(sample: Buffer, delimiter: Delimiter): { width: number; share: number } {
  const counts = new Map<number, number>()
  let records = 0
  const scanner = new RecordScanner(delimiter, (record) => {
    if (record.end === record.start || records >= recordsMax) return
    records++
    if (record.flaw === undefined) counts.set(record.fields, (counts.get(record.fields) ?? 0) + 1)
  })
  scanner.push(sample)
  // The sample's own end may cut a record; it is looked at only where there is nothing else.
  if (records === 0) scanner.end()
  let width = 1
  let most = 0
  for (const [fields, count] of counts) {
    if (count > most || (count === most && fields > width)) [width, most] = [fields, count]
  }
  return { width, share: records === 0 ? 0 : most / records }
}
