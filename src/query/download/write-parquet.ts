import type { Recorded } from '../../audit/auditor.js'
import type { LandedFile } from '../../connector/engine.js'
import { type AnswerReport, checkVersion, reportOn } from '../7-result/query-result.js'
import { fragmentLimits, type Prepared } from '../run.js'
import type { DownloadContext } from './download.js'
import { checkMemory, whole } from './whole.js'

/** Writes the rows of a download as one Parquet file in memory. */
export async function writeParquet(
  recorded: Recorded,
  prepared: Prepared,
  context: DownloadContext,
): Promise<{ file: LandedFile; report: AnswerReport }> {
  const { engine, landing } = context
  const { outputs: columns } = prepared.planned
  const executed = await whole(prepared, recorded, context, (signal) => (residual, parts) => {
    checkMemory(landing)
    return engine.parquet(residual, parts, { signal, columns, folder: landing.folder, bytesMax: fragmentLimits.bytesMax })
  })
  const { file, rows } = executed.answer
  try {
    const report = reportOn(recorded, prepared.authorised, prepared.planned, executed, rows)
    checkVersion(prepared.parsed.atVersion, report.version)
    return { file, report }
  } catch (thrown) {
    await file.release()
    throw thrown
  }
}
