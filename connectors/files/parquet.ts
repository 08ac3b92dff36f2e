import { open } from 'node:fs/promises'
import type { Shape } from '../../src/connector/column.js'
import type { Conversion } from './convert.js'
import { columnAt, fileLiteral } from '../shared/engine-sql.js'
import type { StagedColumn, StagedTable } from './staged-table.js'
import { columnNames } from './text/column-names.js'
import { meetDemand } from './typing/demand.js'
import { Unreadable } from './unreadable.js'

const columnsMax = 5000

/** A Parquet file: typed by its own schema; nested values as JSON text, bytes left out. */
export async function* stageParquet(path: string, { session, types }: Conversion): AsyncGenerator<StagedTable> {
  await checkWhole(path)
  const file = `read_parquet(${fileLiteral(path)}, binary_as_string = false)`
  const described = await session.rows(`DESCRIBE SELECT * FROM ${file}`)
  if (described.length > columnsMax) throw new Unreadable(`The table has more than ${columnsMax} columns.`)
  const { names, problems } = columnNames(described.map(({ column_name: name }) => String(name)))
  const columns = described.flatMap(({ column_type: type }, position): StagedColumn[] => {
    const name = names[position] as string
    const read = readType(String(type), columnAt(position))
    if (read === undefined) {
      problems.push(`Column ${name}: holds bytes (${String(type)}); left out.`)
      return []
    }
    const met = meetDemand(read, types.get(name), `CAST(${read.sql} AS VARCHAR)`)
    if (met.problem !== undefined) problems.push(`Column ${name}: ${met.problem}`)
    return [{ name, shape: met.shape, sql: met.sql }]
  })
  if (columns.length === 0) throw new Unreadable('The file has no column that can be read.')
  // Columns are renamed by position: the engine does not tell "Name" from "name".
  yield { from: `${file} AS t(${described.map((_, position) => columnAt(position)).join(', ')})`, columns, problems }
}

async function checkWhole(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const tail = Buffer.alloc(4)
    if (size >= 12) await file.read(tail, 0, 4, size - 4)
    if (tail.toString('latin1') !== 'PAR1') throw new Unreadable('The file does not end as Parquet does: it is another format, or it was cut short.')
  } finally {
    await file.close()
  }
}

const plain: Record<string, { shape: Shape; as?: string }> = {
  VARCHAR: { shape: { type: 'STRING' } },
  UUID: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  INTERVAL: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  BIT: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  BOOLEAN: { shape: { type: 'BOOLEAN' } },
  TINYINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  SMALLINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  INTEGER: { shape: { type: 'INT64' }, as: 'BIGINT' },
  BIGINT: { shape: { type: 'INT64' } },
  UTINYINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  USMALLINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  UINTEGER: { shape: { type: 'INT64' }, as: 'BIGINT' },
  UBIGINT: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
  HUGEINT: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
  UHUGEINT: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
  FLOAT: { shape: { type: 'DOUBLE' }, as: 'DOUBLE' },
  DOUBLE: { shape: { type: 'DOUBLE' } },
  DATE: { shape: { type: 'DATE' } },
  TIME: { shape: { type: 'TIME' } },
  'TIME WITH TIME ZONE': { shape: { type: 'STRING' }, as: 'VARCHAR' },
  TIMESTAMP: { shape: { type: 'TIMESTAMP' } },
  TIMESTAMP_S: { shape: { type: 'TIMESTAMP' }, as: 'TIMESTAMP' },
  TIMESTAMP_MS: { shape: { type: 'TIMESTAMP' }, as: 'TIMESTAMP' },
  TIMESTAMP_NS: { shape: { type: 'TIMESTAMP' }, as: 'TIMESTAMP' },
  'TIMESTAMP WITH TIME ZONE': { shape: { type: 'TIMESTAMPTZ' } },
  JSON: { shape: { type: 'JSON' }, as: 'VARCHAR' },
  '"NULL"': { shape: { type: 'STRING' }, as: 'VARCHAR' },
}

/** The shape of one of the engine's types, and how it is read; nothing for bytes. */
function readType(type: string, column: string): { shape: Shape; sql: string } | undefined {
  if (Object.hasOwn(plain, type)) {
    const { shape, as } = plain[type] as { shape: Shape; as?: string }
    return { shape, sql: as === undefined ? column : `CAST(${column} AS ${as})` }
  }
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type)
  if (decimal !== null) return { shape: { type: 'DECIMAL', scale: Number(decimal[2]) }, sql: column }
  if (type.endsWith(']')) return type.startsWith('BLOB') ? undefined : { shape: { type: 'LIST' }, sql: `CAST(to_json(${column}) AS VARCHAR)` }
  if (/^(?:STRUCT|MAP|UNION)\(/.test(type)) return { shape: { type: 'JSON' }, sql: `CAST(to_json(${column}) AS VARCHAR)` }
  if (type.startsWith('ENUM')) return { shape: { type: 'STRING' }, sql: `CAST(${column} AS VARCHAR)` }
  return undefined
}
