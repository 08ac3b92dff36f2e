import { expect, test } from 'vitest'
import type { ColumnDescription } from '../../src/connector/column.js'
import { rows as cells, spreadsheet } from './support/spreadsheet.js'
import { folderOf, tableOf } from './support/folder.js'
import { scanOf } from './support/source.js'

const long = 'x'.repeat(9000)

/** What is said of each row that is set aside, without what is said of all. */
const aside = / \(counted from the first row under the header\)|: set aside as a total\.$/g
const isAside = (problem: string) => problem.endsWith('set aside as a total.')

test.each<[string, string | Buffer, string[]]>([
  [
    'csv',
    'supplier,amount\nTotal Hygiene Ltd,5.50\nA,6.75\nGrand Total,12.25\n',
    ['Row 3 says "grand total", nothing else, and holds the exact sum of all 2 rows above it in column amount'],
  ],
  [
    'csv',
    'w;n;share\nA;1;0,25\nB;3;0,75\n\nTotal : ;4;0,5\n',
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  [
    'csv',
    '"a","b","n"\n"x","","0.1"\n"y","","0.2"\n"TOTAL","","0.3"\n',
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  [
    'tsv',
    'w\tm\tn\nTotal\t\t6\nA\t\t1\nB\t\t2\nC\t\t3\n',
    ['Row 1 says "total", nothing else, and holds the exact sum of all 3 rows below it in column n'],
  ],
  [
    'csv',
    'dept,item,n,m\nHousing,x,1.10,1\nHousing,y,2.20,2\nHousing Total,,3.30,3\nRoads,z,1.00,1\nRoads,w,1.50,1\nRoads Total,,2.50,2\n,,,\nGrand Total,,5.80,5\n',
    [
      'Row 3 is named as a total, names nothing else and holds the exact sum of all 2 rows above it in columns n and m',
      'Row 6 is named as a total, names nothing else and holds the exact sum of the 2 rows since the total before it in columns n and m',
      'Row 7 says "grand total", nothing else, and holds the exact sum of all 4 rows above it in columns n and m',
    ],
  ],
  [
    'json',
    '[{"w":"a","n":0.1},{"w":"b","n":0.2},{"w":"Sum","n":0.3}]',
    ['Row 3 says "sum", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  [
    'json',
    '[{"year":2020,"n":1},{"year":2021,"n":2},{"year":"Total","n":3}]',
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  [
    'ndjson',
    '{"w":"a","n":0.00001}\n{"w":"b","n":2e3}\n{"w":"Total","n":2000.00001}\n',
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  [
    'xlsx',
    spreadsheet({ sheets: [cells(['w', 'n'], ['a', 1.5], ['b', 2], ['Total', 3.5])] }),
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  // So long rows are kept as Parquet.
  [
    'csv',
    `w,t,n\na,${long},1\nb,${long},2\nTotal,,3\n`,
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
])('a certain total is no row: %s %#', async (format, content, said) => {
  const opened = await folderOf({ [`t.${format}`]: content })
  const [table] = (await opened.dataset('t')).tables
  const id = `t/${table?.id}`
  expect(table?.problems.filter(isAside).map((problem) => problem.replace(aside, ''))).toEqual(said)
  expect(table?.problems).toContainEqual(expect.stringContaining('write totals: KEEP'))
  const { rows, report } = await opened.run(scanOf(id, table?.columns ?? []))
  expect(rows).toHaveLength(table?.rowCount ?? -1)
  expect(JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))).not.toMatch(
    /"(grand )?(total|sum)[ :]*"/i,
  )
  expect(report.totals).toEqual([{ table: id, totals: 'SET_ASIDE' }])
  // Neither the statistics nor the counts of a copy know it any more.
  const n = (table?.columns ?? []).findLast(({ type }) => type !== 'STRING' && type !== 'JSON') as ColumnDescription
  const input = scanOf(id, [n])
  const measures = [{ function: 'COUNT' as const }, { function: 'MAX' as const, input: { kind: 'column' as const, index: 0 } }]
  const [measured] = (await opened.run({ op: 'aggregate', groups: [], measures, input })).rows
  const at = (table?.columns ?? []).indexOf(n)
  const greatest = rows.map((row) => Number(row[`c${at}`])).sort((left, right) => right - left)[0]
  expect([Number(measured?.c0), Number(measured?.c1)]).toEqual([table?.rowCount, greatest])
})

test.each<[string, string]>([
  ['one unit off', 'w,n\na,1\nb,2\nTotal,4\n'],
  ['a category of a year', 'w,year,n\nA,2020,5\nB,2020,7\nTotal,2020,12\n'],
  ['a category of a place', 'sex,ward,n\nMale,A,5\nFemale,A,7\nTotal,A,12\n'],
  ['too large to be exact', 'w,n\na,1e300\nb,1e300\nTotal,2e300\n'],
  ['not exact', 'w,n\na,0.123456789012345\nb,1e-14\nTotal,0.123456789012355\n'],
  ['of more than 38 digits', `w,n\na,${'9'.repeat(38)}\nb,${'9'.repeat(38)}\nTotal,1\n`],
  ['of more than 38 digits in all', `w,n\n${'a,9e27\n'.repeat(40)}Total,3.6e29\n`],
  ['one row', 'w,n\na,3\nTotal,3\n'],
  ['text', 'w,n\na,c\nb,2\nTotal,2\n'],
])('a row that is only like a total stays, and is told: %s', async (_, content) => {
  const opened = await folderOf({ 't.csv': content })
  const [table] = (await opened.dataset('t')).tables
  expect(table?.rowCount).toBe(content.trim().split('\n').length - 1)
  expect(table?.problems.filter(isAside)).toEqual([])
  expect(table?.problems).toContainEqual(expect.stringContaining('looks like a total'))
  const { report } = await opened.run(scanOf('t/t', table?.columns ?? []))
  expect(report.totals).toEqual([{ table: 't/t', totals: 'AMONG_ROWS' }])
})

test('an average, and a firm that is called so, are rows like others', async () => {
  const opened = await folderOf({ 't.csv': 'w,n\na,1.0\nb,2.0\nTotal Gas and Power,3.0\nAverage,2.0\n' })
  const [table] = (await opened.dataset('t')).tables
  expect(table?.rowCount).toBe(4)
  expect(table?.problems).toEqual([])
  expect((await opened.run(scanOf('t/t', table?.columns ?? []))).report.totals).toBeUndefined()
})

test.each<[string, string, number, string[]]>([
  [
    'the last row',
    'w,n\na,1\nb,2\nTotal,3\n',
    3,
    ['Row 3 says "total", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
  [
    'the first row',
    'w,n\nTotal,3\na,1\nb,2\n',
    3,
    ['Row 1 says "total", nothing else, and holds the exact sum of all 2 rows below it in column n'],
  ],
  [
    'a row within',
    'w,n\na,1\nb,2\nSum,3\nc,4\n',
    4,
    ['Row 3 says "sum", nothing else, and holds the exact sum of all 2 rows above it in column n'],
  ],
])('totals: KEEP has them back, and which they are is told: %s', async (_, content, rowCount, said) => {
  const opened = await folderOf({ 't.csv': content, 'catalogue.yaml': 'datasets: { t: { totals: KEEP } }' })
  const [table] = (await opened.dataset('t')).tables
  expect(table?.rowCount).toBe(rowCount)
  expect(table?.problems.map((problem) => problem.replace(aside, ''))).toEqual(
    said.map((one) => `${one}: kept as a row, as catalogue.yaml says. Leave it out of sums.`),
  )
  expect((await opened.run(scanOf('t/t', table?.columns ?? []))).report.totals).toEqual([{ table: 't/t', totals: 'AMONG_ROWS' }])
})

test('a value of totals that there is not costs that key, and is told', async () => {
  const opened = await folderOf({ 't.csv': 'w,n\na,1\nb,2\nTotal,3\n', 'catalogue.yaml': 'datasets: { t: { totals: maybe } }' })
  const events = await opened.harvest()
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'problem', sourceId: 'catalogue.yaml', message: expect.stringContaining('totals') as unknown }),
  )
  expect(events.flatMap((event) => (event.kind === 'dataset' ? event.dataset.tables.map(({ rowCount }) => rowCount) : []))).toEqual([2])
})

test.each<[string, string, Record<string, string>]>([
  ['days', 'Day,n\n2024-01-31,1\n2024-02-01,2\nTotal,3\n', { Day: 'DATE', n: 'INT64' }],
  ['numbers', 'Route;n\n12;1\n13;2\nSub-total;3\n14;4\nGrand total;7\n', { Route: 'INT64', n: 'INT64' }],
  ['codes', 'Code,n\n012,1\n013,2\nTotal,3\n', { Code: 'STRING', n: 'INT64' }],
])('a column in which only a total is named has the type of its other values: %s', async (_, content, expected) => {
  const { types, rows, table } = await tableOf('t.csv', content)
  expect(types).toEqual(expected)
  expect(rows.flat().filter((cell) => /total/i.test(cell ?? ''))).toEqual([])
  expect(table.rowCount).toBe(rows.length)
  expect(table.problems.filter(isAside)).not.toEqual([])
})
