import type { NamedShape, RowsMeasured } from '../../../connector/engine.js'
import type { Download, WrittenDownload } from '../../../query/download.js'
import type { AnswerReport } from '../../../query/6-result/query-result.js'
import { arrowPieces } from './arrow-pieces.js'

/** A batch has about so many bytes at most, however long its texts are, and so many rows. */
const batchMax = { bytes: 16 * 1024 * 1024, rows: 65_536 } as const
/** The bytes of a cell without text, and of a character of text in UTF-8. */
const cellBytes = 16
const characterBytes = 3

/** A download as an Arrow IPC stream, with the columns' names and types of its Parquet file. */
export async function arrowOf(opened: Download, signal: AbortSignal, atVersion: string | undefined): Promise<WrittenDownload> {
  const landed = await opened.landed(atVersion)
  return { complete: landed.report.complete, pieces: written() }

  async function* written(): AsyncGenerator<Uint8Array, AnswerReport> {
    try {
      const paths = (await landed.named()).map(({ path }) => path)
      yield* arrowPieces({ paths, rowsPerBatch: rowsPerBatch(opened.columns, landed) }, signal)
      return landed.report
    } finally {
      await landed.release()
    }
  }
}

function rowsPerBatch(columns: readonly NamedShape[], { longest }: RowsMeasured): number {
  const rowBytes = longest.reduce((sum, length) => sum + length * characterBytes, columns.length * cellBytes)
  return Math.max(1, Math.min(batchMax.rows, Math.floor(batchMax.bytes / rowBytes)))
}
