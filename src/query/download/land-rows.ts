import type { Recorded } from '../../audit/auditor.js'
import type { TextForm } from '../../connector/engine.js'
import { releaseAll } from '../6-execute/fragment.js'
import { checkVersion, reportOn } from '../7-result/query-result.js'
import type { Prepared } from '../run.js'
import type { DownloadContext, LandedPart, LandedRows, LandOptions } from './download.js'
import { landedRows, roomFor, scanOfRows, whole } from './whole.js'

/** Lands the rows of a download as files in memory, and measures them. */
export async function landRows(
  recorded: Recorded,
  prepared: Prepared,
  context: DownloadContext,
  { atVersion = prepared.parsed.atVersion, beside = 0 }: LandOptions = {},
): Promise<LandedRows> {
  const { engine, signal } = context
  const { outputs: columns } = prepared.planned
  const { answer: files, ...rest } = await whole(prepared, recorded, context, landedRows(context))
  const scan = scanOfRows(prepared)
  let giveBack: () => void = () => undefined
  const release = async () => {
    await releaseAll(files)
    giveBack()
  }
  try {
    giveBack = await roomFor(files, context, beside)
    const parts: LandedPart[] = []
    for (const file of files) {
      parts.push({ path: file.path, ...(await engine.measure(scan, new Map([[scan.table, [file]]]), { signal, columns })) })
    }
    const rows = parts.reduce((sum, part) => sum + part.rows, 0)
    const longest = columns.map((_, index) => parts.reduce((most, part) => Math.max(most, part.longest[index] ?? 0), 0))
    const report = reportOn(recorded, prepared.authorised, prepared.planned, rest, rows)
    checkVersion(atVersion, report.version)
    return { rows, longest, report, text, named: () => named(parts), release }
  } catch (thrown) {
    await release()
    throw thrown
  }

  async function* text(form: TextForm): AsyncGenerator<Uint8Array, void> {
    let after = 0
    for (const file of files) {
      const { rows } = yield* engine.text(scan, new Map([[scan.table, [file]]]), { signal, columns, form, after })
      after += rows
      await file.release()
    }
  }

  async function named(parts: readonly LandedPart[]): Promise<readonly LandedPart[]> {
    for (const { path } of parts) await engine.nameColumns(path, columns)
    return parts
  }
}
