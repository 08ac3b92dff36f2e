import { describe, expect, it } from 'vitest'
import { folderOf, tableOf, typesOf } from './support/folder.js'
import { relations, rows, spreadsheet, styled } from './support/spreadsheet.js'

const read = (cells: readonly (readonly (string | number | undefined)[])[], more: Parameters<typeof spreadsheet>[0] = {}) =>
  tableOf('book.xlsx', spreadsheet({ sheets: [rows(...cells)], ...more }))
const inline = (xml: string) => `<c t="inlineStr"><is>${xml}</is></c>`
const formula = (value: string, type = '') => `<c${type === '' ? '' : ` t="${type}"`}><f>A1</f>${value}</c>`

describe('the cells of a workbook', () => {
  it.each<[name: string, cell: string, text: string | null]>([
    [
      'runs of an inline text',
      inline('<r><rPr><b/><sz val="11"/></rPr><t>A</t></r><r><t xml:space="preserve"> b</t></r><r><t>c</t></r>'),
      'A bc',
    ],
    [
      'an inline text that is pronounced',
      inline('<r><t>東</t></r><r><t>京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>'),
      '東京',
    ],
    ['blanks that are not declared', inline('<t> a b </t>'), ' a b '],
    ['line ends that are layout', inline('\n   <t>\n      Abbey\n   </t>\n'), 'Abbey'],
    ['line ends that are kept', inline('<t xml:space="preserve">a\nb</t>'), 'a\nb'],
    ['escapes', inline('<t>a_x000D__x000A_b_x005F_x0041_ _x0041_ _x004_ _xD83D__xDE00_</t>'), 'a\r\nb_x0041_ A _x004_ 😀'],
    ['half a letter that is escaped', inline('<t>a_xD83D_b</t>'), 'a\uFFFDb'],
    ['NUL that is escaped', inline('<t>a_x0000_b</t>'), 'a\uFFFDb'],
    ['entities', inline('<t>&lt;&amp;gt;&#65;&#x1F600;&quot;&apos;</t>'), '<&gt;A😀"\''],
    ['the result of a formula', formula('<v>low_x0021_ &amp;amp;</v>', 'str'), 'low! &amp;'],
    ['an inline text in a value', '<c t="inlineStr"><v>Abbey</v></c>', 'Abbey'],
    ['an inline text without its type', '<c><is><t>Abbey</t></is></c>', 'Abbey'],
    ['a type that nobody knows', '<c t="rich"><v>Abbey</v></c>', 'Abbey'],
    ['a number that is none', '<c><v>Abbey</v></c>', 'Abbey'],
    ['a formula without text', '<c t="str"><f>""</f><v></v></c>', null],
    ['blanks alone', inline('<t xml:space="preserve">  </t>'), null],
    ['nothing', '<c s="1"/>', null],
    ['nothing of a type', '<c t="s"/>', null],
    ['a long text', inline(`<t>${'x'.repeat(40_000)}</t>`), 'x'.repeat(40_000)],
  ])('%s', async (_, cell, text) => {
    const table = await read([
      ['id', 'name'],
      [1, cell],
      [2, 'other'],
    ])
    expect(table.rows).toEqual([
      ['1', text],
      ['2', 'other'],
    ])
    expect(table.problems).toEqual([])
  })

  it.each<[name: string, cells: string[], type: string, values: (string | null)[], problem?: RegExp]>([
    [
      'whole numbers',
      ['<c><v>1</v></c>', '<c t="n"><v> 2 </v></c>', '<c><v>3.0</v></c>', '<c><v>1E3</v></c>'],
      'INT64',
      ['1', '2', '3', '1000'],
    ],
    [
      'money',
      ['<c><v>10.5</v></c>', '<c><v>3</v></c>', '<c><v>2.25</v></c>', '<c><v>19.989999999999998</v></c>'],
      'DECIMAL(2)',
      ['10.50', '3.00', '2.25', '19.99'],
    ],
    ['much money', ['<c><v>12345678901234567.25</v></c>', '<c><v>1</v></c>'], 'DECIMAL(2)', ['12345678901234567.25', '1.00']],
    [
      'fractions',
      ['<c><v>0.30000000000000004</v></c>', '<c><v>1E-7</v></c>', '<c><v>3</v></c>'],
      'DOUBLE',
      ['0.30000000000000004', '1e-7', '3'],
    ],
    ['long numbers', ['<c><v>9007199254740993</v></c>', '<c><v>1</v></c>'], 'INT64', ['9007199254740993', '1']],
    [
      'longer numbers',
      ['<c><v>18446744073709551615</v></c>', '<c><v>1</v></c>'],
      'STRING',
      ['18446744073709551615', '1'],
      /larger than can be held exactly/,
    ],
    [
      'a long number beside a fraction',
      ['<c><v>9007199254740993</v></c>', '<c><v>0.123456</v></c>'],
      'STRING',
      ['9007199254740993', '0.123456'],
      /larger than can be held exactly/,
    ],
    [
      'many digits',
      ['<c><v>0.12345678901234567890123</v></c>', '<c><v>1</v></c>'],
      'DOUBLE',
      ['0.12345678901234568', '1'],
      /more than 17 digits/,
    ],
    ['a huge number', ['<c><v>1E+300</v></c>', '<c><v>1</v></c>'], 'DOUBLE', ['1e+300', '1']],
    [
      'infinity',
      ['<c><v>INF</v></c>', '<c><v>1E999</v></c>', '<c><v>1</v></c>'],
      'INT64',
      [null, null, '1'],
      /2 of its cells hold an error .* row 2/,
    ],
    ['booleans', ['<c t="b"><v>1</v></c>', '<c t="b"><v>FALSE</v></c>', formula('<v>0</v>', 'b')], 'BOOLEAN', ['true', 'false', 'false']],
    ['results', [formula('<v>0</v>'), formula('<v>0.0</v>'), formula('<v>5</v>')], 'INT64', ['0', '0', '5']],
    ['formulas beside blank results', [formula('<v></v>', 'str'), formula('<v>5</v>'), formula('<v>6</v>')], 'INT64', [null, '5', '6']],
    [
      'formulas that nobody calculated',
      [formula(''), formula('<v></v>'), formula('<v/>', 'str').replace('<v/>', '')],
      'STRING',
      [null, null, null],
      /3 of its cells hold a formula without a stored result, the first in row 2/,
    ],
    [
      'a shared formula that nobody calculated',
      ['<c><f t="shared" si="0"/></c>', formula('<v>5</v>')],
      'INT64',
      [null, '5'],
      /1 of its cells hold a formula without/,
    ],
    [
      'errors',
      ['<c t="e"><v>#N/A</v></c>', formula('<v>#REF!</v>', 'e'), '<c t="e"/>', '<c><v>5</v></c>'],
      'INT64',
      [null, null, null, '5'],
      /3 of its cells hold an error/,
    ],
    [
      'shared texts that are missing',
      ['<c t="s"><v>99</v></c>', '<c t="s"><v>-1</v></c>', '<c t="s"><v>x</v></c>', 'Abbey'],
      'STRING',
      [null, null, null, 'Abbey'],
      /3 of its cells refer to a shared text/,
    ],
    [
      'ISO dates',
      ['<c t="d"><v>2024-03-17</v></c>', '<c t="d"><v>2024-03-18T00:00:00</v></c>', '<c t="d"><v>1850-12-25T00:00:00Z</v></c>'],
      'DATE',
      ['2024-03-17', '2024-03-18', '1850-12-25'],
    ],
    [
      'ISO times',
      ['<c t="d"><v>2024-03-17T10:30</v></c>', '<c t="d"><v>2024-03-18</v></c>', '<c t="d"><v>2024-03-18T10:30:15.2500000</v></c>'],
      'TIMESTAMP',
      ['2024-03-17 10:30:00', '2024-03-18 00:00:00', '2024-03-18 10:30:15.25'],
    ],
    ['ISO times of day', ['<c t="d"><v>T10:30:00</v></c>', '<c t="d"><v>23:59</v></c>'], 'TIME', ['10:30:00', '23:59:00']],
    [
      'an ISO date with a serial number',
      ['<c t="d" s="1"><v>45292</v></c>', '<c t="d"><v>2024-03-18</v></c>'],
      'DATE',
      ['2024-01-01', '2024-03-18'],
    ],
    [
      'an ISO date that is no day',
      ['<c t="d"><v>2024-02-30</v></c>', '<c t="d"><v>2024-03-18</v></c>'],
      'STRING',
      ['2024-02-30', '2024-03-18'],
      /dates: 1|dates, but/,
    ],
    [
      'serial numbers beyond the calendar',
      [styled(1, 99_999_999), styled(1, -5), styled(1, 60), styled(1, 45292)],
      'DATE',
      [null, null, null, '2024-01-01'],
      /3 of its cells are formatted as dates and hold a number that is no day/,
    ],
    ['a day and a time', [styled(1, 45292), styled(1, 45292.5)], 'TIMESTAMP', ['2024-01-01 00:00:00', '2024-01-01 12:00:00']],
    [
      'times of day and durations',
      [styled(2, 0.5), styled(2, 1.5)],
      'STRING',
      ['12:00:00', '36:00'],
      /several kinds \(times of day: 1, durations: 1\)/,
    ],
    ['percentages', [styled(3, 0.25), styled(3, 0.5)], 'DECIMAL(2)', ['0.25', '0.50'], /shown as percentages/],
    ['currencies', [styled(4, 5), styled(5, 5)], 'INT64', ['5', '5'], /different units by their formats \(£, €\)/],
    ['one currency', [styled(4, 5), '<c><v>6</v></c>'], 'INT64', ['5', '6']],
    ['numbers as text', ['5', '6', '-7.5'], 'STRING', ['5', '6', '-7.5'], /text that looks like numbers; kept as text\. .*`type: D/],
    [
      'dates as text',
      ['15/01/2024', '16/01/2024'],
      'STRING',
      ['15/01/2024', '16/01/2024'],
      /text that looks like dates; kept as text\. .*`type: DATE`/,
    ],
    ['times as text', ['09:30', '10:45'], 'STRING', ['09:30', '10:45'], /text that looks like times of day; kept as text/],
    ['booleans as text', ['true', 'FALSE'], 'STRING', ['true', 'FALSE'], /text that looks like true or false; kept as text/],
    ['codes', ['007', '008'], 'STRING', ['007', '008']],
    ['words', ['Abbey', '1 High Street', 'SE1 7PB'], 'STRING', ['Abbey', '1 High Street', 'SE1 7PB']],
    [
      'marks of suppression',
      ['<c><v>5</v></c>', '<c><v>6</v></c>', '[c]', '<5'],
      'STRING',
      ['5', '6', '[c]', '<5'],
      /are numbers, but for 2 that may stand for no value \(such as \[c\], <5\).*`type: INT64`/,
    ],
    ['dates and a dash', [styled(1, 45292), '-'], 'STRING', ['2024-01-01', '-'], /are dates, but for 1 .*\(such as -\).*`type: DATE`/],
    ['numbers and words', ['<c><v>5</v></c>', 'five'], 'STRING', ['5', 'five'], /of several kinds/],
    ['a boolean among numbers', ['<c><v>5</v></c>', '<c t="b"><v>1</v></c>'], 'STRING', ['5', 'true'], /of several kinds/],
  ])('that are %s', async (_, cells, type, values, problem) => {
    const table = await read([['id', 'x'], ...cells.map((cell, at) => [at + 1, cell])], {
      formats: ['dd/mm/yyyy', 'h:mm', '0%', '"£"#,##0.00', '[$€-407]#,##0.00'],
    })
    expect(table.types.x).toBe(type)
    expect(table.rows.map((row) => row[1])).toEqual(values)
    expect(table.problems).toEqual(problem === undefined ? [] : [expect.stringMatching(problem)])
  })

  it('that are dates follow the calendar of their workbook', async () => {
    const days = [['day'], [styled(1, 0)], [styled(1, 60)], [styled(1, 43830)]]
    expect((await read(days, { formats: ['d/m/y'], properties: '<workbookPr date1904="true"/>' })).rows).toEqual([
      ['1904-01-01'],
      ['1904-03-01'],
      ['2024-01-01'],
    ])
    expect(
      (await read(days.slice(0, 1).concat(days.slice(2)), { formats: ['d/m/y'], properties: '<workbookPr dateCompatibility="0"/>' })).rows,
    ).toEqual([['1900-02-28'], ['2019-12-31']])
  })

  it('take the format of their named style where they have none', async () => {
    const styles =
      '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellStyleXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf xfId="1"/></cellXfs></styleSheet>'
    expect((await read([['day'], [styled(1, 45292)]], { parts: { 'xl/styles.xml': styles } })).rows).toEqual([['2024-01-01']])
  })

  it('whose formulas are all 0 in a workbook that asks to be calculated may never have been', async () => {
    const cells = [
      ['n', 'sum'],
      [5, formula('<v>0</v>')],
      [6, formula('<v>0</v>')],
    ]
    expect((await read(cells)).problems).toEqual([])
    expect((await read(cells, { calculation: '<calcPr fullCalcOnLoad="1"/>' })).problems).toEqual([
      expect.stringMatching(/^Column sum: every formula has the result 0/),
    ])
  })
})

describe('the rows of a sheet', () => {
  it('may be numbered by their cells, or not at all, and be out of order', async () => {
    const sheet =
      '<row><c r="B2" t="str"><v>n</v></c><c r="A2" t="str"><v>id</v></c></row><row><c r="a5"><v>1</v></c><c><v>10</v></c></row><row r="9"><c r="B9"><v>20</v></c><c r="A9"><v>2</v></c></row>'
    expect(await tableOf('book.xlsx', spreadsheet({ sheets: [sheet] }))).toMatchObject({
      names: ['id', 'n'],
      rows: [
        ['1', '10'],
        ['2', '20'],
      ],
      problems: [],
    })
  })

  it('keep their numbers in what is reported', async () => {
    const sheet =
      '<row r="3"><c r="A3" t="str"><v>n</v></c></row><row r="7"><c r="A7"><v>1</v></c></row><row r="1000"><c r="A1000" t="e"><v>#N/A</v></c></row>'
    expect((await tableOf('book.xlsx', spreadsheet({ sheets: [sheet] }))).problems).toEqual([
      expect.stringContaining('the first in row 1000'),
    ])
  })

  it('of errors alone are rows', async () => {
    const table = await read([
      ['a', 'b'],
      [1, 2],
      ['<c t="e"><v>#N/A</v></c>', '<c t="e"><v>#N/A</v></c>'],
      [3, 4],
    ])
    expect(table.rows).toEqual([
      ['1', '2'],
      [null, null],
      ['3', '4'],
    ])
  })

  it('that are hidden are read, and that is reported; so are columns', async () => {
    const sheet = `<row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>fee</v></c></row><row r="2" hidden="1"><c r="A2"><v>1</v></c><c r="B2"><v>9</v></c></row><row r="3"><c r="A3"><v>2</v></c></row><row r="4" hidden="true"/>`
    const table = await tableOf('book.xlsx', spreadsheet({ sheets: [sheet], before: '<cols><col min="2" max="16384" hidden="1"/></cols>' }))
    expect(table.rows).toEqual([
      ['1', '9'],
      ['2', null],
    ])
    expect(table.problems).toEqual([
      'Columns that are hidden in the sheet were read: fee. Delete them if they are not to be published.',
      'Rows that are hidden in the sheet, by hand or by a filter, were read: 1, the first is row 2. Delete them if they are not to be published.',
    ])
  })

  it('that are merged have their value once, and that is reported', async () => {
    const table = await read(
      [
        ['ward', 'n'],
        ['Abbey', 1],
        [undefined, 2],
      ],
      { after: '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="A1:B1"/></mergeCells>' },
    )
    expect(table.problems).toEqual([expect.stringMatching(/^Row 2: merged cells reach over the rows below/)])
  })

  it('of totals that Excel tables have are reported', async () => {
    const table = await read(
      [
        ['ward', 'n'],
        ['Abbey', 1],
        ['Alibon', 2],
        ['Sum', 3],
      ],
      {
        parts: {
          'xl/worksheets/_rels/sheet1.xml.rels': relations([['rId1', 'table', '../tables/table1.xml']]),
          'xl/tables/table1.xml':
            '<table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1" ref="A1:B4" totalsRowCount="1"><tableColumns/></table>',
        },
      },
    )
    expect(table.rows).toHaveLength(2)
    expect(table.problems).toContainEqual(expect.stringMatching(/^Row 4: the totals row of an Excel table/))
    expect(table.problems).toContainEqual(expect.stringMatching(/^Row 3 \(counted .* set aside as a total\.$/))
  })

  it('whose cells stand twice, or hold what XML does not allow, are reported', async () => {
    const sheet = '<row r="1"><c r="A1" t="str"><v>n</v></c></row><row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>'
    expect(await tableOf('book.xlsx', spreadsheet({ sheets: [sheet] }))).toMatchObject({
      rows: [['2']],
      problems: [expect.stringMatching(/^1 cells are given twice/)],
    })
    const odd = await read([['name'], ['<c t="str"><v>a\u0001b&nbsp;c\0</v></c>']])
    expect(odd.rows[0]?.[0]).toBe('a\u0001b&nbsp;c\uFFFD')
    expect(odd.problems).toEqual([expect.stringContaining('XML does not allow')])
  })

  it('may hold values far to the right', async () => {
    const far = await read(
      [
        ['id', 'n'],
        [1, 5],
        [2, 6],
      ],
      {
        sheets: [
          `${rows(['id', 'n'], [1, 5])}<row r="3"><c r="A3"><v>2</v></c><c r="B3"><v>6</v></c><c r="XFA3" t="str"><v>x</v></c></row>`,
        ],
      },
    )
    expect(far.rows).toEqual([
      ['1', '5'],
      ['2', '6'],
    ])
    expect(far.problems).toEqual([
      expect.stringMatching(/^Cells far to the right of the table hold values and were left out: column XFA\./),
    ])
    const near = await read([], {
      sheets: [`${rows(['id', 'n'], [1, 5])}<row r="3"><c r="A3"><v>2</v></c><c r="ZZ3" t="str"><v>note</v></c></row>`],
    })
    expect(near.names).toEqual(['id', 'n', 'column_702'])
    expect(near.problems).toEqual(['Column 702 had no name; named by position (column_702).'])
  })
})

describe('what a publisher says of a workbook’s columns', () => {
  const typed = async (cells: (string | number)[], type: string, more: Parameters<typeof spreadsheet>[0] = {}) => {
    const content = spreadsheet({
      sheets: [rows(['id', 'x'], ...cells.map((cell, at) => [at + 1, cell]))],
      formats: ['dd/mm/yyyy'],
      ...more,
    })
    const opened = await folderOf({
      'book.xlsx': content,
      'catalogue.yaml': `datasets:\n  book:\n    columns:\n      x: { type: ${type} }\n`,
    })
    const [table] = (await opened.dataset('book')).tables
    return {
      type: typesOf(table?.columns ?? []).x,
      values: (await opened.texts(`book/${table?.id}`)).map((row) => row[1]),
      problems: table?.problems,
    }
  }

  it.each<[name: string, cells: (string | number)[], type: string, is: string, values: (string | null)[]]>([
    ['dates as text', ['15/01/2024', '16/01/2024'], 'DATE', 'DATE', ['2024-01-15', '2024-01-16']],
    [
      'dates as text beside dates',
      [styled(1, 45292), '2024-01-15', styled(1, 45300)],
      'DATE',
      'DATE',
      ['2024-01-01', '2024-01-15', '2024-01-09'],
    ],
    ['dates whose format was lost', [45292, 45293], 'DATE', 'DATE', ['2024-01-01', '2024-01-02']],
    ['dates of which some lost their format', [styled(1, 45292), 45293], 'DATE', 'DATE', ['2024-01-01', '2024-01-02']],
    ['times whose format was lost', [45292.5, 45293], 'TIMESTAMP', 'TIMESTAMP', ['2024-01-01 12:00:00', '2024-01-02 00:00:00']],
    [
      'dates and times',
      [styled(1, 45292), styled(1, 45293.25), '2024-01-05'],
      'TIMESTAMP',
      'TIMESTAMP',
      ['2024-01-01 00:00:00', '2024-01-02 06:00:00', '2024-01-05 00:00:00'],
    ],
    ['numbers as text', ['5', '6'], 'INT64', 'INT64', ['5', '6']],
    ['numbers as text beside numbers', [5, '6'], 'INT64', 'INT64', ['5', '6']],
    ['numbers as text', [5, 6], 'STRING', 'STRING', ['5', '6']],
    ['whole numbers as fractions', [5, 6], 'DOUBLE', 'DOUBLE', ['5', '6']],
    ['fractions as sums', ['<c><v>0.123456</v></c>', '<c><v>5</v></c>'], 'DECIMAL', 'DECIMAL(6)', ['0.123456', '5.000000']],
  ])('%s', async (_, cells, type, is, values) => {
    expect(await typed(cells, type)).toEqual({ type: is, values, problems: [] })
  })

  it('is not done where it cannot be, and that is reported', async () => {
    expect(await typed(['Abbey', 'Alibon'], 'DATE')).toMatchObject({
      type: 'STRING',
      values: ['Abbey', 'Alibon'],
      problems: [expect.stringMatching(/asks for DATE/)],
    })
    expect(await typed([styled(1, 45292), 'soon'], 'DATE')).toMatchObject({
      type: 'STRING',
      values: ['2024-01-01', 'soon'],
      problems: [expect.stringMatching(/asks for DATE/)],
    })
    expect(await typed([styled(1, 45292), 7], 'DATE')).toMatchObject({
      type: 'STRING',
      values: ['2024-01-01', '7'],
      problems: [expect.stringMatching(/asks for DATE/)],
    })
    expect(await typed([5, 60], 'DATE')).toMatchObject({ type: 'INT64', problems: [expect.stringMatching(/asks for DATE/)] })
  })

  it('counts days as their workbook does', async () => {
    expect((await typed([43830, 43831], 'DATE', { properties: '<workbookPr date1904="1"/>' })).values).toEqual(['2024-01-01', '2024-01-02'])
  })
})
