import { isLosslessNumber, isSafeNumber, LosslessNumber, parse, stringify } from 'lossless-json'

/**
 * The value of a JSON text, each number with all of its digits: one that JavaScript would round stays text inside of a LosslessNumber.
 * Throws SyntaxError.
 */
export function parseExact(text: string): unknown {
  const parseNumber = (digits: string) => (isSafeNumber(digits) ? Number(digits) : new LosslessNumber(digits))
  // Of a member that is named twice the last counts, as everywhere in JavaScript.
  return parse(text, undefined, { parseNumber, onDuplicateKey: ({ newValue }) => newValue })
}

/** Such a value as JSON text, with the digits that it had. */
export function stringifyExact(value: unknown): string {
  return stringify(value) ?? 'null'
}

/** Whether a value is a number that JavaScript would round; its text is that of its digits. */
export const isExactNumber = isLosslessNumber
