import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import { folderOf, refusalOf, tableOf, typesOf } from './support/folder.js'
import { workbookParts, zipOf } from './support/zip.js'

async function workbook(fill: (book: ExcelJS.Workbook) => void): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  fill(book)
  return Buffer.from(await book.xlsx.writeBuffer())
}

const sheet = (rows: unknown[][]) => workbook((book) => book.addWorksheet('Data').addRows(rows))

describe('workbooks', () => {
  it('are typed by their cells', async () => {
    const day = (text: string) => new Date(`${text}T00:00:00Z`)
    const content = await workbook((book) => {
      const data = book.addWorksheet('Data')
      data.addRow(['code', 'n', 'amount', 'x', 'on', 'day', 'at', 'mixed', 'sum', 'rich', 'none'])
      data.addRow([
        '007',
        1,
        1.5,
        0.25,
        true,
        day('2024-02-29'),
        new Date('2024-02-29T10:30:00Z'),
        1,
        { formula: 'B2*2', result: 2 },
        { richText: [{ text: 'a' }, { font: { bold: true }, text: 'b' }] },
      ])
      data.addRow(['101', -2, 2.5, 3, false, day('1999-12-31'), day('1999-12-31'), 'x', { formula: 'B3*2', result: -4 }, 'c'])
      for (const name of ['F', 'G']) data.getColumn(name).numFmt = 'dd/mm/yyyy hh:mm'
    })
    const read = await tableOf('book.xlsx', content)
    expect(read.types).toEqual({
      code: 'STRING',
      n: 'INT64',
      amount: 'DECIMAL(1)',
      x: 'DECIMAL(2)',
      on: 'BOOLEAN',
      day: 'DATE',
      at: 'TIMESTAMP',
      mixed: 'STRING',
      sum: 'INT64',
      rich: 'STRING',
      none: 'STRING',
    })
    expect(read.rows).toEqual([
      ['007', '1', '1.5', '0.25', 'true', '2024-02-29', '2024-02-29 10:30:00', '1', '2', 'ab', null],
      ['101', '-2', '2.5', '3.00', 'false', '1999-12-31', '1999-12-31 00:00:00', 'x', '-4', 'c', null],
    ])
    expect(read.table).toMatchObject({
      id: 'data',
      name: 'Data',
      title: 'Data',
      problems: [expect.stringContaining('Column mixed: its cells are numbers, but for 1')],
    })
  })

  it('reports columns that are nearly all numbers or dates', async () => {
    const rows = Array.from({ length: 20 }, (_, at) => [at, at === 7 ? 'seven' : at, at === 7 ? 'N/A' : at, at % 2 === 0 ? 'a' : at])
    const read = await tableOf('book.xlsx', await sheet([['n', 'one', 'none', 'half'], ...rows]))
    expect(read.types).toEqual({ n: 'INT64', one: 'STRING', none: 'STRING', half: 'STRING' })
    expect(read.problems).toEqual([
      'Column one: nearly all of its cells are numbers, but not all (row 9 is the first of text); kept as text. Mend those cells and save the workbook again.',
      'Column none: its cells are numbers, but for 1 that may stand for no value (such as N/A); kept as text. Say `type: INT64` in catalogue.yaml to read those as empty.',
      'Column half: its cells are of several kinds (text: 10, numbers: 10), the first of each in rows 2 and 3; kept as text. Make them one kind in the workbook, or say its `type` in catalogue.yaml.',
    ])
  })

  it('take no year for a day, and give an empty column the type that is demanded', async () => {
    const opened = await folderOf({
      'book.xlsx': await sheet([
        ['year', 'day', 'none'],
        [2023, 45_292],
        [2024, 45_293],
      ]),
      'catalogue.yaml': 'datasets: { book: { columns: { year: { type: DATE }, day: { type: DATE }, none: { type: DATE } } } }',
    })
    const {
      tables: [table],
    } = await opened.dataset('book')
    expect(typesOf(table?.columns ?? [])).toEqual({ year: 'INT64', day: 'DATE', none: 'DATE' })
    expect(await opened.texts('book/data')).toEqual([
      ['2023', '2024-01-01', null],
      ['2024', '2024-01-02', null],
    ])
    expect(table?.problems).toEqual([
      'Column year: the catalogue asks for DATE, but its numbers look like years, and a year is no day; read as INT64.',
    ])
  })

  it('count their days from 1904 where they say so', async () => {
    const content = await workbook((book) => {
      book.properties.date1904 = true
      const data = book.addWorksheet('Data')
      data.addRows([
        ['day', 'next'],
        [new Date('2024-02-29T00:00:00Z'), { formula: 'A2+1', result: 43890 }],
      ])
      data.getColumn(2).numFmt = 'dd/mm/yyyy'
    })
    expect((await tableOf('book.xlsx', content)).rows).toEqual([['2024-02-29', '2024-03-01']])
  })

  it('have a table for each sheet that is shown and holds something', async () => {
    const content = await workbook((book) => {
      book.addWorksheet('Q1 2024').addRows([['a'], [1]])
      book.addWorksheet('Q1-2024').addRows([['b'], ['x']])
      book.addWorksheet('Empty')
      book.addWorksheet('Staff', { state: 'veryHidden' }).addRows([['first name'], ['Ann']])
    })
    const { tables } = await (await folderOf({ 'book.xlsx': content })).dataset('book')
    expect(tables.map(({ id, name, columns }) => [id, name, typesOf(columns)])).toEqual([
      ['q1-2024', 'Q1 2024', { a: 'INT64' }],
      ['q1-2024-2', 'Q1-2024', { b: 'STRING' }],
    ])
    expect(tables[0]?.problems).toEqual([expect.stringContaining('Sheet "Staff" is hidden')])
  })

  it('may have a title above the table, gaps, and errors', async () => {
    const read = await tableOf(
      'book.xlsx',
      await sheet([
        ['Toilets of Camden'],
        [],
        ['name', 'n', null, 'n'],
        ['a', 1, null, 5],
        [],
        ['b', { error: '#N/A' }, null, 6],
        [null, 3],
      ]),
    )
    expect(read.names).toEqual(['name', 'n', 'n_2'])
    expect(read.rows).toEqual([
      ['a', '1', '5'],
      ['b', null, '6'],
      [null, '3', null],
    ])
    expect(read.problems).toEqual([
      expect.stringContaining('Column 4 had the name'),
      expect.stringContaining('Row 1 above the table'),
      expect.stringContaining('#N/A'),
    ])
  })

  it('keep every letter, wherever the unpacked pieces end', async () => {
    const rows = Array.from({ length: 4000 }, (_, at) => [`é–“${at}” ${'ü'.repeat(at % 50)}😀`])
    const read = await tableOf('book.xlsx', await sheet([['name'], ...rows]))
    expect(read.rows).toEqual(rows)
  })

  it('may have no rows below their header', async () => {
    expect(await tableOf('book.xlsx', await sheet([['name', 'n']]))).toMatchObject({ names: ['name', 'n'], rows: [] })
  })

  it('keep inline texts, and numbers as they stand', async () => {
    const rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>uprn</t></is></c></row><row r="2"><c r="A2"><v>100021859495</v></c></row>'
    expect(await tableOf('book.xlsx', zipOf(workbookParts(rows)))).toMatchObject({ types: { uprn: 'INT64' }, rows: [['100021859495']] })
  })
})

