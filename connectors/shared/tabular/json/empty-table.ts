import type { Shape } from '../../../../src/connector/column.js'
import type { Conversion } from '../conversion.js'
import type { StagedTable } from '../staged-table.js'
import { NoRows } from '../unreadable.js'

/**
 * A table without rows, with the columns of the last harvest.
 * @param reason what the file is, in a sentence.
 * @throws NoRows if no columns are known.
 */
export function emptyTable({ known }: Pick<Conversion, 'known'>, reason: string, problems: readonly string[]): StagedTable {
  if (known === undefined || known.length === 0)
    throw new NoRows(`${reason} Its columns cannot be known: publish it with a row at least once.`)
  const columns = known.map(({ name, type, scale }) => ({
    name,
    shape: { type, ...(scale === undefined ? {} : { scale }) },
    sql: `CAST(NULL AS ${engineType({ type, scale })})`,
  }))
  return {
    from: '(SELECT 1 WHERE false)',
    columns,
    rows: 0,
    problems: [...problems, `${reason} It was read as a table of no rows; its columns are those of the last harvest.`],
  }
}

function engineType({ type, scale }: { type: Shape['type']; scale: number | undefined }): string {
  if (type === 'DECIMAL') return `DECIMAL(38, ${scale ?? 0})`
  if (type === 'INT64') return 'BIGINT'
  return ['STRING', 'GEOMETRY', 'JSON', 'LIST'].includes(type) ? 'VARCHAR' : type
}
