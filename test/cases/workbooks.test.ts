import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { folderOf, tableOf, typesOf } from '../files/support/folder.js'
import { rows, spreadsheet } from '../files/support/spreadsheet.js'

const input = (file: string) => readFile(new URL(`in/${file}`, import.meta.url))
const read = async (file: string) => tableOf(file.replace(/^.*\//, ''), await input(file))

/** The first column of a table's rows is seldom the one that is asked about. */
const column = (table: { names: string[]; rows: (string | null)[][] }, name: string) =>
  table.rows.map((row) => row[table.names.indexOf(name)])

describe('workbooks that people reported', () => {
  it('x01 (exceljs/exceljs#2695): dates written as ISO 8601', async () => {
    const table = await read('xlsx/x01-iso-dates.xlsx')
    expect(table.types).toEqual({ id: 'INT64', opened: 'TIMESTAMP' })
    expect(column(table, 'opened')).toEqual(['2024-03-17 00:00:00', '2024-03-18 00:00:00', '2024-12-25 10:30:00'])
  })

  it('x02 (exceljs/exceljs#1437): elements with a prefix', async () => {
    expect(await read('xlsx/x02-prefixed.xlsx')).toMatchObject({
      rows: [
        ['1', 'Abbey'],
        ['2', 'Alibon'],
      ],
      problems: [],
    })
  })

  it('x03 (SheetJS/sheetjs#439): SharedStrings.xml with a capital', async () => {
    expect(await read('xlsx/x03-capital-shared.xlsx')).toMatchObject({
      names: ['id', 'ward'],
      rows: [
        ['1', 'Abbey'],
        ['2', 'Alibon'],
      ],
      problems: [],
    })
  })

  it('x03b (box/spout#499): the relationship names strings1.xml', async () => {
    const strings = ['id', 'ward', 'Abbey', 'Alibon'].map((text) => `<si><t>${text}</t></si>`).join('')
    const shared = (at: number) => `<c t="s"><v>${at}</v></c>`
    const content = spreadsheet({
      sheets: [rows([shared(0), shared(1)], [1, shared(2)], [2, shared(3)])],
      strings,
      rename: (name) => name.replace('sharedStrings', 'strings1'),
    })
    expect(await tableOf('x03b.xlsx', content)).toMatchObject({
      names: ['id', 'ward'],
      rows: [
        ['1', 'Abbey'],
        ['2', 'Alibon'],
      ],
      problems: [],
    })
  })

  it('x04 (tafia/calamine#261, tidyverse/readxl#648): rows and cells without references', async () => {
    expect(await read('xlsx/x04-no-refs.xlsx')).toMatchObject({
      names: ['id', 'ward', 'n'],
      rows: [
        ['1', 'Abbey', '10'],
        ['2', 'Alibon', '20'],
      ],
      problems: [],
    })
  })

  it('x04b: cells without references in rows with numbers, some of them empty', async () => {
    const content = spreadsheet({
      sheets: [
        '<row r="3"><c t="inlineStr"><is><t>id</t></is></c><c/><c t="inlineStr"><is><t>n</t></is></c></row><row r="4"><c><v>1</v></c><c/><c><v>10</v></c></row><row r="5"><c><v>2</v></c><c/><c><v>20</v></c></row>',
      ],
    })
    expect(await tableOf('x04b.xlsx', content)).toMatchObject({
      rows: [
        ['1', '10'],
        ['2', '20'],
      ],
    })
  })

  it('x05 (pandas-dev/pandas#25763): formulas without a stored result', async () => {
    const table = await read('xlsx/x05-formula-uncached.xlsx')
    expect(column(table, 'total')).toEqual([null, null, null])
    expect(table.types.price).toBe('DECIMAL(2)')
    expect(table.problems).toEqual([
      'Column total: 3 of its cells hold a formula without a stored result, the first in row 2; read as empty. Open the workbook in a spreadsheet program, and save it there.',
    ])
  })

  it('x06 (exceljs/exceljs#3074): results that are errors or booleans', async () => {
    const table = await read('xlsx/x06-formula-types.xlsx')
    expect(table.types).toEqual({ id: 'INT64', isBig: 'BOOLEAN', label: 'STRING', err: 'INT64', amount: 'INT64' })
    expect(column(table, 'isBig')).toEqual(['false', 'true', 'true'])
    expect(column(table, 'err')).toEqual([null, '4', '6'])
    expect(table.problems).toEqual([
      expect.stringMatching(/^Column err: 1 of its cells hold an error \(such as #N\/A\), the first in row 2/),
    ])
  })

  it('x06b: an error that is typed in is reported in the same words', async () => {
    const content = spreadsheet({ sheets: [rows(['id', 'err'], [1, '<c t="e"><v>#DIV/0!</v></c>'], [2, 4], [3, 6])] })
    expect((await tableOf('x06b.xlsx', content)).problems).toEqual((await read('xlsx/x06-formula-types.xlsx')).problems)
  })

  it('x07 (PHPOffice/PhpSpreadsheet#664): durations beyond a day', async () => {
    const table = await read('xlsx/x07-durations.xlsx')
    expect(table.types).toEqual({ crew: 'STRING', worked: 'STRING', shift: 'TIME' })
    expect(column(table, 'worked')).toEqual(['36:00', '54:00', '6:00'])
    expect(column(table, 'shift')).toEqual(['09:00:00', '12:00:00', '18:00:00'])
    expect(table.problems).toEqual(['Column worked: its cells are durations; kept as text such as 36:00 (hours:minutes).'])
  })

  it('x08 (nacnudus/tidyxl#24): letters in number formats that are no dates', async () => {
    const table = await read('xlsx/x08-number-formats.xlsx')
    expect(table.types).toEqual({ road: 'STRING', length_m: 'DECIMAL(1)', width: 'DECIMAL(2)', households: 'INT64', depth: 'INT64' })
    expect(table.rows[0]).toEqual(['High St', '120.5', '5.50', '1200', '2'])
    expect(table.problems).toContain(
      'Column width: its cells show "m" by their format; only the numbers are read. Put the unit into the column\'s name.',
    )
  })

  it('x09 (tidyverse/readxl#264): the first days of 1900', async () => {
    const table = await read('xlsx/x09-early-dates.xlsx')
    expect(table.types.on).toBe('DATE')
    expect(column(table, 'on')).toEqual(['1900-01-01', '1900-02-28', null, '1900-03-01', '2024-01-01'])
    expect(table.problems).toEqual([
      expect.stringMatching(
        /^Column on: 1 of its cells are formatted as dates and hold a number that is no day of the calendar, the first in row 4/,
      ),
    ])
  })

  it('x10 (JanMarvin/openxlsx2#2, exceljs/exceljs#1575): rich text within a cell', async () => {
    expect(column(await read('xlsx/x10-inline-rich.xlsx'), 'ward')).toEqual(['Abbey', 'Alibon'])
  })

  it('x10b (rabanti-github/NanoXLSX#25): how a word is pronounced is no part of it', async () => {
    const table = await read('xlsx/x10b-shared-rich-phonetic.xlsx')
    expect(column(table, 'ward')).toEqual(['Abbey Ward', '東京'])
  })

  it('x11 (exceljs/exceljs#113): days that count from 1904', async () => {
    const table = await read('xlsx/x11-1904.xlsx')
    expect(column(table, 'on')).toEqual(['2024-01-01', '1904-01-01'])
    expect(column(table, 'next')).toEqual(['2024-01-02', '1904-01-02'])
  })

  it('x13: groups of merged cells, and a total', async () => {
    const table = await read('xlsx/x13-merged-groups-total.xlsx')
    expect(column(table, 'Borough')).toEqual(['Barking', null, 'Barnet', null])
    expect(table.problems).toContainEqual(expect.stringContaining('Rows 2 and 4: merged cells'))
    expect(table.problems).toContainEqual(expect.stringMatching(/set aside as a total/))
  })

  it('x14 (wireservice/csvkit#807): leading zeros are kept', async () => {
    const table = await read('xlsx/x14-text-numbers.xlsx')
    expect(table.rows).toEqual([
      ['000100021', '5'],
      ['100021999', '6'],
    ])
    expect(table.types).toEqual({ uprn: 'STRING', n: 'STRING' })
    expect(table.problems).toContainEqual(expect.stringContaining('Column n: its cells are text that looks like numbers'))
  })

  it('x15: a dimension that lies', async () => {
    expect((await read('xlsx/x15-wrong-dimension.xlsx')).names).toHaveLength(3)
  })

  it('x16 (ckan/ckanext-xloader#154): three sheets are three tables', async () => {
    const opened = await folderOf({ 'book.xlsx': await input('xlsx/x16-three-sheets.xlsx') })
    expect((await opened.dataset('book')).tables).toHaveLength(3)
  })

  it('x18 (pythonicrubyist/creek#29, exceljs/exceljs#584): escapes of ST_Xstring', async () => {
    expect(column(await read('xlsx/x18-escapes.xlsx'), 'note')).toEqual(['line one\r\nline two', 'code _x000D_ literal'])
  })

  it('x20: dates that are typed as text are reported', async () => {
    const table = await read('xlsx/x20-dates-as-text.xlsx')
    expect(table.types.on).toBe('STRING')
    expect(table.problems).toEqual([expect.stringMatching(/^Column on: .*dates.*text/)])
  })

  it('x20: and read as dates where their publisher says so', async () => {
    const opened = await folderOf({
      'book.xlsx': await input('xlsx/x20-dates-as-text.xlsx'),
      'catalogue.yaml': 'datasets:\n  book:\n    columns:\n      on: { type: DATE }\n',
    })
    const [table] = (await opened.dataset('book')).tables
    expect(typesOf(table?.columns ?? [])).toMatchObject({ on: 'DATE' })
    expect((await opened.texts(`book/${table?.id}`)).map((row) => row[1])).toEqual(['2024-01-01', '2024-01-15', '2024-02-01'])
  })

  it('x25: a workbook with macros is read, its macros are not', async () => {
    const opened = await folderOf({ 'x25-macro.xlsm': await input('xlsx/x25-macro.xlsm') })
    const { tables, distributions } = await opened.dataset('x25-macro')
    expect(tables).toHaveLength(1)
    expect(distributions).toEqual([
      expect.objectContaining({ format: 'xlsx', mediaType: 'application/vnd.ms-excel.sheet.macroenabled.12' }),
    ])
  })

  it('x28 (office-kit/xlsx#157): booleans as words', async () => {
    const table = await read('xlsx/x28-bool-words.xlsx')
    expect(table.types.open).toBe('BOOLEAN')
    expect(column(table, 'open')).toEqual(['true', 'false', 'false', 'true'])
  })

  it('x40 (exceljs/exceljs#2943): formulas whose result is 0 or FALSE', async () => {
    const table = await read('xlsx2/x40-formula-zero.xlsx')
    expect(column(table, 'variance')).toEqual(['5', '0', '0', '-3'])
    expect(column(table, 'ontarget')).toEqual(['false', 'true', 'true', 'false'])
    expect(table.problems).toEqual([])
  })

  it('x43: entities are decoded once', async () => {
    expect(column(await read('xlsx2/x43-entities.xlsx'), 'team')).toEqual(['R&D', '<5', 'literal &amp; entity'])
  })

  it('x44: a formula in the header', async () => {
    expect((await read('xlsx2/x44-formula-header.xlsx')).names).toEqual(['id', 'FY 2024'])
  })

  it('x45: styles out to the last column and the last row', async () => {
    expect(await read('xlsx2/x45-styled-to-xfd.xlsx')).toMatchObject({ names: ['id', 'n'], rows: [['1', '5']], problems: [] })
  })

  it('x46: a blank far out', async () => {
    expect(await read('xlsx2/x46-far-value.xlsx')).toMatchObject({
      names: ['id', 'n'],
      rows: [
        ['1', '5'],
        ['2', '6'],
      ],
      problems: [],
    })
  })

  it.each([
    ['x47: ZIP64', 'b4/x47-zip64.xlsx'],
    ['x48 (tafia/calamine#530): backslashes in the names of parts', 'b4/x48-backslash.xlsx'],
    ['x49 (troldal/OpenXLSX#254): workbook22.xml', 'b4/x49-workbook22.xlsx'],
    ['x49b: absolute targets', 'b4/x49b-absolute-targets.xlsx'],
    ['x62: bytes after the archive', 'b4/x62-trailing-junk.xlsx'],
  ])('%s', async (_, file) => {
    const table = await read(file)
    expect(table.rows).toHaveLength(2)
    expect(table.problems).toEqual([])
  })
})
