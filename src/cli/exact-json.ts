import { isLosslessNumber, isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json'

/** Parses JSON and keeps every digit of its numbers: one that JavaScript would round becomes a LosslessNumber. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  const parseNumber = (digits: string) => (isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits))
  // Of a repeated member the last counts, as in JSON.parse.
  return parse(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
}

/** Such a value as JSON text, with all digits. */
export function stringifyExact(value: unknown): string {
  return stringify(value) ?? 'null'
}

/** Whether a value is a number that JavaScript would round; its text has all digits. */
export const isExactNumber = isLosslessNumber
