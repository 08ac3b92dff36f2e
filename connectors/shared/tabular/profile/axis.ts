import type { Shape } from '../../../../src/connector/column.js'

/** The most bins of a histogram. */
const binsMax = 10

/** How the values of a type map to a line of DOUBLEs. */
export interface Axis {
  /** The engine's name of the type. */
  readonly engineType: string
  /** SQL: the position of a value. */
  readonly place: (sql: string) => string
  /** The canonical text of the value at a position. */
  readonly text: (place: number) => string
  /** The distance between neighbouring values: 1 for whole numbers and dates, 0 if there are no neighbours. */
  readonly step: 0 | 1
}

/** The axis of a shape; undefined if its values have no positions. */
export function axisOf({ type, scale = 0 }: Shape): Axis | undefined {
  switch (type) {
    case 'INT64':
      return { engineType: 'BIGINT', place: (sql) => `CAST(${sql} AS DOUBLE)`, text: (place) => BigInt(place).toString(), step: 1 }
    case 'DOUBLE':
      return { engineType: 'DOUBLE', place: (sql) => sql, text: String, step: 0 }
    case 'DECIMAL':
      return {
        engineType: `DECIMAL(38,${scale})`,
        place: (sql) => `CAST(${sql} AS DOUBLE)`,
        text: (place) => place.toFixed(scale),
        step: 0,
      }
    case 'DATE':
      return {
        engineType: type,
        place: (sql) => `CAST(date_diff('day', DATE '1970-01-01', ${sql}) AS DOUBLE)`,
        text: (day) => isoOf(day * 86_400).slice(0, 10),
        step: 1,
      }
    case 'TIMESTAMP':
      return { engineType: type, place: (sql) => `epoch(${sql})`, text: (second) => isoOf(second).slice(0, -1), step: 0 }
    case 'TIMESTAMPTZ':
      return { engineType: type, place: (sql) => `epoch(${sql})`, text: isoOf, step: 0 }
    default:
      return undefined
  }
}

/** A bin of a histogram. It includes both ends, but values without neighbours at its lower end belong to the bin before. */
export interface Stretch {
  readonly from: string
  readonly to: string
}

/** Divides the values from least to greatest into bins of equal width, as canonical texts. Empty if the range is too large to divide. */
export function stretches(
  { text, step }: Axis,
  least: { place: number; text: string },
  greatest: { place: number; text: string },
): Stretch[] {
  const span = greatest.place - least.place
  if (!Number.isFinite(span) || (text(0).startsWith('1970') && Math.max(Math.abs(least.place), Math.abs(greatest.place)) > 1e11)) return []
  const count = span === 0 ? 1 : step === 0 ? binsMax : Math.min(binsMax, span + 1)
  const inner = Array.from({ length: count - 1 }, (_, index) =>
    step === 0 ? least.place + (span / count) * (index + 1) : least.place + Math.floor(((span + 1) / count) * (index + 1)) - 1,
  )
  const kept = inner.filter((place) => place < greatest.place && (step === 1 || place > least.place))
  const uppers = kept.filter(
    (place, index) => text(place) !== greatest.text && (index === 0 || text(place) !== text(kept[index - 1] as number)),
  )
  const lower = (index: number) => (index === 0 ? least.text : text((uppers[index - 1] as number) + step))
  return [...uppers.map((place, index) => ({ from: lower(index), to: text(place) })), { from: lower(uppers.length), to: greatest.text }]
}

function isoOf(second: number): string {
  return new Date(Math.round(second * 1000)).toISOString().replace(/\.000Z$/, 'Z')
}
