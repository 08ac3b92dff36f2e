import { randomUUID } from 'node:crypto'
import { type DialsError, toDialsError } from '../../errors.js'
import { notWgs84 } from '../7-result/column-warnings.js'
import { orEnded } from '../6-execute/on-behalf.js'
import { record } from '../5-record/record.js'
import type { Recorded } from '../../audit/auditor.js'
import { type Prepared, prepare, withTransaction } from '../run.js'
import type { Download, DownloadContext, RecordedDownload } from './download.js'
import { landRows } from './land-rows.js'
import { versionNow } from './version.js'
import { writeParquet } from './write-parquet.js'
import { streams, writeText } from './write-text.js'

/**
 * Runs stages 1 to 4 of a query for a download, which is then recorded and written.
 * @param rowsMax the most rows that its format holds: one more is read at most, which tells that there are more. Default: there is no most.
 * @throws DialsError with the download's transaction.
 */
export async function openDownload(input: unknown, context: DownloadContext, rowsMax?: number): Promise<Download> {
  const transaction = randomUUID()
  const told = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((thrown: unknown) => {
      throw withTransaction(toDialsError(thrown), transaction)
    })
  const asking = { transaction, kind: 'download', operation: input } as const
  const prepared = await told(() => prepare(asking, context, { form: 'WHOLE', rowsMax }))
  return {
    transaction,
    columns: prepared.planned.outputs,
    tables: [...prepared.authorised.tables.keys()],
    notWgs84: notWgs84(prepared.authorised),
    streams: streams(prepared),
    isOpen: prepared.authorised.protectedTables.size === 0,
    version: () => told(() => versionNow(prepared, context)),
    record: () => told(async () => recordedDownload(prepared, context, await record(asking, prepared.authorised, context))),
  }
}

/** A download whose answer may be read. */
function recordedDownload(prepared: Prepared, context: DownloadContext, recorded: Recorded): RecordedDownload {
  const { transaction, receipt } = recorded
  const failed = (thrown: unknown): DialsError => {
    const error = withTransaction(orEnded(toDialsError(thrown), prepared.authorised, Date.now()), transaction)
    recorded.outcome({ reasons: [error.code] })
    return error
  }
  const told = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((thrown: unknown) => {
      throw failed(thrown)
    })
  async function* toldPieces<T>(pieces: AsyncGenerator<Uint8Array, T>): AsyncGenerator<Uint8Array, T> {
    try {
      return yield* pieces
    } catch (thrown) {
      throw failed(thrown)
    }
  }
  return {
    transaction,
    receipt,
    columns: prepared.planned.outputs,
    ended: (outcome) => recorded.outcome(outcome),
    text: (form, atVersion) =>
      told(async () => {
        const { complete, pieces } = await writeText(recorded, prepared, context, form, atVersion)
        return { complete, pieces: toldPieces(pieces) }
      }),
    landed: (options) => told(() => landRows(recorded, prepared, context, options)),
    parquet: () => told(() => writeParquet(recorded, prepared, context)),
  }
}
