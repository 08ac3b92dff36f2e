import ExcelJS from 'exceljs'
import { describe, expect, it } from 'vitest'
import { folderOf, typesOf } from './support/folder.js'

const types = ['INT64', 'DECIMAL', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'TIME', 'BOOLEAN'] as const
const asking = (type: string) => `datasets:\n  t:\n    columns:\n      v: { type: ${type} }\n`

describe('a column of nothing but marks', () => {
  it.each(types)('is a column of nulls where its publisher asks for %s, in text and in a workbook', async (type) => {
    const book = new ExcelJS.Workbook()
    book.addWorksheet('t').addRows([
      ['k', 'v'],
      ['a', 'N/A'],
      ['b', '-'],
      ['c', '..'],
    ])
    for (const [name, content] of [
      ['t.csv', 'k,v\na,N/A\nb,-\nc,..\n'],
      ['t.xlsx', Buffer.from(await book.xlsx.writeBuffer())],
    ] as const) {
      const opened = await folderOf({ [name]: content, 'catalogue.yaml': asking(type) })
      const [table] = (await opened.dataset('t')).tables
      expect(typesOf(table?.columns ?? []).v).toBe(type === 'DECIMAL' ? 'DECIMAL(0)' : type)
      expect(table?.problems.join()).toMatch(/3 of its values \(-, \.\., N\/A\)/)
      expect((await opened.texts(`t/${table?.id}`)).map(([, v]) => v)).toEqual([null, null, null])
    }
  })
})

describe('a type that text cannot have', () => {
  it.each(['JSON', 'GEOMETRY', 'LIST'])('is said to be none: %s', async (type) => {
    const [table] = (await (await folderOf({ 't.csv': 'k,v\na,{}\nb,x\n', 'catalogue.yaml': asking(type) })).dataset('t')).tables
    expect(table?.problems).toEqual([`Column v: the catalogue asks for ${type}, which is not read from text or numbers; kept as text.`])
  })
})

describe('values that look like others', () => {
  it.each<[string[], RegExp | undefined]>([
    [['2024-01-31', '2024-02-01 11:00'], /write type: TIMESTAMP for this column/],
    [['5r', '6', '7r'], /numbers with a note beside them/],
    [['5²', '6'], /numbers with a note beside them/],
    [['~5', '6', 'c. 7', 'approx 8'], /numbers said to be about right/],
    [['31-Jan', '1-Feb'], /days without a year, as Excel may make of ranges/],
    [['(3%)', '-5%'], undefined],
    [['12', '14', '5a', 'The Lodge'], undefined],
    [['0-5', '6-10'], undefined],
  ])('are reported where they may be meant as such: %j', async (values, message) => {
    const [table] = (await (await folderOf({ 't.csv': `k,v\n${values.map((value) => `x,${value}\n`).join('')}` })).dataset('t')).tables
    if (values[0] === '(3%)') expect(table?.columns[1]?.type).toBe('INT64')
    else expect(table?.problems.join()).toMatch(message ?? /^$/)
  })
})
