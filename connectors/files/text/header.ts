/** Where the header of a table stands among its first records. */
export interface Header {
  /** Position of the header among the records given; undefined where the first record is data already. */
  at: number | undefined
  /** Position of the first record that may be data. */
  dataFrom: number
}

/** A value that names nothing: a number that is no year, a date, a link, a mailbox, a postcode. */
const datum =
  /^(?:[-+£$€]?\s?\d[\d,]*(?:\.\d+)?%?|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}(?:[T ].*)?|https?:\/\/\S+|[^\s@]+@[^\s@]+\.\w+|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})$/i
const year = /^(?:19|20)\d\d(?:[-/]\d{2,4})?$/
const withinMax = 50

/**
 * Finds the header. Rows above it are those that fill half of the columns or fewer (a title, a note, nothing). The first fuller row is the
 * header, unless it holds a value of the same kind as the rows below it: then there is none. Years name columns.
 * @param records the first records as cells, blank ones included.
 * @param width how many fields most records have.
 */
export function findHeader(records: readonly (readonly string[])[], width: number): Header {
  const filled = records.slice(0, withinMax).map((record) => record.filter((cell) => cell.trim() !== '').length)
  let at = filled.findIndex((count) => count > width / 2)
  if (at === -1) at = filled.findIndex((count) => count > 0)
  if (at === -1) return { at: undefined, dataFrom: 0 }
  const below = records.slice(at + 1, at + 1 + withinMax * 4)
  return isData(records[at] as readonly string[], below) ? { at: undefined, dataFrom: at } : { at, dataFrom: at + 1 }
}

function isData(record: readonly string[], below: readonly (readonly string[])[]): boolean {
  return record.some((cell, column) => {
    const text = cell.trim()
    if (text === '' || year.test(text)) return false
    const others = below.map((other) => (other[column] ?? '').trim()).filter((other) => other !== '')
    if (others.length === 0) return below.length === 0 && datum.test(text)
    const same = datum.test(text) ? (other: string) => datum.test(other) : sameShape(text)
    return same !== undefined && others.filter(same).length >= others.length * 0.8
  })
}

/** A code such as E01000001 among its like: letters and digits at the same places. */
function sameShape(text: string): ((other: string) => boolean) | undefined {
  if (text.length < 4 || !/\d{3}/.test(text)) return undefined
  const shape = shapeOf(text)
  return (other) => shapeOf(other) === shape
}

function shapeOf(text: string): string {
  return text.replace(/\p{Lu}/gu, 'A').replace(/\p{Ll}/gu, 'a').replace(/\d/g, '9')
}
