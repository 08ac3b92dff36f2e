import { writeParquet } from './parquet-file.js'

/** Values that a file format may lose or change, as SQL, by column. All columns have as many. */
const columns: Record<string, { type: string; values: string[] }> = {
  text: { type: 'VARCHAR', values: ["'plain'", "''", 'NULL', `'a "quoted", line' || chr(13) || chr(10) || 'and more'`, "'𝔘𝔫𝔦 👩‍🚒 ﷽'"] },
  'looks like': { type: 'VARCHAR', values: ["'007'", "'-5'", "'+44 20 7946 0000'", "'1e5'", "'1234567890123456'"] },
  formula: { type: 'VARCHAR', values: ["'=1+1'", "'@SUM(A1)'", "'-1+2'", "'+cmd|x'", "chr(9) || 'x'"] },
  whole: { type: 'BIGINT', values: ['9007199254740993', '-9223372036854775808', '0', 'NULL', '7'] },
  decimal: {
    type: 'DECIMAL(38,0)',
    values: ["'99999999999999999999999999999999999999'", "'-1'", 'NULL', "'0'", "'12345678901234567890'"],
  },
  money: { type: 'DECIMAL(10,2)', values: ['1.10', '-0.05', '0', 'NULL', '12345678.90'] },
  double: { type: 'DOUBLE', values: ['0.1', "'NaN'", "'Infinity'", 'NULL', '-1e300'] },
  flag: { type: 'BOOLEAN', values: ['true', 'false', 'NULL', 'true', 'false'] },
  day: { type: 'DATE', values: ["'2024-02-29'", "'1899-12-31'", "'0001-01-01'", 'NULL', "'9999-12-31'"] },
  moment: {
    type: 'TIMESTAMPTZ',
    values: ["'2024-06-01 12:00:00+01'", "'1815-06-18 11:30:00Z'", 'NULL', "'2024-01-01 00:00:00.123456Z'", "'1970-01-01 00:00:00Z'"],
  },
  local: {
    type: 'TIMESTAMP',
    values: ["'2024-06-01 12:00:00'", "'1815-06-18 11:30:00'", 'NULL', "'2024-01-01 00:00:00.5'", "'1970-01-01 00:00:00'"],
  },
  Name: { type: 'VARCHAR', values: ["'a'", "'b'", "'c'", "'d'", "'e'"] },
  name: { type: 'VARCHAR', values: ["'A'", "'B'", "'C'", "'D'", "'E'"] },
  '=header': { type: 'VARCHAR', values: ["'1'", "'2'", "'3'", "'4'", "'5'"] },
  'with, comma "and" quotes': { type: 'VARCHAR', values: ["'1'", "'2'", "'3'", "'4'", "'5'"] },
}

/** Writes a Parquet file with a row for each of those values. The column `n` numbers the rows. */
export async function writeOddTable(path: string): Promise<void> {
  const names = Object.keys(columns)
  const rows = Array.from({ length: 5 }, (_, at) => [
    String(at),
    ...names.map((name) => `CAST(${columns[name]?.values[at]} AS ${columns[name]?.type})`),
  ])
  // The engine takes `Name` and `name` for one, so the file is made with names that it can tell apart.
  const list = ['n', ...names].map((name, at) => `c${at} AS "${(name === 'name' ? 'name_' : name).replaceAll('"', '""')}"`)
  const table = `(VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}) AS t(${rows[0]?.map((_, at) => `c${at}`).join(', ')})`
  await writeParquet(path, `SELECT ${list.join(', ')} FROM ${table}`)
}
