import { randomUUID } from 'node:crypto'
import { toDialsError } from '../../errors.js'
import { notWgs84 } from '../6-result/column-warnings.js'
import { prepare, withTransaction } from '../run.js'
import type { Download, DownloadContext } from './download.js'
import { landRows } from './land-rows.js'
import { versionNow } from './version.js'
import { writeParquet } from './write-parquet.js'
import { streams, writeText } from './write-text.js'

/**
 * Runs stages 1 to 4 of a query for a download.
 * @param rowsMax the most rows that its format holds: one more is read at most, which tells that there are more. Default: there is no most.
 * @throws DialsError with the download's transaction.
 */
export async function openDownload(input: unknown, context: DownloadContext, rowsMax?: number): Promise<Download> {
  const transaction = randomUUID()
  const told = <T>(work: () => Promise<T>): Promise<T> =>
    work().catch((thrown: unknown) => {
      throw withTransaction(toDialsError(thrown), transaction)
    })
  const prepared = await told(() => prepare(input, context, { form: 'WHOLE', rowsMax }))
  return {
    transaction,
    columns: prepared.planned.outputs,
    tables: [...prepared.authorised.tables.keys()],
    notWgs84: notWgs84(prepared.authorised),
    streams: streams(prepared),
    isOpen: prepared.authorised.protectedTables.size === 0,
    version: () => told(() => versionNow(prepared, context)),
    text: (form, atVersion) =>
      told(async () => {
        const { complete, pieces } = await writeText(transaction, prepared, context, form, atVersion)
        return { complete, pieces: toldPieces(pieces, transaction) }
      }),
    landed: (options) => told(() => landRows(transaction, prepared, context, options)),
    parquet: () => told(() => writeParquet(transaction, prepared, context)),
  }
}

async function* toldPieces<T>(pieces: AsyncGenerator<Uint8Array, T>, transaction: string): AsyncGenerator<Uint8Array, T> {
  try {
    return yield* pieces
  } catch (thrown) {
    throw withTransaction(toDialsError(thrown), transaction)
  }
}
