import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Amounts, certainTotals, type MarkedRow } from '../../connectors/shared/tabular/layout/certain-totals.js'

type Cell = bigint | null | undefined
/** A row: its numbers, how many other cells it has, and whether its name is a total's. */
interface Row {
  cells: Cell[]
  words?: number
  marked?: boolean
}

const row = (...cells: (number | null | undefined)[]): Row => ({
  cells: cells.map((cell) => (typeof cell === 'number' ? BigInt(cell) : cell)),
})
const total = (...cells: (number | null | undefined)[]): Row => ({ ...row(...cells), words: 1, marked: true })

/** What the engine hands over: the marked rows, and the rows between them in sum. */
function given(rows: readonly Row[], width: number): { marked: MarkedRow[]; stretches: Amounts[] } {
  const amounts = (some: readonly Row[]): Amounts => ({
    rows: some.length,
    sums: Array.from({ length: width }, (_, column) => {
      const cells = some.map(({ cells }) => cells[column]).filter((cell) => cell !== null)
      if (cells.includes(undefined)) return undefined
      return cells.length === 0 ? null : (cells as bigint[]).reduce((sum, cell) => sum + cell, 0n)
    }),
    notZero: Array.from({ length: width }, (_, column) => some.filter(({ cells }) => (cells[column] ?? 0n) !== 0n).length),
  })
  const marked = rows.flatMap((one, at) => (one.marked === true ? [{ ...amounts([one]), place: at + 1, words: one.words ?? 1 }] : []))
  const ends = [0, ...marked.map(({ place }) => place), rows.length + 1]
  const stretches = ends.slice(1).map((end, at) => amounts(rows.slice(ends[at], end - 1)))
  return { marked, stretches }
}

function placesOf(rows: readonly Row[], isWhole: readonly boolean[]): number[] {
  const { marked, stretches } = given(rows, isWhole.length)
  return certainTotals(isWhole, marked, stretches).map(({ place }) => place)
}

describe('what is certainly a total', () => {
  test.each<[string, Row[], boolean[], number[]]>([
    ['the last row', [row(1), row(2), total(3)], [true], [3]],
    ['the first row', [total(3), row(1), row(2)], [true], [1]],
    ['first and last', [total(3), row(1), row(2), total(3)], [true], [1, 4]],
    ['above a note', [row(1), row(2), total(3), row(null)], [true], [3]],
    ['subtotals and a grand total', [row(1), row(2), total(3), row(4), row(5), total(9), total(12)], [true], [3, 6, 7]],
    ['the subtotal of one row, beside others', [row(1), row(2), total(3), row(4), total(4), total(7)], [true], [3, 5, 6]],
    ['of one of several columns', [row(1, 5), row(2, 6), total(3, null)], [true, true], [3]],
    ['beside an average or a share', [row(1, 50), row(2, 25), total(3, 38)], [true, false], [3]],
    ['of what ends each other', [row(5), row(-5), total(0)], [true], [3]],
  ])('%s', (_, rows, isWhole, places) => {
    expect(placesOf(rows, isWhole)).toEqual(places)
  })

  test.each<[string, Row[], boolean[]]>([
    ['a sum that is one unit off', [row(1), row(2), total(4)], [true]],
    ['one row above it', [row(3), total(3)], [true]],
    ['the only value that is not 0, again', [row(0), row(3), total(3)], [true]],
    ['a row of a year: the whole number may be what it is about', [row(2020, 5), row(2020, 7), total(2020, 12)], [true, true]],
    ['a row with other words', [row(1), row(2), { ...total(3), words: 2 }], [true]],
    ['a row without numbers', [row(1), row(2), total(null)], [true]],
    ['values without an exact sum', [row(undefined), row(2), total(undefined)], [false]],
    ['an average, or a share, alone', [row(1), row(2), total(2)], [false]],
    ['no rows at all', [], [true]],
    ['the first row above others whose sum it is not', [total(4), row(1), row(2)], [true]],
  ])('not: %s', (_, rows, isWhole) => {
    expect(placesOf(rows, isWhole)).toEqual([])
  })

  test('what is no total counts as a row in those after it', () => {
    expect(placesOf([row(1), row(2), total(4), total(7)], [true])).toEqual([4])
    expect(placesOf([total(4), row(1), row(2), total(7)], [true])).toEqual([4])
    expect(placesOf([row(1), row(2), total(4), row(5), row(6), total(11)], [true])).toEqual([])
  })

  const amount = fc.integer({ min: 1, max: 40 })
  const section = fc.array(amount, { minLength: 1, maxLength: 6 })

  test('every subtotal and the grand total of a report is found, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(section, { minLength: 1, maxLength: 5 }), (sections) => {
        fc.pre(sections.flat().length > 1)
        const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, one) => sum + one, 0)
        const rows = sections.flatMap((amounts) => [...amounts.map((one) => row(one)), total(sumOf(amounts))])
        const whole = [...rows, total(sumOf(sections.flat()))]
        expect(placesOf(whole, [true])).toEqual(whole.flatMap(({ marked }, at) => (marked === true ? [at + 1] : [])))
      }),
    )
  })

  test('whatever is set aside is the sum of rows that stay, and without it no sum changes but its own', () => {
    const cell = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -2, max: 3 }) }, { weight: 1, arbitrary: fc.constant(null) })
    const any = fc.record({ cells: fc.tuple(cell, cell), marked: fc.boolean(), words: fc.integer({ min: 1, max: 2 }) })
    fc.assert(
      fc.property(fc.array(any, { maxLength: 9 }), fc.tuple(fc.boolean(), fc.boolean()), (drawn, isWhole) => {
        const rows = drawn.map(({ cells, ...rest }) => ({ ...row(...cells), ...rest }))
        const { marked, stretches } = given(rows, 2)
        const found = certainTotals(isWhole, marked, stretches)
        const aside = new Set(found.map(({ place }) => place))
        for (const { place, of, columns, rows: count } of found) {
          const before = [...aside].filter((other) => other < place && other !== 1).at(-1) ?? (aside.has(1) && place > 1 ? 1 : 0)
          const isIn = (at: number) => (of === 'below' ? at > place : at < place && (of === 'above' || at > before))
          const others = rows.filter((_, index) => !aside.has(index + 1) && isIn(index + 1))
          expect(others).toHaveLength(count)
          expect(columns.length).toBeGreaterThan(0)
          for (const [column, whole] of isWhole.entries()) {
            const sum = others.reduce((all, { cells }) => all + (cells[column] ?? 0n), 0n)
            const own = rows[place - 1]?.cells[column]
            if (columns.includes(column) || (whole && own !== null)) expect(own).toBe(sum)
          }
        }
      }),
      { numRuns: 2000 },
    )
  })
})
