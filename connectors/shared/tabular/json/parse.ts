import { mend, type Slip } from './mend.js'

/** A value of a JSON text: its text (valid JSON, latin1), and the same parsed. Strings in `value` hold one byte a character. */
export interface Parsed {
  text: string
  value: unknown
  /** What was mended. */
  slips?: ReadonlySet<Slip>
}

/** Parses a text (latin1), mended where only its spelling is not JSON. Nothing where it is none. */
export function parse(text: string): Parsed | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // Half of a surrogate pair is JSON to JavaScript and to nobody else; written again, it stays an escape.
    if (!/\\u[dD]/.test(text) || !/\\ud[89a-f]/.test(JSON.stringify(value).replaceAll('\\\\', ''))) return { text, value }
  } catch {
    // Not JSON as it stands.
  }
  const mended = mend(text)
  if (mended === undefined) return undefined
  return { text: mended.text, value: JSON.parse(mended.text) as unknown, slips: mended.slips }
}

/** Whether a value is an object with members. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
