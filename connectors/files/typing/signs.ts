/**
 * What a column's values are made of, as bits of kinds of signs, whatever their order: seen while a file is cut into records, it rules out types
 * before any value is read as one. Blanks are of no kind, since those around a value are not part of it.
 */
export const signs = { digit: 16, point: 32, clock: 64, letter: 128, other: 256 } as const

/** By byte. A letter is one that a number, a date or a boolean can hold: `1E+5`, `T`, `Z`, `AM`, `true`. */
export const signOfByte: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) => {
  const sign = String.fromCharCode(byte)
  if (sign === ' ') return 0
  if (/[0-9]/.test(sign)) return signs.digit
  if (/[.,+-]/.test(sign)) return signs.point
  if (/[:/]/.test(sign)) return signs.clock
  return /[aeflmprstuz]/i.test(sign) ? signs.letter : signs.other
})

/** Of a text. */
export function signsOf(text: string): number {
  return Buffer.from(text).reduce((all, byte) => all | (signOfByte[byte] as number), 0)
}
