import { setImmediate as turn } from 'node:timers/promises'
import type { Source } from '../connector/source.js'
import { type Completion, judgeEvent } from './judge-event.js'
import { readUntilAborted, SourceFailure } from './read-until-aborted.js'
import { Batch } from './batch.js'

const silent = 'The source did not say that this was all of it; nothing was removed.'

/**
 * After so many records the event loop gets a turn: a source that never waits would otherwise block the database's answers for a whole
 * batch.
 */
const recordsATurn = 16

/** How a crawl ended, if the source did not fail. */
export interface Crawl {
  /** The source's `complete` event; undefined if none came. */
  completion: Completion | undefined
  /** A record without an id came. */
  unnamed: boolean
  /** Why the crawl is not complete; everybody may read it. */
  error: string | undefined
}

interface CrawlOptions {
  readonly source: Pick<Source, 'harvest'>
  readonly cursor: string | undefined
  readonly signal: AbortSignal
  readonly recordsMax: number
  readonly recordBytesMax: number
  readonly batchRecords: number
  /** Called for one batch at a time, while at most one more batch is read. */
  readonly write: (batch: Batch) => Promise<void>
}

/**
 * Reads the events of a source and writes them batch by batch.
 * @throws SourceFailure after the events that came before it have been written.
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
        found.error = `The source sent more than ${recordsMax} records; the rest was left out, and nothing was removed.`
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
