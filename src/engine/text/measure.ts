import type { LandedParts, NamedShape, RowsMeasured } from '../../connector/engine.js'
import type { Relation } from '../../connector/relation.js'
import { separateSql } from '../parts/read-union.js'
import type { DuckDbSession } from '../session.js'
import { integer, sqlType } from '../sql/type.js'
import { textBytesSql } from './text-bytes.js'

/** Text of no more bytes than this has no more characters either, and is not counted. */
const bytesUncounted = 1024

/** Counts the rows of a relation, their bytes of text, and the characters (UTF-16) of the longest text in each column. */
export async function measure(
  session: DuckDbSession,
  relation: Relation,
  parts: LandedParts,
  columns: readonly NamedShape[],
): Promise<RowsMeasured> {
  const lengths = columns.map(({ shape }, index) => (sqlType(shape) === 'VARCHAR' ? `max(${lengthSql(`c${index}`)})` : 'NULL'))
  const selected = [
    'count(*) AS rows',
    `${textBytesSql(columns)} AS bytes`,
    ...lengths.map((length, index) => `${length} AS c${integer(index)}`),
  ]
  const [row] = await session.rows(`SELECT ${selected.join(', ')} FROM (${separateSql(relation, parts)})`)
  const longest = columns.map((_, index) => Number(row?.[`c${index}`] ?? 0))
  return { rows: Number(row?.['rows'] ?? 0), bytes: Number(row?.['bytes'] ?? 0), longest }
}

/** Characters beyond the first plane take four bytes in UTF-8, and two units in UTF-16. */
function lengthSql(cell: string): string {
  const units = `length(${cell}) + length(regexp_replace(${cell}, '[^\\x{10000}-\\x{10ffff}]', '', 'g'))`
  return `CASE WHEN strlen(${cell}) <= ${bytesUncounted} THEN strlen(${cell}) ELSE ${units} END`
}
