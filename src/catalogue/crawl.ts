import { setImmediate as turn } from 'node:timers/promises'
import type { Source } from '../connector/source.js'
import { type Completion, judgeEvent } from './judge-event.js'
import { readUntilAborted, SourceFailure } from './read-until-aborted.js'
import { Batch } from './batch.js'

const silent = 'The source did not say that this was all of it; nothing was removed.'

/**
 * Records that are read before the answers of the database are looked at: a source that never waits would hold them up for a whole batch.
 */
const recordsATurn = 16

/** How a crawl ended, where the source did not fail. */
export interface Crawl {
  /** The source said that it has told of everything, and this; absent where it did not. */
  completion: Completion | undefined
  /** A record came that names no dataset. */
  unnamed: boolean
  /** Why it is not complete, in words for everybody. */
  error: string | undefined
}

interface CrawlOptions {
  readonly source: Pick<Source, 'harvest'>
  readonly cursor: string | undefined
  readonly signal: AbortSignal
  readonly recordsMax: number
  readonly recordBytesMax: number
  readonly batchRecords: number
  /** One at a time, while the source is read further by no more than one batch. */
  readonly write: (batch: Batch) => Promise<void>
}

/**
 * Reads what a source tells and hands it on, batch by batch.
 * @throws SourceFailure once what was told before it has been written.
 */
export async function crawl({ source, cursor, signal, recordsMax, recordBytesMax, batchRecords, write }: CrawlOptions): Promise<Crawl> {
  const found: Crawl = { completion: undefined, unnamed: false, error: silent }
  let batch = new Batch(batchRecords)
  let writing: Promise<void> = Promise.resolve()
  // The next batch is read while this one is written.
  const flush = async () => {
    const full = batch
    batch = new Batch(batchRecords)
    await writing
    if (full.records === 0) return
    writing = write(full)
    writing.catch(() => undefined)
  }
  try {
    let records = 0
    for await (const event of readUntilAborted<unknown>(() => source.harvest(cursor, signal), signal)) {
      const judged = judgeEvent(event, recordBytesMax)
      if (judged.kind === 'complete') {
        Object.assign(found, { completion: judged.completion, error: undefined })
        break
      }
      records += 1
      if (records > recordsMax) {
        found.error = `The source tells of more than ${recordsMax} records; the rest was left out, and nothing was removed.`
        break
      }
      found.unnamed ||= judged.kind === 'problem' && judged.problem.sourceId === undefined
      batch.add(judged)
      if (batch.isFull) await flush()
      else if (records % recordsATurn === 0) await turn()
    }
  } catch (error) {
    if (error instanceof SourceFailure) await flush()
    await writing
    throw error
  }
  await flush()
  await writing
  return found
}
