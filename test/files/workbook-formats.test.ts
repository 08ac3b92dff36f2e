import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CellValue } from '../../connectors/shared/tabular/xlsx/cell-value.js'
import { readCell } from '../../connectors/shared/tabular/xlsx/read-cell.js'
import { builtInFormats } from '../../connectors/shared/tabular/xlsx/built-in-formats.js'
import { parseNumberFormat, sectionFor } from '../../connectors/shared/tabular/xlsx/number-format.js'
import { numberText } from '../../connectors/shared/tabular/xlsx/number-text.js'
import type { DateSystem } from '../../connectors/shared/tabular/xlsx/workbook-part.js'
import { long, runsOf } from '../support/long.js'

const bounds = { numRuns: runsOf(100, 400) }

/** A stored number under a format code, as `kind text`, with the unit that it is shown with. */
function shown(code: string, value: string | number, dateSystem: DateSystem = '1900'): string {
  const format = parseNumberFormat(code)
  const cell = { type: undefined, style: undefined, value: String(value), inline: undefined, isFormula: false }
  const { kind, text, unit } = readCell(cell, { strings: [], styles: () => format, dateSystem }) as CellValue
  return [kind, text, unit].filter((word) => word !== undefined && word !== '').join(' ')
}

describe('number formats', () => {
  it.each<[code: string, value: number | string, as: string]>([
    // Numbers, whatever letters their formats hold.
    ['General', 45292, 'number 45292'],
    ['GENERAL', 5, 'number 5'],
    ['Standard', 45292, 'number 45292'],
    ['@', 45292, 'number 45292'],
    ['0.0\\m', 120.5, 'number 120.5 m'],
    ['0.00\\ \\m', 5.5, 'number 5.5 m'],
    ['#,##0_M_M;#,##0_M_M', 1200, 'number 1200'],
    ['0\\d', 2, 'number 2 d'],
    ['"days" 0', 3, 'number 3 days'],
    ['0" days"', 3, 'number 3 days'],
    ['0.0" °C"', 21.5, 'number 21.5 °C'],
    ['General" hrs"', 8, 'number 8 hrs'],
    ['0.00E+00', 12345.5, 'number 12345.5'],
    ['##0.0e-0', 12345.5, 'number 12345.5'],
    ['# ?/?', 0.5, 'number 0.5'],
    ['# ??/100', 0.25, 'number 0.25'],
    ['0%', 0.25, 'number 0.25 %'],
    ['0.00%', 0.5, 'number 0.5 %'],
    ['0.0‰', 0.5, 'number 0.5 ‰'],
    ['[Red]0', 7, 'number 7'],
    ['[Magenta]#,##0.00', 7.5, 'number 7.5'],
    ['[Color 12]0', 7, 'number 7'],
    ['0;[Red]-0', -7, 'number -7'],
    ['[$£-809]#,##0.00', 9.99, 'number 9.99 £'],
    ['[$-809]#,##0.00', 9.99, 'number 9.99'],
    ['#,##0.00\\ [$€-1]', 9.99, 'number 9.99 €'],
    ['"£"#,##0;[Red]\\-"£"#,##0', -3, 'number -3 £'],
    ['_-* #,##0.00_-;\\-* #,##0.00_-;_-* "-"??_-;_-@_-', 12.5, 'number 12.5'],
    ['_-[$£-809]* #,##0_d_-', 12, 'number 12 £'],
    ['*d0', 4, 'number 4'],
    ['*y0', 4, 'number 4'],
    ['[>100]"many";0', 5, 'number 5'],
    ['[<1]0.00"p";[>=1]0" GBP"', 0.5, 'number 0.5 p'],
    ['[<1]0.00"p";[>=1]0" GBP"', 2, 'number 2 GBP'],
    ['00000', 123, 'number 123'],
    ['000\\-00\\-0000', 123456789, 'number 123456789'],
    ['0d', 2, 'number 2'],
    [';;;', 5, 'number 5'],
    ['"yes";"yes";"no"', 0, 'number 0 no'],
    ['"d/m/y"', 12, 'number 12 d/m/y'],
    // Days.
    ['dd/mm/yyyy', 45292, 'date 2024-01-01'],
    ['yyyy\\-mm\\-dd', 45292, 'date 2024-01-01'],
    ['[$-809]d mmmm yyyy;@', 45292, 'date 2024-01-01'],
    ['[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy', 45292, 'date 2024-01-01'],
    ['[$-x-sysdate]dddd, mmmm dd, yyyy', 45292, 'date 2024-01-01'],
    ['mmm-yy', 45292, 'date 2024-01-01'],
    ['yyyy', 45292, 'date 2024-01-01'],
    ['mmmm', 45292, 'date 2024-01-01'],
    ['ddd', 45292, 'date 2024-01-01'],
    ['yyyy"年"m"月"d"日"', 45292, 'date 2024-01-01'],
    ['[$-411]ge.m.d', 45292, 'date 2024-01-01'],
    ['[$-1070000]d/mm/bbbb', 45292, 'date 2024-01-01'],
    ['DD/MM/YYYY', 45292, 'date 2024-01-01'],
    ['[Red]dd/mm/yy', 45292, 'date 2024-01-01'],
    ['dd/mm/yyyy;;', 45292, 'date 2024-01-01'],
    ['dd/mm/yyyy;;', 0, 'no-day'],
    ['[=0]"";dd/mm/yyyy', 0, 'no-day'],
    ['[=0]"";dd/mm/yyyy', 45292, 'date 2024-01-01'],
    ['"week of "dd/mm', 45292, 'date 2024-01-01'],
    ['d\\d', 45292, 'date 2024-01-01'],
    ['m', 45292, 'date 2024-01-01'],
    // Days with hours.
    ['dd/mm/yyyy hh:mm', 45292.4375, 'datetime 2024-01-01T10:30:00'],
    ['m/d/yy h:mm AM/PM', 45292.75, 'datetime 2024-01-01T18:00:00'],
    ['dd/mm/yyyy', 45292.5, 'datetime 2024-01-01T12:00:00'],
    ['yyyy-mm-dd"T"hh:mm:ss', 45292.4375, 'datetime 2024-01-01T10:30:00'],
    ['hh:mm', 45292.4375, 'datetime 2024-01-01T10:30:00'],
    ['dd/mm/yyyy hh:mm:ss.000', 45292.000001, 'datetime 2024-01-01T00:00:00.086'],
    ['dd/mm/yyyy hh:mm', 45291.999999999, 'date 2024-01-01'],
    ['dd/mm/yyyy hh:mm:ss', '45292.437499999999', 'datetime 2024-01-01T10:30:00'],
    ['hh:mm dd/mm', 45292.5, 'datetime 2024-01-01T12:00:00'],
    // Times of day.
    ['hh:mm', 0.4375, 'time 10:30:00'],
    ['h:mm AM/PM', 0.75, 'time 18:00:00'],
    ['mm:ss', 0.001, 'time 00:01:26.400'],
    ['mmss.0', 0.5, 'time 12:00:00'],
    ['[$-F400]h:mm:ss\\ AM/PM', 0.25, 'time 06:00:00'],
    ['hh:mm:ss', 0.041666666666666664, 'time 01:00:00'],
    ['上午/下午h"时"mm"分"', 0.75, 'time 18:00:00'],
    ['dd/mm/yyyy hh:mm', 0.5, 'time 12:00:00'],
    ['hh:mm', 0, 'time 00:00:00'],
    // Durations.
    ['[h]:mm', 1.5, 'duration 36:00'],
    ['[hh]:mm:ss', 0.25, 'duration 6:00:00'],
    ['[mm]:ss', 0.0625, 'duration 1:30:00'],
    ['[h]:mm', 0.00011574074, 'duration 0:00:10'],
    ['[s]', 1, 'duration 24:00:00'],
    ['[H]:MM', 100, 'duration 2400:00'],
    ['[h]:mm', -0.5, 'duration -12:00'],
    ['hh:mm', 1.5, 'duration 36:00'],
    ['[h]:mm', 1e300, 'no-day'],
    ['[h]:mm', -1e12, 'no-day'],
    ['[h]:mm;@', 0.9999999999, 'duration 24:00'],
    ['[Red][h]:mm', 2, 'duration 48:00'],
    // No days.
    ['dd/mm/yyyy', -1, 'no-day'],
    ['dd/mm/yyyy', 0, 'no-day'],
    ['dd/mm/yyyy', 60, 'no-day'],
    ['dd/mm/yyyy', 60.5, 'no-day'],
    ['dd/mm/yyyy', 2958466, 'no-day'],
    ['dd/mm/yyyy', 1e300, 'no-day'],
    ['yyyy', 20240101, 'no-day'],
    ['dd/mm/yyyy', 1, 'date 1900-01-01'],
    ['dd/mm/yyyy', 59, 'date 1900-02-28'],
    ['dd/mm/yyyy', 61, 'date 1900-03-01'],
    ['dd/mm/yyyy', 2958465, 'date 9999-12-31'],
  ])('%s shows %s as %s', (code, value, as) => {
    expect(shown(code, value)).toBe(as)
  })

  it('count days as their workbook does', () => {
    expect([0, 1, 59, 60, 43831].map((day) => shown('d/m/y', day, '1904'))).toEqual(
      ['1904-01-01', '1904-01-02', '1904-02-29', '1904-03-01', '2024-01-02'].map((day) => `date ${day}`),
    )
    expect([1, 59, 60, 61].map((day) => shown('d/m/y', day, '1899'))).toEqual(
      ['1899-12-31', '1900-02-27', '1900-02-28', '1900-03-01'].map((day) => `date ${day}`),
    )
  })

  it('of the standard that have numbers and no codes are dates, times or percentages', () => {
    const kinds = new Map(builtInFormats.map(([id, code]) => [id, shown(code, 45292.5).split(' ')[0]]))
    expect([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 36, 47, 50, 58].map((id) => kinds.get(id))).toEqual(
      Array.from({ length: 14 }, () => 'datetime'),
    )
    expect([kinds.get(46), kinds.get(9), kinds.get(2)]).toEqual(['duration', 'number', undefined])
  })

  it('may be anything, and never take long', { tags: [long] }, () => {
    const signs = fc.constantFrom(...'dmyhsDMYHS0#?.,;:/\\-"_*[]$£%@ eE+AP', '[h]', '[Red]', '[>1]', 'AM/PM', 'General', '年')
    fc.assert(
      fc.property(
        fc.array(signs, { maxLength: 60 }).map((list) => list.join('')),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (code, value) => {
          const format = parseNumberFormat(code)
          expect(format.length).toBeGreaterThan(0)
          expect(['number', 'date', 'literal', 'text']).toContain(sectionFor(format, value).kind)
          expect(shown(code, value)).toMatch(/^(?:number|date|datetime|time|duration|no-day)/)
        },
      ),
      bounds,
    )
    expect(parseNumberFormat('"'.repeat(100_000) + '['.repeat(100_000))).toHaveLength(1)
  })
})

