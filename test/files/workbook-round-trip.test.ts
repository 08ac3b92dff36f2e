import ExcelJS from 'exceljs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folderOf } from './support/folder.js'
import { long, runsOf } from '../support/long.js'

const runs = runsOf(15, 60)
const dayMs = 86_400_000

/** A kind of column: values as exceljs takes them, and as they are read back. */
interface Kind {
  type: string
  format?: string
  value: fc.Arbitrary<{ cell: ExcelJS.CellValue; text: string }>
}

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => text.trim() !== '' && !/[\p{Cc}\p{Cs}\uFFFE\uFFFF]|_x[0-9a-f]{4}_/iu.test(text))
  .map((text) => `w${text}w`)
/** A day of the years in which all programs agree, as a date of UTC. */
const day = fc.integer({ min: 1_500, max: 80_000 }).map((serial) => new Date((serial - 25_569) * dayMs))

const kinds: Record<string, Kind> = {
  whole: { type: 'INT64', value: fc.maxSafeInteger().map((n) => ({ cell: n, text: String(n) })) },
  double: {
    type: 'DOUBLE',
    value: fc
      .double({ noNaN: true, noDefaultInfinity: true })
      .filter((n) => !Number.isInteger(n * 10_000))
      .map((n) => ({ cell: n, text: String(n) })),
  },
  text: { type: 'STRING', value: word.map((text) => ({ cell: text, text })) },
  rich: {
    type: 'STRING',
    value: fc.array(word, { minLength: 1, maxLength: 3 }).map((texts) => ({
      cell: { richText: texts.map((text, at) => ({ text, ...(at === 0 ? {} : { font: { bold: true } }) })) },
      text: texts.join(''),
    })),
  },
  boolean: { type: 'BOOLEAN', value: fc.boolean().map((is) => ({ cell: is, text: String(is) })) },
  day: { type: 'DATE', format: 'dd/mm/yyyy', value: day.map((date) => ({ cell: date, text: date.toISOString().slice(0, 10) })) },
  time: {
    type: 'TIMESTAMP',
    format: 'dd/mm/yyyy hh:mm:ss',
    value: fc.tuple(day, fc.integer({ min: 1, max: 86_399 })).map(([date, seconds]) => {
      const at = new Date(date.getTime() + seconds * 1000)
      return { cell: at, text: at.toISOString().slice(0, 19).replace('T', ' ') }
    }),
  },
  result: { type: 'INT64', value: fc.integer().map((n) => ({ cell: { formula: 'A1', result: n }, text: String(n) })) },
}

describe('workbooks of another writer', () => {
  it('are read back as they were written', { tags: [long] }, async () => {
    const column = fc
      .constantFrom(...Object.keys(kinds))
      .chain((kind) =>
        fc.array(fc.option((kinds[kind] as Kind).value, { freq: 5 }), { minLength: 8, maxLength: 8 }).map((values) => ({ kind, values })),
      )
    await fc.assert(
      fc.asyncProperty(fc.array(column, { minLength: 1, maxLength: 6 }), fc.boolean(), fc.boolean(), async (columns, date1904, shared) => {
        const book = new ExcelJS.Workbook()
        book.properties.date1904 = date1904
        const sheet = book.addWorksheet('Data')
        sheet.addRow(['row', ...columns.map((_, at) => `column ${at}`)])
        for (let row = 0; row < 8; row++) sheet.addRow([row, ...columns.map(({ values }) => values[row]?.cell ?? null)])
        columns.forEach(({ kind }, at) => {
          const { format } = kinds[kind] as Kind
          if (format !== undefined) sheet.getColumn(at + 2).numFmt = format
        })
        const content = Buffer.from(await book.xlsx.writeBuffer({ useSharedStrings: shared } as never))
        const opened = await folderOf({ 'book.xlsx': content })
        const [table] = (await opened.dataset('book')).tables
        columns.forEach(({ kind, values }, at) => {
          if (values.some((value) => value !== null)) expect(table?.columns[at + 1]?.type).toBe((kinds[kind] as Kind).type)
        })
        const expected = Array.from({ length: 8 }, (_, row) => [String(row), ...columns.map(({ values }) => values[row]?.text ?? null)])
        expect(await opened.texts(`book/${table?.id}`)).toEqual(expected)
        await opened.close()
      }),
      { numRuns: runs },
    )
  })
})
