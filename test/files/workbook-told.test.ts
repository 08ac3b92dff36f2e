import { describe, expect, it } from 'vitest'
import { tableOf } from './support/folder.js'
import { rows, spreadsheet, styled } from './support/spreadsheet.js'

type Cells = readonly (string | number | undefined)[]
const read = (cells: readonly Cells[], more: Parameters<typeof spreadsheet>[0] = {}) =>
  tableOf('book.xlsx', spreadsheet({ sheets: [rows(...cells)], ...more }))

describe('what a sheet shows, and its cells do not hold, is reported', () => {
  it.each<[name: string, format: string, values: number[], told: boolean]>([
    ['codes of five digits', '00000', [120, 98765], true],
    ['telephones', '00000 000000', [7700900123], true],
    ['numbers with words', '"No. "000', [7], true],
    ['negative numbers', '000;-000', [-7], true],
    ['numbers as wide as their format', '00000', [12000, 98765], false],
    ['money', '#,##0.00', [7, 1200.5], false],
    ['digits behind the point', '0.0000', [7.25], false],
    ['exponents', '0.00E+00', [7], false],
    ['fractions', '# ??/00', [0.5], false],
    ['dates', 'dd/mm/yyyy', [45_000], false],
  ])('zeros before a number: %s', async (_, format, values, told) => {
    const { problems } = await read([['ref', 'code'], ...values.map((value) => ['x', styled(1, value)])], { formats: [format] })
    expect(problems.filter((problem) => problem.includes('zeros before their number'))).toHaveLength(told ? 1 : 0)
  })

  it('names the row where zeros are shown first', async () => {
    const { problems } = await read(
      [
        ['ref', 'code'],
        ['x', styled(1, 12345)],
        ['y', styled(1, 7)],
      ],
      { formats: ['00000'] },
    )
    expect(problems).toEqual([expect.stringMatching(/^Column code: 1 of its cells show zeros .* the first in row 3;.*as text\.$/)])
  })

  it.each<[name: string, values: string[], told: boolean]>([
    ['meters as Excel stores them', ['1.2345678901234E+18', '1.2345678901235E+18'], true],
    ['cards whose last digit became a zero', ['1234567890123450', '4000123412341230'], true],
    ['ids with every digit', ['9007199254740993', '9007199254740990'], false],
    ['ids of 15 digits', ['123456789012345', '123456789012340'], false],
    ['measures', ['1E+20', '0.5'], false],
    ['huge numbers', ['1E+300'], false],
  ])('digits that a spreadsheet program does not keep: %s', async (_, values, told) => {
    const { problems } = await read([['site', 'number'], ...values.map((value) => ['x', `<c><v>${value}</v></c>`])])
    expect(problems.some((problem) => /more than 15 digits.*as text/.test(problem))).toBe(told)
  })

  it('numbers whose format the workbook lacks', async () => {
    const cells: Cells[] = [
      ['ref', 'opened'],
      ['a', styled(1, 45_000)],
      ['b', styled(0, 45_001)],
    ]
    const { problems } = await read(cells, { parts: { 'xl/styles.xml': undefined } })
    expect(problems).toEqual([
      expect.stringMatching(
        /^Column opened: 1 of its numbers have a format that the workbook does not hold, the first in row 2;.*may be dates/,
      ),
    ])
    expect(
      (
        await read(
          [
            ['ref', 'n'],
            ['a', 1],
            ['b', 2],
          ],
          { parts: { 'xl/styles.xml': undefined } },
        )
      ).problems,
    ).toEqual([])
  })

  it('cells of several kinds, with the place of each and what to do', async () => {
    const { problems } = await read([
      ['ref', 'n'],
      ['a', 1],
      ['b', 2],
      ['c', 'many'],
      ['d', '3'],
    ])
    expect(problems).toEqual([
      expect.stringMatching(/several kinds \(numbers: 2, text: 2\), the first of each in rows 2 and 4; kept as text\. Make them one kind/),
    ])
  })

  it('years that are formatted as dates', async () => {
    const days = (...values: number[]) =>
      read([['ref', 'year'], ...values.map((value) => ['x', styled(1, value)])], { formats: ['dd/mm/yyyy'] })
    expect((await days(2020, 2024)).problems).toEqual([
      expect.stringMatching(/^Column year: all its dates are days of 1905.*format the cells as numbers/),
    ])
    expect((await days(2020, 45_000)).problems).toEqual([])
  })

  it.each<[string, Cells[]]>([
    ['a header alone', [['ward', 'n']]],
    ['a remark alone', [['No data this quarter']]],
  ])('a sheet without rows: %s', async (_, cells) => {
    expect((await read(cells)).problems).toEqual([expect.stringContaining('No row stands under the header')])
  })

  it('merged cells by rows in their order', async () => {
    const after = '<mergeCells><mergeCell ref="A5:A6"/><mergeCell ref="A2:A4"/></mergeCells>'
    const { problems } = await read(
      [
        ['team', 'n'],
        ['a', 1],
        [undefined, 2],
        [undefined, 3],
        ['b', 4],
        [undefined, 5],
      ],
      { after },
    )
    expect(problems).toEqual([expect.stringMatching(/^Rows 2 and 5: merged/)])
  })
})

