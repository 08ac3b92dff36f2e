import type { Recorded } from '../../audit/auditor.js'
import type { LandedFile, LandedParts, TextForm } from '../../connector/engine.js'
import type { Executed, Finish } from '../6-execute/execute.js'
import { releaseAll } from '../6-execute/fragment.js'
import { isRowWise, stream } from '../6-execute/stream.js'
import { type AnswerReport, checkVersion, reportOn } from '../7-result/query-result.js'
import { type Prepared, stageOptions } from '../run.js'
import type { DownloadContext, WrittenDownload } from './download.js'
import { landedRows, roomFor, scanOfRows, whole } from './whole.js'

/** Whether text is written while the rows arrive. Nothing of it lands then. */
export function streams({ parsed, planned }: Prepared): boolean {
  return isRowWise(planned) && parsed.onSourceError === 'FAIL' && parsed.atVersion === undefined
}

/** Writes the rows of a download as text: while they arrive, where each is answered by itself, or once all have landed. */
export async function writeText(
  recorded: Recorded,
  prepared: Prepared,
  context: DownloadContext,
  form: TextForm,
  atVersion = prepared.parsed.atVersion,
): Promise<WrittenDownload> {
  const { planned } = prepared
  const written = { rows: 0 }
  const write = async function* (relation: Parameters<Finish<unknown>>[0], parts: LandedParts): AsyncGenerator<Uint8Array, void> {
    const { rows } = yield* context.engine.text(relation, parts, { signal: context.signal, columns: planned.outputs, form })
    written.rows += rows
  }
  if (streams(prepared)) return { complete: true, pieces: streamed() }
  const executed = await whole(prepared, recorded, context, landedRows(context))
  const known = reportOn(recorded, prepared.authorised, planned, executed, 0)
  let giveBack: () => void
  try {
    checkVersion(atVersion, known.version)
    giveBack = await roomFor(executed.answer, context)
  } catch (thrown) {
    await releaseAll(executed.answer)
    throw thrown
  }
  return { complete: known.complete, pieces: landed(executed) }

  async function* streamed(): AsyncGenerator<Uint8Array, AnswerReport> {
    const options = stageOptions(prepared, recorded, context, context.signal)
    const { sources, engine, landing } = context
    const outcomes = yield* stream(planned, sources, engine, { ...options, room: landing.room, turn: context.turn }, (parts) =>
      write(planned.residual, parts),
    )
    return checked({ outcomes, matches: [] })
  }

  async function* landed({ answer, ...rest }: Executed<readonly LandedFile[]>): AsyncGenerator<Uint8Array, AnswerReport> {
    const rows = scanOfRows(prepared)
    try {
      for (const file of answer) {
        yield* write(rows, new Map([[rows.table, [file]]]))
        await file.release()
      }
      return checked(rest)
    } finally {
      await releaseAll(answer)
      giveBack()
    }
  }

  function checked(executed: Pick<Executed<unknown>, 'outcomes' | 'matches'>): AnswerReport {
    const report = reportOn(recorded, prepared.authorised, planned, executed, written.rows)
    checkVersion(atVersion, report.version)
    return report
  }
}
