import { describe, expect, it } from 'vitest'
import type { Relation } from '../../src/connector/relation.js'
import { folderOf, tableOf } from '../files/support/folder.js'
import { input } from './read-columns.js'

const read = async (path: string) => tableOf(path.replace(/^.*\//, ''), input(path))
const column = (rows: readonly (string | null)[][], at: number) => rows.map((row) => row[at])
const saying = (...texts: readonly string[]) => texts.map((text) => expect.stringContaining(text) as string)

describe('numbers', () => {
  it('a03, nao1215/filesql#475: a whole number beyond 2^53 beside a fraction', async () => {
    const { types, rows } = await read('csv/a03-int-beside-decimal.csv')
    expect(types).toEqual({ ref: 'DECIMAL(1)', x: 'INT64' })
    expect(column(rows, 0)).toEqual(['9007199254740993.0', '0.5', '9007199254740995.0'])
  })

  it('a03b, own: money of several scales', async () => {
    const { types, rows } = await read('csv/a03b-money-mixed-scale.csv')
    expect(types).toEqual({ supplier: 'STRING', amount: 'DECIMAL(2)' })
    expect(column(rows, 1)).toEqual(['0.10', '0.20', '0.30', '100.00', '99.99', '1000000.01'])
  })

  it.each(['b3/c01-ten-pence.csv', 'b3/c02-ten-pence-full.csv'])('c01, apache/texera#7550: a blank among money: %s', async (path) => {
    const opened = await folderOf({ 't.csv': input(path) })
    const [table] = (await opened.dataset('t')).tables
    expect(table?.columns[1]).toMatchObject({ type: 'DECIMAL', scale: 2, semanticType: 'MONEY' })
    const sum: Relation = {
      op: 'aggregate',
      groups: [],
      measures: [{ function: 'SUM', input: { kind: 'column', index: 0 } }],
      input: { op: 'scan', table: 't/t', columns: [{ name: 'amount', type: 'DECIMAL', scale: 2 }] },
    }
    expect((await opened.run(sum)).rows).toEqual([{ c0: '1.00' }])
  })

  it('a22, own: whole numbers to the edge of 64 bits, and beyond', async () => {
    const { types, rows } = await read('csv/a22-int64.csv')
    expect(types).toEqual({ id: 'INT64', edge: 'INT64', over: 'DECIMAL(0)' })
    expect(rows).toEqual([
      ['1', '9223372036854775807', '9223372036854775808'],
      ['2', '-9223372036854775808', '1'],
    ])
  })

  it('a13, ngrunwald/meta-csv#5: decimal commas are a property of the file', async () => {
    const { types, rows, problems } = await read('csv/a13-semicolon-decimal-comma.csv')
    expect(types).toEqual({ ward: 'STRING', rate: 'DECIMAL(2)', pop: 'INT64' })
    expect(rows).toEqual([
      ['Abbey', '1.50', '1234'],
      ['Alibon', '2.25', '12345'],
      ['Becontree', '10.00', '999'],
    ])
    expect(problems).toEqual(
      saying('Column rate: its commas were read as decimal commas', 'Column pop: its commas are taken for decimal commas'),
    )
  })

  it('a07, dathere/qsv#2553: thousands by blanks and apostrophes', async () => {
    const { rows, problems } = await read('csv/a07-thousands-space.csv')
    for (const at of [1, 2, 3, 4]) expect(column(rows, at)).toEqual(['1234', '12345678', '999'])
    expect(problems).toEqual([])
  })

  it('a08, own: signs behind, around, before', async () => {
    const { rows, problems } = await read('csv/a08-signs.csv')
    expect(rows).toEqual([
      ['A', '-12.50', '-12.50', '3.2', '-12.5'],
      ['B', '7.00', '7.00', '-1.1', '7.0'],
      ['C', '-3.25', '-3.25', '0.4', '-3.2'],
    ])
    expect(problems).toEqual(saying('Column brackets: numbers in brackets were read as negative'))
  })

  it('a30, own: percent and currency, by themselves and as catalogue.yaml asks', async () => {
    const { types, rows, problems } = await read('csv/a30-percent-currency.csv')
    expect(types).toEqual({ ward: 'STRING', turnout: 'DECIMAL(1)', cost: 'DECIMAL(2)', eur: 'INT64' })
    expect(rows).toEqual([
      ['Abbey', '45.2', '1200.00', '5'],
      ['Alibon', '51.0', '950.50', '7'],
    ])
    expect(problems).toEqual(
      saying(
        'Column turnout: its values are percentages',
        'Column cost: its values are amounts in £',
        'Column eur: its values are amounts in €',
      ),
    )
    const asked = await folderOf({
      't.csv': input('csv/a30-percent-currency.csv'),
      'catalogue.yaml': 'datasets: { t: { columns: { turnout: { type: DOUBLE }, cost: { type: DECIMAL }, eur: { type: DECIMAL } } } }',
    })
    expect(await asked.texts('t/t')).toEqual([
      ['Abbey', '45.2', '1200.00', '5'],
      ['Alibon', '51', '950.50', '7'],
    ])
  })

  it('a54, datacommonsorg/data#608: suppression marks, and null where the publisher says so', async () => {
    const { types, problems } = await read('csv/a54-suppressed.csv')
    expect(types).toEqual({ school: 'STRING', pupils: 'STRING', rate: 'STRING' })
    expect(problems).toEqual(
      saying(
        'Column pupils: its values are numbers, but for 3 of 7 that seem to stand for no value (<5, [c], c)',
        'Column rate: its values are numbers, but for 3 of 7 that seem to stand for no value (*, [x], z)',
      ),
    )
    const asked = await folderOf({
      't.csv': input('csv/a54-suppressed.csv'),
      'catalogue.yaml': 'datasets: { t: { columns: { pupils: { type: INT64 }, rate: { type: DECIMAL } } } }',
    })
    const [table] = (await asked.dataset('t')).tables
    expect(table?.columns.map(({ type, nullable }) => [type, nullable])).toEqual([
      ['STRING', false],
      ['INT64', true],
      ['DECIMAL', true],
    ])
    expect(table?.problems).toEqual(
      saying('Column pupils: read as null, since they seem to stand for no value', 'Column rate: read as null'),
    )
    expect(column(await asked.texts('t/t'), 1)).toEqual(['120', null, null, '88', null, '101', '97'])
  })

  it('a53, jakob/Postico#559: \\N', async () => {
    const { types, problems } = await read('csv/a53-backslash-n.csv')
    expect(types).toEqual({ id: 'INT64', n: 'STRING' })
    expect(problems).toEqual(saying('Column n: its values are numbers, but for 2 of 5 that seem to stand for no value (\\N)'))
  })

  it('a01, wireservice/csvkit#977: leading zeros are codes', async () => {
    expect(column((await read('csv/a01-leading-zeros.csv')).rows, 0)).toEqual(['000100021', '100021999', '000000007'])
  })

  it('a02, pandas-dev/pandas#2697: codes like exponents', async () => {
    expect(column((await read('csv/a02-e-ids.csv')).rows, 0)).toEqual(['1E5', '2E10', '12E3'])
  })
})

describe('dates and times', () => {
  it('a09, own: the year first', async () => {
    const { types, rows } = await read('csv/a09-ymd-slash.csv')
    expect(types).toEqual({ id: 'INT64', opened: 'DATE', closed: 'DATE' })
    expect(rows[1]).toEqual(['2', '2024-02-29', '2024-02-29'])
  })

  it('a61, own: times without a leading zero, and durations', async () => {
    const { types, problems } = await read('csv/a61-hmm.csv')
    expect(types).toEqual({ id: 'INT64', t: 'STRING', d: 'STRING' })
    expect(problems).toEqual(
      saying(
        'Column t: its values are of several kinds (times of day; times of day without a leading zero, which may be durations)',
        'Column d: its values are of several kinds (times of day without a leading zero, which may be durations; durations)',
      ),
    )
    const asked = await folderOf({
      't.csv': input('csv/a61-hmm.csv'),
      'catalogue.yaml': 'datasets: { t: { columns: { t: { type: TIME }, d: { type: TIME } } } }',
    })
    expect(column(await asked.texts('t/t'), 1)).toEqual(['09:30:00', '10:15:00', '17:00:00'])
    expect((await asked.dataset('t')).tables[0]?.problems).toEqual(
      saying(
        'Column d: the catalogue asks for TIME, but 1 of its 3 values cannot be read as that (the first is in row 2 of the table); kept as text.',
      ),
    )
  })

  it('a10, johnkerl/miller#1007: seven decimals of a second', async () => {
    const { types, rows, problems } = await read('csv/a10-datetime2.csv')
    expect(types).toEqual({ id: 'INT64', logged: 'TIMESTAMP', isoz: 'TIMESTAMPTZ' })
    expect(rows).toEqual([
      ['1', '2024-01-31 10:15:00', '2024-01-31 10:15:00.123456+00'],
      ['2', '2024-02-01 11:00:00.5', '2024-02-01 11:00:00+00'],
    ])
    expect(problems).toEqual(saying('Column isoz: its times have more than six decimals'))
  })

  it('c05, own: days of one digit', async () => {
    expect(column((await read('b3/c05-id-pad-date.csv')).rows, 1)).toEqual(['2024-02-01', '2024-02-13'])
  })

  it('c06, own: offsets', async () => {
    expect(column((await read('b3/c06-tz-names.csv')).rows, 1)).toEqual(['2024-07-01 09:00:00+00', '2024-01-01 10:00:00+00'])
  })

  it('a55, own: instants around the change of the clocks', async () => {
    const { types, rows } = await read('csv/a55-dst.csv')
    expect([types.at, rows.length, rows[8]?.[1]]).toEqual(['TIMESTAMPTZ', 11, '2024-10-27 01:30:00+00'])
  })

  it('b19, own: orders of day and month that contradict each other', async () => {
    const { types, problems } = await read('csv2/b19-mixed-order.csv')
    expect(types.d).toBe('STRING')
    expect(problems).toEqual(saying('Column d: its dates contradict each other'))
  })
})

describe('letters', () => {
  it('a15, datagouv/cdata#1237, docling-project/docling#4202: one byte that is not UTF-8', async () => {
    const { rows, problems } = await read('csv/a15-mixed-encoding.csv')
    expect(column(rows, 1)).toEqual(['Café Zürich', 'Café Roma', 'Naïve'])
    expect(problems).toEqual(saying('Line 3: letters that are not UTF-8 were read as Windows-1252'))
  })

  it('a14, osm-search/wikipedia-wikidata#67: a NUL', async () => {
    const { rows, problems } = await read('csv/a14-nul.csv')
    expect(rows).toEqual([
      ['1', 'abcd', '5'],
      ['2', 'ok', '6'],
      ['3', 'fine', '7'],
    ])
    expect(problems).toEqual(saying('Line 2: NUL bytes were left out'))
  })

  it('a12, own: UTF-16 without a mark', async () => {
    expect(column((await read('csv/a12-utf16le-nobom.csv')).rows, 1)).toEqual(['Café', 'Brûlé'])
  })

  it('b27z, own: Ctrl-Z', async () => {
    const { rows, problems } = await read('b3/c27-eof-ctrlz.csv')
    expect({ rows, problems }).toEqual({
      rows: [
        ['1', '2'],
        ['2', '3'],
      ],
      problems: [],
    })
  })
})

describe('records and fields', () => {
  it('a66, own: carets', async () => {
    const { rows, problems } = await read('csv/a66-caret.csv')
    expect(rows).toEqual([
      ['1', 'a', '2'],
      ['2', 'b', '3'],
    ])
    expect(problems).toEqual(saying('Its fields are separated by "^"'))
  })

  it('a18, own: backslashes before quotes', async () => {
    const { rows, problems } = await read('csv/a18-backslash-quotes.csv')
    expect(column(rows, 1)).toEqual(['he said "yes" twice', 'plain', 'also "quoted, with comma" here'])
    expect(problems).toEqual(saying('Quotes inside of quoted fields are escaped by backslashes'))
  })

  it('a27, own: a short last row', async () => {
    const { rows, problems } = await read('csv/a27-short-last-row.csv')
    expect(rows).toEqual([
      ['1', 'a', 'x'],
      ['2', 'b', 'y'],
      ['3', 'c', null],
    ])
    expect(problems).toEqual(saying('Line 4: the file ends in this row, which has fewer fields than columns'))
  })

  it('a29, own: single quotes', async () => {
    const { rows, problems } = await read('csv/a29-single-quotes.csv')
    expect(rows).toEqual([
      ['1', 'Smith, J', '5'],
      ['2', 'Jones, K', '6'],
      ['3', 'Patel, L', '7'],
    ])
    expect(problems).toEqual(saying('Fields stand in single quotes'))
  })

  it('a64, own: line ends of several kinds', async () => {
    expect((await read('csv/a64-crlf-mix.csv')).rows).toEqual([
      ['1', 'line one\r\nline two'],
      ['2', 'a\nb'],
      ['3', 'c'],
      ['4', 'd'],
    ])
  })

  it('a23, MIT-LCP/mimic-code#81: nothing is null, and "" is not', async () => {
    expect(column((await read('csv/a23-empty-vs-null.csv')).rows, 1)).toEqual([null, '', 'x'])
  })

  it('a57, own: blanks are null', async () => {
    const { types, rows } = await read('csv/a57-nulls.csv')
    expect([types.n, rows[2]?.[1], rows[3]?.[2]]).toEqual(['INT64', null, null])
  })

  it('b24, GlareDB/glaredb#2035: comments above the table', async () => {
    const { rows, problems } = await read('csv2/b24-hash-comment.csv')
    expect(rows).toHaveLength(2)
    expect(problems).toEqual(saying('Lines 1 and 2 above the table'))
  })

  it('c07, c08, own: one column', async () => {
    expect(await read('b3/c07-one-column.csv')).toMatchObject({ rows: [['Abbey'], ['Alibon']], problems: [] })
    expect(await read('b3/c08-one-col-commas.csv')).toMatchObject({ rows: [['Abbey, east'], ['Alibon, west']], problems: [] })
  })

  it('a59, own: brackets in the names of files', async () => {
    const opened = await folderOf({ 'a59 spend [2024] *.csv': 'k,v\na,1\n', 'a59 spend [2025].csv': 'k,v\na,2\n' })
    const datasets = (await opened.harvest()).flatMap((event) => (event.kind === 'dataset' ? [event.dataset] : []))
    const rows = await Promise.all(datasets.map(({ id, tables }) => opened.texts(`${id}/${tables[0]?.id}`)))
    expect(rows.flat().sort()).toEqual([
      ['a', '1'],
      ['a', '2'],
    ])
  })
})

describe('names of columns', () => {
  it('b28, own: a name of 700 letters', async () => {
    const { names, problems } = await read('csv2/b28-long-name.csv')
    expect(names[1]).toHaveLength(500)
    expect(problems).toEqual(saying('Column 2 had a name of more than 500 letters; cut to 500.'))
  })

  it('a16, ckan/datapusher#138: repeated and blank names', async () => {
    const { names, problems } = await read('csv/a16-headers.csv')
    expect(names).toEqual(['Number of pitches', 'Cost', 'Cost_3', 'column_4', 'Cost_2'])
    expect(problems).toHaveLength(2)
  })

  it('c04, own: line ends in quoted names', async () => {
    expect((await read('b3/c04-quoted-newline-header.csv')).names).toEqual(['Ward name', 'Pop (2021)'])
  })

  it('c09, own: no header', async () => {
    const { rows, problems } = await read('b3/c09-no-header-codes.csv')
    expect(rows).toHaveLength(2)
    expect(problems).toEqual(saying('No header was found'))
  })
})
