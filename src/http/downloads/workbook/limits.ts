import { counted, withCommas } from '../../../connector/counted.js'
import type { NamedShape, RowsMeasured } from '../../../connector/engine.js'
import { ResultTooLarge } from '../../../errors.js'

/** What a worksheet of Excel holds. One row is the header. */
export const sheetLimits = { rowsMax: 1_048_575, columnsMax: 16_384, charactersMax: 32_767 } as const

/** Refuses rows that a worksheet cannot hold. @throws RESULT_TOO_LARGE */
export function refuseBeyondSheet(columns: readonly NamedShape[], { rows, longest }: Pick<RowsMeasured, 'rows' | 'longest'>): void {
  const { rowsMax, columnsMax, charactersMax } = sheetLimits
  if (rows > rowsMax) {
    throw new ResultTooLarge(
      `The answer has ${counted(rows, 'row')}, and a worksheet holds ${withCommas(rowsMax)} below its header. Take csv or parquet, or filter more.`,
    )
  }
  if (columns.length > columnsMax) {
    throw new ResultTooLarge(
      `The answer has ${counted(columns.length, 'column')}, and a worksheet holds ${withCommas(columnsMax)}. Take csv or parquet, or select fewer.`,
    )
  }
  const tooLong = longest.findIndex((length) => length > charactersMax)
  if (tooLong === -1) return
  throw new ResultTooLarge(
    `A cell of the column '${columns[tooLong]?.name ?? ''}' has ${counted(longest[tooLong] ?? 0, 'character')}, and a cell of a worksheet holds ${withCommas(charactersMax)}. Take csv or parquet, or leave the column out.`,
  )
}
