import type { ColumnDescription } from '../../../../src/connector/column.js'
import type { ColumnProfile } from '../../../../src/connector/profile.js'

/** Numbers that may be days: Excel's day numbers of 1950 to 2100, and dates written without separators. */
const kinds = [
  {
    least: 18_264,
    most: 73_051,
    problem:
      "its numbers may be Excel's, which counts days from 1900 (45292 is 1 January 2024); kept as numbers. Format the cells as dates, and save again.",
  },
  {
    least: 19_000_101,
    most: 21_001_231,
    problem:
      'its numbers may be days (20240131 is 31 January 2024); kept as numbers. To read them as days, write type: DATE for this column in catalogue.yaml.',
  },
] as const

/** Reports numbers in a column named like a date that may be days. They stay numbers, since that is not certain. */
export function dayNumbers({ name, type }: ColumnDescription, profile: ColumnProfile | undefined): string | undefined {
  if (!['INT64', 'DECIMAL', 'DOUBLE'].includes(type) || profile?.min === undefined || profile.max === undefined) return undefined
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
  if (!words.some((word) => word === 'date' || word === 'dates')) return undefined
  const [from, to] = [Number(profile.min), Number(profile.max)]
  const kind = kinds.find(({ least, most }) => from >= least && to <= most)
  return kind === undefined ? undefined : `Column ${name}: ${kind.problem}`
}