describe('workbooks that are refused', () => {
  const bytes = Buffer.alloc(64 * 1024 * 1024, ' ')
  const [book, relations] = workbookParts('') as [{ name: string; content: Buffer }, { name: string; content: Buffer }]
  const bomb = { name: 'xl/worksheets/sheet1.xml', content: bytes }

  it.each<[string, Buffer, RegExp]>([
    ['a bomb that owns up', zipOf([book, relations, bomb]), /unpacks to far more/],
    ['a bomb that lies', zipOf([book, relations, { ...bomb, claimed: 1000 }]), /unpacks to more than it declares/],
    ['a bomb that claims the earth', zipOf([book, relations, { ...bomb, claimed: 0xffffffff }]), /unpacks to far more/],
    ['broken XML', zipOf(workbookParts('<row r="1"><c r="A1">')), /damaged/],
    ['no sheet', zipOf([book, relations]), /no part xl\/worksheets\/sheet1\.xml/],
    ['no workbook', zipOf([{ name: 'hello.txt', content: Buffer.from('hello') }]), /no part xl/],
    ['a column beyond every limit', zipOf(workbookParts('<row r="1"><c r="XFD1"><v>1</v></c></row>')), /more than 2000 columns/],
  ])('%s', async (_, content, reason) => {
    expect(await refusalOf('book.xlsx', content)).toMatch(reason)
  })

  it('one without a value', async () => {
    expect(await refusalOf('book.xlsx', await workbook((empty) => empty.addWorksheet('Data')))).toMatch(/No shown sheet/)
  })

  it('one cut short', async () => {
    const whole = await sheet([['a'], [1]])
    expect(await refusalOf('book.xlsx', whole.subarray(0, whole.length - 100))).toMatch(/workbook/)
  })
})
