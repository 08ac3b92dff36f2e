import { readFileSync } from 'node:fs'
import ExcelJS from 'exceljs'
import { describe, expect, test } from 'vitest'
import { tableOf } from '../files/support/folder.js'

const input = (file: string) => readFileSync(new URL(`in/${file}`, import.meta.url))
const caseOf = (file: string) => tableOf(file.slice(file.lastIndexOf('/') + 1), input(file))

async function sheet(rows: readonly (readonly unknown[])[]): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  book.addWorksheet('Data').addRows(rows.map((row) => [...row]))
  return Buffer.from(await book.xlsx.writeBuffer())
}
const csv = (rows: readonly (readonly unknown[])[]) =>
  rows
    .map((row) =>
      row.map((cell) => (/[",\n]/.test(String(cell ?? '')) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? ''))).join(','),
    )
    .join('\n') + '\n'

describe('reported layouts', () => {
  test('a04 (GeoDaCenter/geoda#390): ages name columns', async () => {
    const { names, types, rows, problems } = await caseOf('csv/a04-age-columns.csv')
    expect(names).toEqual(['Area code', 'Area', '0', '1', '2', '3', '4', '90+'])
    expect(types).toMatchObject({ 0: 'INT64', '90+': 'INT64' })
    expect(rows).toHaveLength(7)
    expect(problems).toEqual([expect.stringContaining('taken as the header, since its numbers run on')])
  })

  test('a04, x34: ages name columns of a workbook too', async () => {
    const { names, rows, problems } = await caseOf('xlsx/x34-ages-header.xlsx')
    expect(names).toEqual(['Area code', 'Area', '0', '1', '2', '3'])
    expect(rows).toHaveLength(3)
    expect(problems).toEqual([expect.stringMatching(/^Row 1: taken as the header/)])
  })

  test('a05 (snapotter-hq/SnapOtter#1199): months name columns', async () => {
    const { names, types, rows } = await caseOf('csv/a05-month-columns.csv')
    expect(names).toEqual(['Measure', '01/04/2023', '01/05/2023', '01/06/2023'])
    expect(types).toMatchObject({ Measure: 'STRING', '01/04/2023': 'INT64' })
    expect(rows).toHaveLength(3)
  })

  test('a06 (capitalone/DataProfiler#54): a title with commas is a title', async () => {
    const { names, rows, problems } = await caseOf('csv/a06-title-with-commas.csv')
    expect(names).toEqual(['Code', 'Ward', 'Persons', 'Area'])
    expect(rows).toHaveLength(3)
    expect(problems).toEqual(['Line 1 above the table: left out (title or note).'])
  })

  test('a24 (C2FO/fast-csv#184): a footnote under the total hides it no more', async () => {
    const { problems, rows } = await caseOf('csv/a24-title-footnote.csv')
    expect(rows).toHaveLength(3)
    expect(problems).toContainEqual(expect.stringMatching(/^Row 3 .* exact sum of all 2 rows above it .* set aside as a total\.$/))
    expect(problems).toContainEqual(expect.stringMatching(/^The last row looks like a note under the table/))
  })

  test('b11 (C2FO/fast-csv#184): notes after a blank line are reported', async () => {
    const { problems } = await caseOf('csv2/b11-note-after-blank.csv')
    expect(problems).toContainEqual(expect.stringMatching(/^The last 2 rows look like notes under the table.*take them out/))
  })

  test('a46 (wireservice/csvkit#197): a repeated header is reported by its row', async () => {
    const { problems } = await caseOf('csv/a46-header-repeated.csv')
    expect(problems).toContainEqual(expect.stringMatching(/^Row 3 repeats the header .*take it out/))
  })

  test('x12 (BurntSushi/xsv#245): a second header row is reported', async () => {
    const { problems } = await caseOf('xlsx/x12-two-row-header.xlsx')
    expect(problems).toContainEqual(expect.stringMatching(/^Row 2: looks like a second header row.*keep one header row/))
  })

  test('x36: two tables under each other are reported', async () => {
    const { problems } = await caseOf('xlsx/x36-two-tables.xlsx')
    expect(problems).toContainEqual(
      expect.stringMatching(/^Row 5: looks like the header of another table under the first.*file \(or sheet\) of its own/),
    )
  })

  test.each([
    'b3/c04-quoted-newline-header.csv',
    'b3/c07-one-column.csv',
    'b3/c08-one-col-commas.csv',
    'b3/c09-no-header-codes.csv',
    'csv2/b24-hash-comment.csv',
  ])('%s is read', async (file) => {
    const { rows } = await caseOf(file)
    expect(rows).toHaveLength(2)
  })
})

const people = [
  ['Abbey', 120, 98],
  ['Alibon', 33, 41],
  ['Becontree', 12, 9],
  ['Eastbrook', 77, 5],
]

describe.each([
  ['CSV', 't.csv', (rows: readonly (readonly unknown[])[]) => Promise.resolve(Buffer.from(csv(rows)))],
  ['a workbook', 't.xlsx', sheet],
] as const)('in %s', (_, name, write) => {
  const read = async (rows: readonly (readonly unknown[])[]) => tableOf(name, await write(rows))

  test.each<[string, unknown[]]>([
    ['years', ['Ward', 2019, 2020]],
    ['years of schools', ['Ward', '2019/20', '2020/21']],
    ['months', ['Ward', '2023-04', '2023-05']],
    ['days', ['Ward', '01/04/2023', '02/04/2023']],
    ['bands of ages', ['Ward', '0-4', '5-9']],
    ['weeks', ['Ward', 'Week 1', 'Week 2']],
    ['quarters', ['Ward', 'Q1 2024', 'Q2 2024']],
    ['months by name', ['Ward', 'Jan-24', 'Feb-24']],
  ])('%s name columns', async (_, header) => {
    const { names, rows, types } = await read([header, ...people])
    expect(names).toEqual(header.map(String))
    expect(rows).toHaveLength(4)
    expect([types[String(header[1])], types[String(header[2])]]).toEqual(['INT64', 'INT64'])
  })

  test.each<[string, unknown[]]>([
    ['ages from 0', ['Ward', 0, 1, 2, 3]],
    ['ages to 90 and over', ['Ward', 0, 1, 2, '90+']],
    ['fives', ['Ward', 0, 5, 10, 15]],
    ['weeks from 14', ['Ward', 14, 15, 16, 17]],
    ['months as numbers', ['Ward', 202311, 202312, 202401, 202402]],
  ])('%s name columns, and that is told', async (_, header) => {
    const { names, rows, problems } = await read([header, ...people.map((row) => [...row, 7, 8])])
    expect(names).toEqual(header.map(String))
    expect(rows).toHaveLength(4)
    expect(problems).toContainEqual(expect.stringContaining('taken as the header'))
  })

  test.each<[string, unknown[]]>([
    ['numbers that do not run on', ['Abbots', 4, 9, 2, 7]],
    ['numbers alone', [1, 2, 3, 4, 5]],
    ['two numbers', ['Abbots', 1, 2, 'x', 'y']],
  ])('%s name none: the first row is data, and that is told', async (_, first) => {
    const rest =
      typeof first[0] === 'number'
        ? people.map((row, at) => [at, ...row.slice(1), at, at * 3])
        : people.map((row) => [...row, typeof first[3] === 'string' ? 'z' : 3, typeof first[3] === 'string' ? 'w' : 1])
    const { names, rows, problems } = await read([first, ...rest])
    expect(names[0]).toBe('column_1')
    expect(rows).toHaveLength(5)
    expect(problems).toContainEqual(expect.stringContaining('No header was found'))
  })

  test.each<[string, unknown[][]]>([
    ['a blank line under it', [['Table 1: Ward', 'mid-2021'], []]],
    ['none', [['Table 1: Ward', 'mid-2021']]],
    ['as many commas as columns', [['Table 1', 'wards', 'persons'], []]],
    ['more commas than columns', [['Table 1', 'wards', 'persons', 'mid-2021', 'rounded']]],
    ['several lines', [['Council'], ['Period: January', '2024'], [], []]],
  ])('a title with commas is told and left out: %s', async (_, title) => {
    const { names, rows, problems, types } = await read([...title, ['Ward', 'Births', 'Deaths'], ...people])
    expect(names).toEqual(['Ward', 'Births', 'Deaths'])
    expect(rows).toHaveLength(4)
    expect(types).toMatchObject({ Births: 'INT64' })
    expect(problems).toContainEqual(expect.stringContaining('above the table: left out'))
  })

  test('a header that has fewer names than there are columns stays the header', async () => {
    const { names } = await read([['Ward', 'Births'], ...people.map((row) => [...row])])
    expect(names.slice(0, 2)).toEqual(['Ward', 'Births'])
    const texts = await read([
      ['Name', 'Place'],
      ['Ann', 'Leeds', 'x'],
      ['Bob', 'York', 'y'],
      ['Cy', 'Hull', 'z'],
    ])
    expect(texts.rows).toHaveLength(3)
    expect(texts.names.slice(0, 2)).toEqual(['Name', 'Place'])
  })

  test('a row of units is reported as a second header', async () => {
    const { problems } = await read([['Ward', 'Births', 'Deaths'], ['', 'persons', 'persons'], ...people])
    expect(problems).toContainEqual(expect.stringMatching(/2: looks like a second header row/))
    const names = await read([['Ward', 'Births', 'Deaths'], ['Abbots', 'n/a', 'n/a'], ...people])
    expect(names.problems.filter((problem) => problem.includes('second header'))).toEqual([])
  })

  test('two tables under each other are reported, and a gap between rows of one is not', async () => {
    const two = await read([['Ward', 'Births', 'Deaths'], ...people, [], ['Ward', 'Area', 'Height'], ['Abbey', 1.5, 3], ['Alibon', 2.5, 4]])
    expect(two.problems).toContainEqual(expect.stringMatching(/7: looks like the header of another table/))
    const gap = await read([['Ward', 'Births', 'Deaths'], ...people, [], ['Goresbrook', 5, 6], [], ['Heath', 7, 8]])
    expect(gap.problems.filter((problem) => problem.includes('another table'))).toEqual([])
    expect(gap.rows).toHaveLength(6)
  })

  test.each<[string, unknown[][], RegExp[]]>([
    ['a total', [['Total', 243, 153]], [/^The last row looks like a total/]],
    ['a total of a year', [['Total 2024', 243, 153]], [/^The last row looks like a total/]],
    [
      'a total and three notes',
      [['Grand total', 243, 153], ['Source: ONS'], ['* provisional'], ['Figures are rounded to the nearest five']],
      [/^The row above the last 3 looks like a total/, /^The last 3 rows look like notes/],
    ],
    ['a firm that is called so', [['Total Gas and Power', 242, 153]], []],
    ['a name without values', [['Goresbrook']], []],
  ])('%s under the rows', async (_, end, told) => {
    const { problems, rows } = await read([['Ward', 'Births', 'Deaths'], ...people, ...end])
    expect(rows).toHaveLength(4 + end.length)
    expect(problems.filter((problem) => /total|note under|notes under/.test(problem))).toEqual(
      told.map((one) => expect.stringMatching(one) as unknown),
    )
  })
})