describe('stored numbers', () => {
  it.each([
    ['10.5', '10.5'],
    ['3', '3'],
    ['-0', '0'],
    ['007', '7'],
    ['+5', '5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['10.50', '10.5'],
    ['1.1000000000000001', '1.1'],
    ['19.989999999999998', '19.99'],
    ['4.4999999999999998E-2', '0.045'],
    ['1E-3', '0.001'],
    ['1E3', '1000'],
    ['1.5e+2', '150'],
    ['1E-7', '1e-7'],
    ['9007199254740993', '9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    ['1.2345678901234567E+19', '1.2345678901234567e+19'],
    ['12345678901234567.25', '12345678901234567.25'],
    ['-0.0', '0'],
    ['0.30000000000000004', '0.30000000000000004'],
  ])('%s is %s', (stored, text) => {
    expect(numberText(stored)).toBe(text)
  })

  it.each(['', ' ', 'abc', '0x10', '1,5', '1e', '--1', '1.2.3', '.', '-', 'e5', '1E400', 'Infinity', 'NaN', '1_000'])(
    '%s is none',
    (stored) => {
      expect(numberText(stored)).toBeUndefined()
    },
  )

  it('keep their value, whatever double it is', { tags: [long] }, () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(numberText(String(value)))).toBe(value === 0 ? 0 : value)
        // As Excel writes it.
        expect(Number(numberText(value.toPrecision(17)))).toBe(value === 0 ? 0 : value)
      }),
      bounds,
    )
  })
})
