/**
 * Bits for the kinds of characters in a column's values, in any order. They are collected while a file is split into records, and rule out
 * types before any value is read.
 */
export const signs = { digit: 16, dash: 32, dot: 64, mark: 128, clock: 256, tee: 512, letter: 1024, other: 2048, blank: 4096 } as const

/**
 * The bits by byte. A letter is one that a number, a date or a boolean can hold: `1E+5`, `Z`, `AM`, `true`; a tee is the one in
 * `2024-01-31T10:00`.
 */
export const signOfByte: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte)
  if (sign === ' ') return signs.blank
  if (/[0-9]/.test(sign)) return signs.digit
  if (sign === '-') return signs.dash
  if (sign === '.') return signs.dot
  if (/[,+]/.test(sign)) return signs.mark
  if (/[:/]/.test(sign)) return signs.clock
  if (sign === 'T') return signs.tee
  return /[aeflmprstuz]/i.test(sign) ? signs.letter : signs.other
})

/** The bits of a text. */
export function signsOf(text: string): number {
  return Buffer.from(text).reduce((all, byte) => all | (signOfByte[byte] as number), 0)
}

/** Whether values consist only of these kinds of characters. */
export function areOf(seen: number, allowed: number): boolean {
  return (seen & ~allowed) === 0
}
