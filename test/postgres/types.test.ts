import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failureOf } from '../support/query.js'
import { openTestPostgres, type TestPostgres } from './support/open-postgres.js'
import { answer, datasetsOf, harvestAll, scanOfDataset } from './support/source.js'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await openTestPostgres()
})
afterAll(() => postgres.close())

/** Makes a table, harvests it and reads all of it. */
async function readBack(table: string, definition: string, values: string) {
  await postgres.run(`CREATE TABLE ${table} (${definition}); INSERT INTO ${table} VALUES ${values}`)
  const source = await postgres.open({ tables: [table] })
  const events = await harvestAll(source)
  const [dataset] = datasetsOf(events)
  if (dataset === undefined) throw new Error(JSON.stringify(events))
  return { dataset, ...(await answer(postgres.bench, source, scanOfDataset(dataset))) }
}

describe('the types of PostgreSQL', () => {
  it('keep every value of a type that is ours too', async () => {
    const { dataset, rows } = await readBack(
      'kept',
      `b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(12,2), w numeric(38,10), d date, t time, ts timestamp, tz timestamptz, x text, v varchar(9), c char(4), u uuid`,
      `(true, -32768, 2147483647, -9223372036854775808, 0.5, 1e-300, -1234567.05, 1234567890123456789012345678.0123456789, '2026-02-28', '23:59:59.123456', '2026-01-02 03:04:05.6', '2026-01-02 03:04:05+02', 'é''"\\', 'v', 'ab', '00000000-0000-0000-0000-00000000000a'),
       (false, 32767, -2147483648, 9223372036854775807, -0.5, 'infinity', 0, -0.0000000001, '0044-03-15 BC', '24:00', '1969-12-31 23:59:59.999999', '1900-01-01 00:00:00Z', '', '日本', '', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
       (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
    )
    expect(dataset.tables[0]?.columns.map(({ type, scale }) => (scale === undefined ? type : `${type} ${scale}`))).toEqual([
      'BOOLEAN',
      'INT64',
      'INT64',
      'INT64',
      'DOUBLE',
      'DOUBLE',
      'DECIMAL 2',
      'DECIMAL 10',
      'DATE',
      'TIME',
      'TIMESTAMP',
      'TIMESTAMPTZ',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
    ])
    expect(dataset.tables[0]?.problems).toEqual([])
    expect(rows).toEqual([
      [
        'true',
        '-32768',
        '2147483647',
        '-9223372036854775808',
        '0.5',
        '1e-300',
        '-1234567.05',
        '1234567890123456789012345678.0123456789',
        '2026-02-28',
        '23:59:59.123456',
        '2026-01-02 03:04:05.6',
        '2026-01-02 01:04:05+00',
        'é\'"\\',
        'v',
        'ab',
        '00000000-0000-0000-0000-00000000000a',
      ],
      [
        'false',
        '32767',
        '-2147483648',
        '9223372036854775807',
        '-0.5',
        'inf',
        '0.00',
        '-0.0000000001',
        '0044-03-15 (BC)',
        '24:00:00',
        '1969-12-31 23:59:59.999999',
        '1900-01-01 00:00:00+00',
        '',
        '日本',
        '',
        'ffffffff-ffff-ffff-ffff-ffffffffffff',
      ],
      Array.from({ length: 16 }, () => null),
    ])
  })

  it('give infinite dates and moments as the engine has them', async () => {
    const { rows } = await readBack(
      'endless',
      'd date, ts timestamp, tz timestamptz',
      `('infinity', 'infinity', 'infinity'), ('-infinity', '-infinity', '-infinity')`,
    )
    expect(rows).toEqual([
      ['infinity', 'infinity', 'infinity'],
      ['-infinity', '-infinity', '-infinity'],
    ])
  })

  it('give what is not ours as text, and say so', async () => {
    await postgres.run(
      `CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN money_gbp AS numeric(10,2); CREATE DOMAIN inner_name AS text; CREATE DOMAIN outer_name AS inner_name CHECK (VALUE <> 'no')`,
    )
    const { dataset, rows } = await readBack(
      'told',
      'a int[], t text[], j jsonb, e mood, m money_gbp, o outer_name, n numeric, ip inet, i interval, by bytea, big numeric(50, 3), r int4range, neg numeric(5,-2), tiny numeric(2,4)',
      `('{{1,2},{3,NULL}}', '{a,"b\\"c"}', '{"k": [1, 2.50]}', 'ok', 12.5, 'yes', 1.230, '10.0.0.1/8', '1 day 02:00', '\\x00ff', 1.5, '[1,5)', 12300, 0.0012)`,
    )
    expect(dataset.tables[0]?.columns.map(({ type, scale }) => (scale === undefined ? type : `${type} ${scale}`))).toEqual([
      'LIST',
      'LIST',
      'JSON',
      'STRING',
      'DECIMAL 2',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'STRING',
      'DECIMAL 0',
      'DECIMAL 4',
    ])
    expect(rows).toEqual([
      [
        '[[1,2],[3,null]]',
        '["a","b\\"c"]',
        '{"k": [1, 2.50]}',
        'ok',
        '12.50',
        'yes',
        '1.230',
        '10.0.0.1/8',
        'P1DT2H',
        '\\x00ff',
        '1.500',
        '[1,5)',
        '12300',
        '0.0012',
      ],
    ])
    expect(dataset.tables[0]?.problems.map((problem) => problem.slice(0, 30))).toEqual([
      'Column n is a numeric without ',
      'Column ip has the type inet, w',
      'Column i has the type interval',
      'Column by has the type bytea, ',
      'Column big is numeric(50, 3), ',
      'Column r has the type int4rang',
    ])
  })

  it('answer TYPE_MISMATCH for a NaN among decimals, and for a moment that nothing here can hold', async () => {
    for (const [table, definition, value] of [
      ['unsound', 'n numeric(5,2)', `('NaN')`],
      ['far', 't timestamp', `('294276-12-31')`],
    ] as const) {
      await postgres.run(`CREATE TABLE ${table} (${definition}); INSERT INTO ${table} VALUES ${value}`)
      const source = await postgres.open({ tables: [table] })
      const events = await harvestAll(source)
      expect(events.map(({ kind }) => kind)).toEqual([table === 'far' ? 'problem' : 'dataset', 'complete'])
      const column = definition.startsWith('n')
        ? { name: 'n', type: 'DECIMAL' as const, scale: 2 }
        : { name: 't', type: 'TIMESTAMP' as const }
      expect(
        (await failureOf(() => answer(postgres.bench, source, { op: 'scan', table: `${table}/${table}`, columns: [column] }))).code,
      ).toBe('TYPE_MISMATCH')
    }
  })

  it('leave no file behind', async () => {
    expect((await readdir(postgres.bench.folder)).filter((name) => !name.startsWith('store-'))).toEqual([])
  })
})
