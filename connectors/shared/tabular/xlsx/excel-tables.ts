import { rowOf } from './cell-reference.js'
import type { Package } from './package.js'
import { isTrue } from './workbook-part.js'

const tablesMax = 100
/** A table of every column that a sheet may have takes less. */
const tableBytesMax = 4 * 1024 * 1024

/** The numbers of a sheet's rows that are totals rows of Excel tables (ECMA-376, part 1, 18.5.1.2), in order. */
export async function totalsRowsOf(parts: Package, sheet: string): Promise<number[]> {
  const relations = await parts.relationsOf(sheet)
  const tables = new Set(relations.flatMap(({ type, part }) => (type === 'table' && parts.archive.find(part) !== undefined ? [part] : [])))
  const rows = new Set<number>()
  for (const part of [...tables].slice(0, tablesMax)) {
    await parts.read(
      part,
      'table',
      {
        open: (name, { ref, totalsRowCount, totalsRowShown }) => {
          if (name !== 'table' || !(Number(totalsRowCount) > 0) || (totalsRowShown !== undefined && !isTrue(totalsRowShown))) return
          const last = rowOf((ref ?? '').split(':').at(-1) ?? '')
          if (last !== undefined) rows.add(last)
        },
      },
      tableBytesMax,
    )
  }
  return [...rows].sort((one, other) => one - other)
}
