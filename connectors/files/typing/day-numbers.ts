import type { ColumnDescription } from '../../../src/connector/column.js'
import type { ColumnProfile } from '../../../src/connector/profile.js'

/** Excel's days of 1950 and 2100. */
const [dayLeast, dayMost] = [18_264, 73_051]

/** What is told of numbers under the name of a date that may be Excel's count of days: 45,292 is 1 January 2024. They stay numbers, since nothing is certain. */
export function dayNumbers({ name, type }: ColumnDescription, profile: ColumnProfile | undefined): string | undefined {
  if (!['INT64', 'DECIMAL', 'DOUBLE'].includes(type) || profile?.min === undefined || profile.max === undefined) return undefined
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z]+/)
  if (!words.some((word) => word === 'date' || word === 'dates') || Number(profile.min) < dayLeast || Number(profile.max) > dayMost) return undefined
  return `Column ${name}: its numbers may be Excel's, which counts days from 1900 (45292 is 1 January 2024); kept as numbers. Format the cells as dates, and save again.`
}
