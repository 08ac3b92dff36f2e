import { mend, type Slip } from './mend.js'

/** A value of a JSON text: its text (valid JSON, latin1), and the same parsed. Strings in `value` have one character for each byte. */
export interface Parsed {
  text: string
  value: unknown
  /** The repairs that were made. */
  slips?: ReadonlySet<Slip>
}

/** Parses a text (latin1), after repairs if needed. Undefined if it is not JSON even then. */
export function parse(text: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // JavaScript accepts half of a surrogate pair, but other programs do not. JSON.stringify leaves it an escape.
    if (!/\\u[dD]/.test(text) || !/\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''))) return { text, value }
  } catch {
    // The text is not JSON as it is.
  }
  const mended = mend(text)
  if (mended === undefined) return undefined
  return { text: mended.text, value: JSON.parse(mended.text) as unknown, slips: mended.slips }
}

/** Whether a value is an object with members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
