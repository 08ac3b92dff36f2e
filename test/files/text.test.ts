import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { tableOf } from './support/folder.js'

const text = 'name,note\nKilburn,café\nBrent,"two\nlines"\n'
const rows = [
  ['Kilburn', 'café'],
  ['Brent', 'two\nlines'],
]

describe('encodings and line ends', () => {
  it.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16, little-endian, with a mark', iconv.encode(text, 'utf-16le', { addBOM: true })],
    ['UTF-16, big-endian, with a mark', iconv.encode(text, 'utf-16be', { addBOM: true })],
    ['UTF-16, little-endian, without a mark', iconv.encode(text, 'utf-16le', { addBOM: false })],
    ['UTF-16, big-endian, without a mark', iconv.encode(text, 'utf-16be', { addBOM: false })],
  ])('reads %s without a word', async (_, content) => {
    const read = await tableOf('places.csv', content)
    expect(read).toMatchObject({ names: ['name', 'note'], rows, problems: [] })
  })

  it('reads Windows-1252, and reports that it is a guess', async () => {
    const read = await tableOf('places.csv', iconv.encode('name,price\nO’Neill,€5 “off”\n', 'windows-1252'))
    expect(read.rows).toEqual([['O’Neill', '€5 “off”']])
    expect(read.problems).toEqual([expect.stringContaining('Windows-1252')])
  })

  it.each([
    ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n'],
    ['CR alone', 'a,b\r1,x\r2,y\r'],
    ['mixed', 'a,b\r\n1,x\n2,y\r'],
    ['none at the end', 'a,b\n1,x\n2,y'],
    ['blank lines at the end', 'a,b\n1,x\n2,y\n\n\n\n'],
    ['blank lines in between', '\n\na,b\n\n1,x\n\n2,y\n'],
  ])('reads line ends: %s', async (_, content) => {
    const read = await tableOf('t.csv', content)
    expect(read).toMatchObject({
      types: { a: 'INT64', b: 'STRING' },
      rows: [
        ['1', 'x'],
        ['2', 'y'],
      ],
      problems: [],
    })
  })

  it('keeps the line ends inside of quotes as they are', async () => {
    expect((await tableOf('t.csv', 'a,b\r\n1,"x\r\ny"\r\n2,"x\ny"\r\n')).rows).toEqual([
      ['1', 'x\r\ny'],
      ['2', 'x\ny'],
    ])
  })
})

describe('dialects', () => {
  it.each([[','], [';'], ['|'], ['\t']])('finds the delimiter %j', async (delimiter) => {
    const content = [
      ['code', 'place', 'n'],
      ['001', '"Kilburn, Brent; a|b\tc ""x"""', '5'],
      ['002', '', '6'],
    ]
      .map((row) => row.join(delimiter))
      .join('\n')
    const read = await tableOf('t.csv', content)
    expect(read).toMatchObject({
      types: { code: 'STRING', place: 'STRING', n: 'INT64' },
      rows: [
        ['001', 'Kilburn, Brent; a|b\tc "x"', '5'],
        ['002', null, '6'],
      ],
      problems: [],
    })
  })

  it('reads one column without any delimiter', async () => {
    expect(await tableOf('t.csv', 'ward\nKilburn\nBelsize\n')).toMatchObject({ names: ['ward'], rows: [['Kilburn'], ['Belsize']] })
  })

  it('looks for tabs first in a .tsv file', async () => {
    expect(await tableOf('t.tsv', 'a\tb\n1,2,3\t4,5\n6,7,8\t9,10\n')).toMatchObject({
      names: ['a', 'b'],
      rows: [
        ['1,2,3', '4.50'],
        ['6,7,8', '9.10'],
      ],
    })
    expect(await tableOf('t.tsv', 'a;b\n1;2\n')).toMatchObject({ names: ['a', 'b'], rows: [['1', '2']] })
  })

  it('reads decimal commas between semicolons, in two columns', async () => {
    expect(await tableOf('t.csv', 'a;b\n1,5;2,3\n4,5;6,7\n')).toMatchObject({
      names: ['a', 'b'],
      rows: [
        ['1.5', '2.3'],
        ['4.5', '6.7'],
      ],
    })
  })

  it('takes blanks around quotes for blanks, and quotes within a word for quotes', async () => {
    const read = await tableOf('t.csv', 'a,b\n1, "x, y"\n2,"z" \n3,5" pipe\n')
    expect(read.rows).toEqual([
      ['1', 'x, y'],
      ['2', 'z'],
      ['3', '5" pipe'],
    ])
  })

  it('keeps an empty field apart from an empty text', async () => {
    const read = await tableOf('t.csv', 'a,b,n\nx,,1\ny,"",\nz,"N/A",""\n')
    expect(read.rows).toEqual([
      ['x', null, '1'],
      ['y', '', null],
      ['z', 'N/A', null],
    ])
    expect(read.table.columns.map(({ nullable }) => nullable)).toEqual([false, true, true])
  })

  it('reads a file whose name is a pattern to the engine', async () => {
    expect((await tableOf('[t]*?.csv', 'a\n1\n')).rows).toEqual([['1']])
  })
})

describe('headers', () => {
  it('leaves out what stands above the table, and reports it', async () => {
    const read = await tableOf('t.csv', 'Spending over £500,\r\n,\r\nSupplier,Total\r\n,\r\nA Ltd,"4,552,045.39"\r\nB Ltd,525.00\r\n')
    expect(read).toMatchObject({
      types: { Supplier: 'STRING', Total: 'DECIMAL(2)' },
      rows: [
        ['A Ltd', '4552045.39'],
        ['B Ltd', '525.00'],
      ],
    })
    expect(read.problems).toEqual([
      expect.stringContaining('Line 1 above the table'),
      expect.stringContaining('Line 4: no field holds a value'),
    ])
  })

  it('takes years for names', async () => {
    const read = await tableOf('t.csv', '2011,2012,2013\n18.0,16.0,1.5\n14.0,14.0,2.5\n')
    expect(read).toMatchObject({
      types: { 2011: 'DECIMAL(1)', 2012: 'DECIMAL(1)', 2013: 'DECIMAL(1)' },
      rows: [
        ['18.0', '16.0', '1.5'],
        ['14.0', '14.0', '2.5'],
      ],
    })
  })

  it.each([
    ['numbers', 'Kilburn,12\nBelsize,13\n'],
    ['codes', 'E01000001,High Street\nE01000002,Low Road\n'],
    ['dates', 'Kilburn,2024-01-05\nBelsize,2024-02-06\n'],
  ])('names columns by position where the first row is data: %s', async (_, content) => {
    const read = await tableOf('t.csv', content)
    expect(read.names).toEqual(['column_1', 'column_2'])
    expect(read.rows).toHaveLength(2)
    expect(read.problems).toEqual([expect.stringContaining('No header')])
  })

  it('makes names unique, trimmed and told', async () => {
    const read = await tableOf('t.csv', ' name ,,name,"two\nlines",name_2\na,b,c,d,e\n')
    expect(read.names).toEqual(['name', 'column_2', 'name_3', 'two lines', 'name_2'])
    expect(read.problems).toHaveLength(2)
  })

  it('leaves out columns that have neither name nor value', async () => {
    expect(await tableOf('t.csv', 'a,b,,\n1,2,,\n3,4,,\n')).toMatchObject({
      names: ['a', 'b'],
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
    })
  })

  it('reads a header without rows', async () => {
    expect(await tableOf('t.csv', 'a,b\n')).toMatchObject({ names: ['a', 'b'], rows: [], types: { a: 'STRING', b: 'STRING' } })
  })
})
