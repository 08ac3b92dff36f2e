import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { findRows } from '../../connectors/files/find-rows.js'
import type { ReadableTable } from '../../connectors/shared/tabular/copies/readable-table.js'
import type { Expression, Literal, Predicate, Relation, TableScan } from '../../src/connector/relation.js'
import { relationSql } from '../../src/engine/sql/relation.js'
import { type OpenedFolder, openFolder } from './support/source.js'
import { long, runsOf } from '../support/long.js'

const rows = 120_000
const keyOf = (row: number) => (row * 7919) % rows
const cells = (row: number) => ({
  key: keyOf(row),
  code: `C${String(keyOf(row)).padStart(6, '0')}`,
  often: row % 1000,
  maybe: row % 3 === 0 ? null : row % 5000,
})

const scan: TableScan = {
  op: 'scan',
  table: 'many/many',
  columns: [
    { name: 'key', type: 'INT64' },
    { name: 'code', type: 'STRING' },
    { name: 'often', type: 'INT64' },
    { name: 'maybe', type: 'INT64' },
  ],
}
const at = (index: number): Expression => ({ kind: 'column', index })
const literal = (column: number, value: string | null): Literal => ({
  kind: 'literal',
  shape: { type: column === 1 ? 'STRING' : 'INT64' },
  value,
})
const listed = (column: number, values: readonly (string | null)[]): Predicate => ({
  kind: 'in',
  left: at(column),
  values: values.map((value) => literal(column, value)),
})
const filter = (predicate: Predicate, input: Relation = scan): Relation => ({ op: 'filter', predicate, input })

let folder: string
let opened: OpenedFolder
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dials-folder-'))
  const lines = Array.from({ length: rows }, (_, row) => Object.values(cells(row)).join(','))
  await writeFile(join(folder, 'many.csv'), `key,code,often,maybe\n${lines.join('\n')}\n`)
  opened = await openFolder(folder)
  await opened.dataset('many')
})
afterAll(async () => {
  await opened.close()
  await rm(folder, { recursive: true, force: true })
})

const readable: ReadableTable = {
  dataset: 'many',
  key: '0'.repeat(64),
  file: 't0.duckdb',
  asOf: '',
  rowCount: rows,
  from: 'copy_1.rows',
  hasRowIds: true,
  columns: scan.columns.map((column, index) => ({
    ...column,
    title: column.name,
    nullable: true,
    sensitivity: 'NONE',
    profile: { nullRatio: 0, distinctCount: [rows, rows, 1000, 3][index], topValues: [], histogram: [] },
  })),
}
const copyOf = (_scan: TableScan, where?: string) => (where === undefined ? 'copy' : `copy WHERE ${where}`)
const rowsOf = (relation: Relation, table = readable) => findRows(relation, () => table, copyOf, { compile: relationSql } as never)
const found = (relation: Relation, table = readable) => [...rowsOf(relation, table).from.values()]

describe('rows that a filter lists', () => {
  it('are looked for by the listed column alone, where they are few of many', () => {
    const notNull: Predicate = { kind: 'isNull', input: at(3), negated: true }
    const page = (predicate: Predicate): Relation => ({ op: 'limit', count: 5, offset: 0, input: filter(predicate) })
    const { relation, from } = rowsOf(page({ kind: 'and', terms: [listed(0, ['1', '2']), notNull] }))
    expect(relation).toEqual(page(notNull))
    expect(from.get(scan)).toBe(
      "copy WHERE rowid IN (SELECT place FROM (SELECT * FROM (SELECT c0 AS c0, rowid AS place FROM copy_1.rows) WHERE (c0 IN (CAST('1' AS BIGINT), CAST('2' AS BIGINT)))))",
    )
    expect(rowsOf(filter(listed(0, ['1', '2']))).relation).toBe(scan)
    expect(found(filter(listed(1, ['1']), { op: 'project', outputs: [at(0), at(2)], input: scan }))[0]).toContain('SELECT c2 AS c0')
  })

  it('are looked up in the index of the column, where there is one', () => {
    expect(found(filter(listed(0, ['7'])), { ...readable, indexed: 0 })).toEqual([
      "(WITH listed AS MATERIALIZED (SELECT * FROM copy WHERE (c0 IN (CAST('7' AS BIGINT)))) SELECT * FROM listed)",
    ])
    const both = rowsOf(filter({ kind: 'and', terms: [listed(0, ['1']), listed(1, ['C1'])] }), { ...readable, indexed: 0 })
    expect(both.relation).toEqual(filter(listed(1, ['C1'])))
  })

  it.each<[string, Relation, ReadableTable?]>([
    ['those of a column with few values', filter(listed(3, ['1']))],
    ['of a small table', filter(listed(0, ['1'])), { ...readable, rowCount: 1000 }],
    ['where a copy has no places', filter(listed(0, ['1'])), { ...readable, hasRowIds: false }],
    ['what is not listed', filter({ kind: 'not', term: listed(0, ['1']) })],
    ['what else may be kept', filter({ kind: 'or', terms: [listed(0, ['1']), { kind: 'isNull', input: at(3), negated: false }] })],
    ['an expression', filter({ kind: 'in', left: { kind: 'cast', input: at(0), to: { type: 'STRING' } }, values: [literal(1, '1')] })],
    ['above another operator', filter(listed(0, ['1']), { op: 'limit', count: 10, offset: 0, input: scan })],
  ])('are not, %s', (_, relation, table) => {
    expect(found(relation, table)).toEqual([])
    expect(rowsOf(relation, table).relation).toEqual(relation)
  })

  it('are the same rows', { tags: [long] }, async () => {
    const value = (column: number) =>
      fc.integer({ min: -2, max: rows + 2 }).map((row): string | null => {
        const cell = Object.values(cells(Math.max(0, row)))[column] as string | number | null
        return row < 0 ? '-7' : cell === null ? null : String(cell)
      })
    const term = fc
      .constantFrom(0, 1, 2, 3)
      .chain((column) => fc.array(value(column), { minLength: 1, maxLength: 12 }).map((values) => ({ column, values })))
    await fc.assert(
      fc.asyncProperty(fc.array(term, { minLength: 1, maxLength: 2 }), async (terms) => {
        const predicate: Predicate = { kind: 'and', terms: terms.map(({ column, values }) => listed(column, values)) }
        const { rows: read } = await opened.run({
          op: 'sort',
          keys: [{ column: 0, descending: false, nullsFirst: false }],
          input: filter(predicate),
        })
        const expected = Array.from({ length: rows }, (_, row) => cells(row)).filter((row) =>
          terms.every(({ column, values }) => {
            const cell = Object.values(row)[column]
            return cell !== null && values.includes(String(cell))
          }),
        )
        expect(read.map(({ c0, c1 }) => [Number(c0), c1])).toEqual(
          expected.map(({ key, code }) => [key, code]).sort(([left], [right]) => Number(left) - Number(right)),
        )
      }),
      { numRuns: runsOf(40, 80) },
    )
  })
})
