import { kindOf } from './cell-kind.js'

/** The position of a cell in a series of ages, weeks, months or days; undefined for any other cell. */
function positionOf(cell: string): { unit: 'count' | 'month' | 'day'; at: number; isOpen: boolean } | undefined {
  const text = cell.trim()
  const count = /^(\d{1,3})(\+?)$/.exec(text)
  if (count !== null) return { unit: 'count', at: Number(count[1]), isOpen: count[2] === '+' }
  const month = /^((?:19|20)\d\d)[-/]?(0[1-9]|1[0-2])$/.exec(text)
  if (month !== null) return { unit: 'month', at: Number(month[1]) * 12 + Number(month[2]), isOpen: false }
  const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?$/.exec(text)
  if (iso !== null) return { unit: 'day', at: Date.UTC(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3])) / 86_400_000, isOpen: false }
  return undefined
}

/**
 * The step of a row's cells, if they are a series that names columns: at least three ages, weeks or hours with step one (the last may be
 * open, as `90+`), or with step five or ten from 0; or at least three months or days with one step. Undefined for any other row.
 */
export function seriesStep(cells: readonly string[]): number | undefined {
  const positions = cells.map(positionOf)
  if (positions.length < 3 || positions.some((one) => one === undefined)) return undefined
  const all = positions as NonNullable<(typeof positions)[number]>[]
  const [first, second] = all as [(typeof all)[0], (typeof all)[0]]
  if (all.some(({ unit }) => unit !== first.unit)) return undefined
  const step = second.at - first.at
  const runs = all
    .slice(1)
    .every(({ at, isOpen }, index) => at - (all[index] as (typeof all)[0]).at === step || (isOpen && index === all.length - 2))
  if (!runs || step <= 0) return undefined
  return first.unit !== 'count' || step === 1 || ((step === 5 || step === 10) && first.at === 0) ? step : undefined
}

/** The positions of cells that are numbers or the open end of a series. */
export function numberPlaces(row: readonly string[]): number[] {
  return row.flatMap((cell, place) => (['number', 'year', 'date'].includes(kindOf(cell)) || /^\d{1,3}\+$/.test(cell.trim()) ? [place] : []))
}
