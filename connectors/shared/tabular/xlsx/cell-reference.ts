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

/** The letters of a column: 55 is `BC`. */
export function lettersOf(column: number): string {
  let letters = ''
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return letters
}
