/** The column of a cell reference, counted from 1 (`BC12` is 55); undefined for other texts. May exceed Excel's last column. */
export function columnOf(reference: string): number | undefined {
  let column = 0
  let at = 0
  for (; at < reference.length; at++) {
    const code = reference.charCodeAt(at) & ~32
    if (code < 65 || code > 90) break
    column = column * 26 + code - 64
    if (at > 5) return undefined
  }
  return column === 0 ? undefined : column
}

/** The row of a cell reference; undefined for other texts. */
export function rowOf(reference: string): number | undefined {
  const number = Number(/^[A-Za-z]{1,6}([1-9]\d{0,8})$/.exec(reference)?.[1])
  return Number.isNaN(number) ? undefined : number
}
