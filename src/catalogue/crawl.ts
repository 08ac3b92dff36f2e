import type { Knex } from 'knex'
import type { Source } from '../connector/source.js'
import type { Run } from './harvest-run.js'
import { judgeEvent } from './judge-event.js'
import { readUntilAborted } from './read-until-aborted.js'
import { type Batch, writeBatch } from './write-batch.js'

/** A batch is written at this many records or bytes of description, so that memory does not grow with the source. */
const batchRecords = 200
const batchBytes = 1024 * 1024

const silent = 'The source did not say that this was all of it; nothing was removed.'

/** How a crawl ended, where the source did not fail. */
export interface Crawl {
  /** The source said that it has shown everything. */
  complete: boolean
  /** A record came that names no dataset. */
  unnamed: boolean
  cursor: string | undefined
  /** Why it is not complete, in words for everybody. */
  error: string | undefined
}

/** The source threw, or the signal ended it: the reason is the cause. Told apart from a failure of the catalogue's own database. */
export class SourceFailure extends Error {}

interface CrawlOptions {
  readonly knex: Knex
  readonly run: Run
  readonly source: Pick<Source, 'harvest'>
  readonly cursor: string | undefined
  readonly signal: AbortSignal
  readonly recordsMax: number
}

/**
 * Reads what a source shows and writes it, batch by batch.
 * @throws SourceFailure once what was shown before it has been written.
 */
export async function crawl({ knex, run, source, cursor, signal, recordsMax }: CrawlOptions): Promise<Crawl> {
  const found: Crawl = { complete: false, unnamed: false, cursor: undefined, error: silent }
  let batch: Batch = { shown: [], problems: [] }
  let bytes = 0
  const flush = async () => {
    const full = batch
    batch = { shown: [], problems: [] }
    bytes = 0
    if (full.shown.length + full.problems.length > 0) await writeBatch(knex, run, full)
  }
  try {
    let records = 0
    for await (const event of eventsOf(source, cursor, signal)) {
      const judged = judgeEvent(event)
      if (judged.kind === 'complete') {
        Object.assign(found, { complete: true, cursor: judged.cursor, error: undefined })
        break
      }
      records += 1
      if (records > recordsMax) {
        found.error = `The source tells of more than ${recordsMax} records; the rest was left out, and nothing was removed.`
        break
      }
      if (judged.kind === 'problem') {
        batch.problems.push(judged.problem)
        found.unnamed ||= judged.problem.sourceId === undefined
      } else {
        batch.shown.push(judged.shown)
        bytes += judged.shown.bytes
      }
      if (batch.shown.length + batch.problems.length >= batchRecords || bytes >= batchBytes) await flush()
    }
  } catch (error) {
    if (error instanceof SourceFailure) await flush()
    throw error
  }
  await flush()
  return found
}

async function* eventsOf(source: Pick<Source, 'harvest'>, cursor: string | undefined, signal: AbortSignal): AsyncGenerator<unknown, void, void> {
  try {
    yield* readUntilAborted(source.harvest(cursor, signal), signal)
  } catch (cause) {
    throw new SourceFailure('the source failed', { cause })
  }
}