describe('empty columns of a sheet', () => {
  it('need no name, whether before the table or within', async () => {
    const read1 = await read([
      [undefined, 'ward', undefined, 'n'],
      [undefined, 'a', undefined, 1],
      [undefined, 'b', undefined, 2],
    ])
    expect([read1.names, read1.problems]).toEqual([['ward', 'n'], []])
  })

  it('with values keep the name of their place, and that is reported', async () => {
    const { names, problems } = await read([
      ['ward', undefined, 'n'],
      ['a', 'x', 1],
      ['b', 'y', 2],
    ])
    expect([names, problems]).toEqual([['ward', 'column_2', 'n'], ['Column 2 had no name; named by position (column_2).']])
  })

  it.each<[name: string, cells: Cells[], told: boolean]>([
    [
      'that end in different rows',
      [
        ['ward', 'n', undefined, 'school', 'm'],
        ['a', 1, undefined, 'x', 1],
        ['b', 2],
      ],
      true,
    ],
    [
      'with the same names',
      [
        ['ward', 'n', undefined, 'ward', 'n'],
        ['a', 1, undefined, 'c', 3],
        ['b', 2, undefined, 'd', 4],
      ],
      true,
    ],
    [
      'of three',
      [
        ['a', 'b', undefined, 'c', 'd', undefined, 'e', 'f'],
        ['a', 1, undefined, 'x', 1, undefined, 'y', 2],
        ['b', 2],
      ],
      true,
    ],
    [
      'that are one with a gap',
      [
        ['ward', 'n', undefined, 'school', 'm'],
        ['a', 1, undefined, 'x', 1],
        ['b', 2, undefined, 'y', 2],
      ],
      false,
    ],
    [
      'of which one is a remark',
      [
        ['ward', 'n', undefined, 'remark'],
        ['a', 1, undefined, 'late'],
        ['b', 2],
      ],
      false,
    ],
  ])('part tables beside each other: %s', async (_, cells, told) => {
    const { problems } = await read(cells)
    expect(problems.some((problem) => /tables beside each other.*publish each/.test(problem))).toBe(told)
  })
})

describe('rows of a sheet that are none of the table', () => {
  const below = (...second: Cells[]): Promise<{ problems: string[] }> =>
    tableOf(
      'book.xlsx',
      spreadsheet({
        sheets: [
          `${rows(['ward', 'n'], ['a', 1], ['b', 2], ['c', 3])}${rows(...second).replaceAll(/r="(\w?)(\d+)"/g, (_, column, row) => `r="${column}${Number(row) + 6}"`)}`,
        ],
      }),
    )

  it.each<[name: string, second: Cells[], row: number | undefined]>([
    ['under a title', [['Table 2: schools'], ['school', 'pupils', 'head'], ['x', 10, 'yes'], ['y', 20, 'no']], 8],
    ['under two titles', [['Table 2'], ['Schools of the borough'], ['school', 'pupils'], ['x', 10], ['y', 20]], 9],
    [
      'without a title',
      [
        ['school', 'pupils'],
        ['x', 10],
        ['y', 20],
      ],
      7,
    ],
    [
      'that are more rows after a gap',
      [
        ['d', 4],
        ['e', 5],
      ],
      undefined,
    ],
    ['that are notes', [['Source: the census of 2021, table 5'], ['Figures are rounded to the nearest five']], undefined],
  ])('another table: %s', async (_, second, row) => {
    const told = (await below(...second)).problems.filter((problem) => problem.includes('header of another table'))
    expect(told).toEqual(row === undefined ? [] : [expect.stringContaining(`Row ${row}: looks like the header of another table`)])
  })

  it.each<[name: string, cells: Cells[], told: RegExp | undefined]>([
    [
      'subtotals',
      [
        ['team', 'item', 'n'],
        ['A', 'x', 1],
        ['A', 'y', 2],
        ['A Total', undefined, 5],
        ['B', 'x', 4],
        ['B Total', undefined, 6],
      ],
      /^Rows 3 and 5 look like subtotals/,
    ],
    [
      'subtotals by that word',
      [
        ['team', 'item', 'n'],
        ['A', 'x', 1],
        ['Subtotal', undefined, 2],
        ['B', 'x', 4],
        ['C', 'x', 4],
        ['Sub-total', undefined, 9],
      ],
      /^Rows 2 and 5 look like subtotals/,
    ],
    [
      'headings of sections',
      [['service', 'n', 'm'], ['Adults'], ['Care', 1, 2], ['Day', 1, 2], ['Place'], ['Roads', 3, 4], ['Parks', 3, 4]],
      /^Rows 1 and 4 look like headings of sections/,
    ],
    [
      'firms that are called so',
      [
        ['supplier', 'item', 'n'],
        ['Total', 'fuel', 1],
        ['Shell', 'fuel', 2],
        ['Total', 'oil', 3],
        ['Esso', 'oil', 4],
      ],
      undefined,
    ],
    ['rows with little in them', [['ward', 'n', 'm'], ['a', 1, 2], ['b'], ['c', 3, 4], ['d'], ['e', 1, 2], ['f', 1, 2]], undefined],
  ])('%s', async (_, cells, told) => {
    const { problems } = await read(cells)
    const found = problems.filter((problem) => /look like (?:subtotals|headings)/.test(problem))
    expect(found).toEqual(told === undefined ? [] : [expect.stringMatching(told)])
  })
})
