import type { AnswerReport } from '../../../query/7-result/query-result.js'
import type { RecordedDownload, WrittenDownload } from '../../../query/download/download.js'
import { type AboutFacts, aboutRows } from './about.js'
import { refuseRowsBeyondSheet } from './limits.js'
import { styleOf } from './styles.js'
import { workbook } from './workbook.js'

/**
 * A download as an Excel workbook. All rows land first, since the workbook is refused where a sheet cannot hold them.
 * @throws RESULT_TOO_LARGE, and what the query throws.
 */
export async function workbookOf(opened: RecordedDownload, facts: AboutFacts, atVersion: string | undefined): Promise<WrittenDownload> {
  const { columns } = opened
  const landed = await opened.landed({ atVersion })
  try {
    refuseRowsBeyondSheet(columns, landed)
    return { complete: landed.report.complete, pieces: written() }
  } catch (thrown) {
    await landed.release()
    throw thrown
  }

  async function* written(): AsyncGenerator<Uint8Array, AnswerReport> {
    try {
      const form = { kind: 'SHEET', styles: columns.map(({ shape }) => styleOf(shape)) } as const
      yield* workbook(columns, landed.text(form), aboutRows(landed.report, facts))
      return landed.report
    } finally {
      await landed.release()
    }
  }
}
