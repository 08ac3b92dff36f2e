import { counted, withCommas } from '../../../connector/counted.js'
import type { NamedShape, RowsMeasured } from '../../../connector/engine.js'
import { ResultTooLarge } from '../../../errors.js'

/** What a worksheet of Excel holds. One row is the header. */
export const sheetLimits = { rowsMax: 1_048_575, columnsMax: 16_384, charactersMax: 32_767 } as const

/** Refuses columns that a worksheet cannot hold. @throws RESULT_TOO_LARGE */
export function refuseColumnsBeyondSheet(columns: readonly NamedShape[]): void {
  const { columnsMax } = sheetLimits
  if (columns.length <= columnsMax) return
  throw new ResultTooLarge(
    `The answer has ${counted(columns.length, 'column')}, and a worksheet holds ${withCommas(columnsMax)}. Take csv or parquet, or select fewer.`,
  )
}

/** Refuses rows that a worksheet cannot hold. @throws RESULT_TOO_LARGE */
export function refuseRowsBeyondSheet(columns: readonly NamedShape[], { rows, longest }: Pick<RowsMeasured, 'rows' | 'longest'>): void {
  const { rowsMax, charactersMax } = sheetLimits
  if (rows > rowsMax) {
    throw new ResultTooLarge(
      `The answer has more rows than a worksheet holds below its header, ${withCommas(rowsMax)}. Take csv or parquet, or filter more.`,
    )
  }
  const tooLong = longest.findIndex((length) => length > charactersMax)
  if (tooLong === -1) return
  throw new ResultTooLarge(
    `A cell of the column '${columns[tooLong]?.name ?? ''}' has ${counted(longest[tooLong] ?? 0, 'character')}, and a cell of a worksheet holds ${withCommas(charactersMax)}. Take csv or parquet, or leave the column out.`,
  )
}
