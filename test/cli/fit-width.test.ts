import { expect, test } from 'vitest'
import { cutText, fitWidth, usualWidth, wrapText } from '../../src/cli/fit-width.js'

/** As it is drawn: every column is as wide as its widest cell. */
const widthOf = ([head = [], ...rows]: readonly (readonly string[])[]) =>
  head.reduce(
    (sum, name, column) => sum + Math.max(...[name, ...rows.map((row) => row[column] ?? '')].map((cell) => [...cell].length)) + 3,
    1,
  )

test('the widest columns are cut until a table fits, and a table that fits is not touched', () => {
  const table = [
    ['id', 'name', 'place'],
    ['1', 'x'.repeat(60), 'y'.repeat(30)],
    ['2', 'short', 'z'.repeat(60)],
  ]
  const fitted = fitWidth(table, usualWidth)
  expect(widthOf(fitted)).toBe(usualWidth)
  expect(fitted[1]?.[0]).toBe('1')
  expect(fitted[1]?.[1]).toMatch(/^x+…$/)
  expect(fitWidth(table, 200)).toEqual(table)
})

test('a table of very many columns is cut no further than can be read', () => {
  const fitted = fitWidth([Array.from({ length: 40 }, () => 'established')], usualWidth)
  expect(new Set(fitted[0])).toEqual(new Set(['estab…']))
})

test('a character of two units is cut as one', () => expect(cutText('😀😀😀', 2)).toBe('😀…'))

test('a text is broken at its blanks', () => {
  const wrapped = wrapText('one two three four', 9)
  expect(wrapped).toBe('one two\nthree\nfour')
  expect(wrapText('short', 9)).toBe('short')
  expect(wrapText('x'.repeat(20), 9)).toBe('x'.repeat(20))
})
