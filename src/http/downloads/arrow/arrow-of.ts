import type { RowsMeasured } from '../../../connector/engine.js'
import type { RecordedDownload, WrittenDownload } from '../../../query/download/download.js'
import type { AnswerReport } from '../../../query/7-result/query-result.js'
import { arrowPieces } from './arrow-pieces.js'

/** A batch has about so many bytes, and at most so many rows. */
const batchMax = { bytes: 8 * 1024 * 1024, rows: 32_768 } as const
/** A file with no more text than this may have all of it in one batch. */
const textBytesFree = 32 * 1024 * 1024
/** The bytes of a cell without text, and of a character of text in UTF-8. */
const cellBytes = 16
const characterBytes = 3

/** About what the thread that writes a stream holds until its client has read all. */
const threadBytes = 80 * 1024 * 1024

/** A download as an Arrow IPC stream, with the columns' names and types of its Parquet file. */
export async function arrowOf(opened: RecordedDownload, signal: AbortSignal, atVersion: string | undefined): Promise<WrittenDownload> {
  const landed = await opened.landed({ atVersion, beside: threadBytes })
  return { complete: landed.report.complete, pieces: written() }

  async function* written(): AsyncGenerator<Uint8Array, AnswerReport> {
    try {
      const parts = await landed.named()
      const files = parts.map((part) => ({ path: part.path, rowsPerBatch: rowsPerBatch(opened.columns.length, part) }))
      yield* arrowPieces({ files }, signal)
      return landed.report
    } finally {
      await landed.release()
    }
  }
}

/** So many rows that no batch is much larger, wherever the long texts of its file stand. */
function rowsPerBatch(columns: number, { bytes, longest }: RowsMeasured): number {
  const textMax = bytes <= textBytesFree ? 0 : longest.reduce((sum, length) => sum + length * characterBytes, 0)
  return Math.max(1, Math.min(batchMax.rows, Math.floor(batchMax.bytes / (columns * cellBytes + textMax))))
}
