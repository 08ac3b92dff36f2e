import { writeFile } from 'node:fs/promises'
import ExcelJS from 'exceljs'
import { expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'

/** Numbers with different counts of decimals, so that each format reads them as DOUBLE, as they are published. */
const published = ['40507893.99', '123456789.123', '0.1', '-4050789312.37', '1.234567']
const money = ['10.10', '20.25', '40507893.99', '0.01', '5.00']
const counts = [3, 4, 5, 6, 9_007_199_254_740_000]
const rows = published.map((value, at) => ({ At: at, Value: value, Money: money[at], Count: counts[at] }))

const held = hubOfTwo(
  {
    'camden/data/text.csv': `At,Value,Money,Count\n${rows.map((row) => `${Object.values(row).join(',')}\n`).join('')}`,
    'camden/data/json.json': `[${rows.map((row) => `{"At":${row.At},"Value":${row.Value},"Money":${row.Money},"Count":${row.Count}}`).join(',')}]`,
  },
  async (workspace) => {
    const book = new ExcelJS.Workbook()
    const sheet = book.addWorksheet('book')
    sheet.addRows([Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(Number))])
    await writeFile(workspace.path('camden/data/book.xlsx'), Buffer.from(await book.xlsx.writeBuffer()))
  },
)

interface Answer {
  query: { columns: { name: string; type: string; encoding: string }[]; exact: unknown[][]; double: unknown[][] }
}
const ask = async (input: string) => {
  const { data, errors } = await held.hub.ask<Answer>(
    `{ query(input: ${input}) { columns { name type encoding } exact: rows double: rows(numbers: DOUBLE) } }`,
  )
  expect(errors).toBeUndefined()
  return (data as Answer).query
}

test.each(['text/text', 'json/json', 'book/book'])('camden/%s read as DECIMAL has the digits that were published', async (table) => {
  const { columns, exact, double } = await ask(
    `{ from: { members: [{ table: "camden/${table}", columns: [{ column: "At" }, { column: "Value", type: DECIMAL }] }] }, select: [{ column: "At" }, { column: "Value" }], orderBy: [{ column: "At" }] }`,
  )
  expect(columns.slice(1)).toEqual([{ name: 'Value', type: 'DECIMAL', encoding: 'STRING' }])
  expect(exact.map(([, value]) => value)).toEqual(published.map((value) => `${value}${'0'.repeat(10 - (value.split('.')[1]?.length ?? 0))}`))
  expect(double.map(([, value]) => value)).toEqual(published.map(Number))
})

test('each type of number has one form throughout, and with numbers: DOUBLE every one is a JSON number, sums too', async () => {
  const { columns, exact, double } = await ask(
    `{ from: { table: "camden/text/text", where: { column: "At", lt: 4 } }, measures: [
       { function: SUM, column: "Count" }, { function: SUM, column: "Money" }, { function: AVG, column: "Money" }, { function: AVG, column: "Count" }, { function: COUNT }] }`,
  )
  expect(columns.map(({ type, encoding }) => `${type} ${encoding}`)).toEqual([
    'DECIMAL STRING',
    'DECIMAL STRING',
    'DECIMAL STRING',
    'DOUBLE NUMBER',
    'INT64 NUMBER',
  ])
  // 40507924.35 ÷ 4 is 10126981.0875: an average has six digits more than its column, rounded half to even.
  expect(exact).toEqual([['18', '40507924.35', '10126981.08750000', 4.5, 4]])
  expect(double).toEqual([[18, 40507924.35, 10126981.0875, 4.5, 4]])
})

test('a sum of INT64 is exact beyond 2^53, and the nearest double with numbers: DOUBLE', async () => {
  const twice = `{ from: { union: ["camden/text/text", "camden/json/json"] }, groupBy: [{ column: "At" }], measures: [{ function: SUM, column: "Count", as: "sum" }], orderBy: [{ column: "At" }] }`
  expect((await ask(twice)).exact.map(([, sum]) => sum)).toEqual(['6', '8', '10', '12', '18014398509480000'])
  expect((await ask(twice)).double.map(([, sum]) => sum)).toEqual([6, 8, 10, 12, 18014398509480000])
})
