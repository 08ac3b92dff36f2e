import { setTimeout as sleep } from 'node:timers/promises'
import type { EnqueuedTask } from 'meilisearch'
import type { Log } from '../../connector/source.js'
import type { SearchDocument } from '../port.js'
import { failed, type Server } from './server.js'
import { primaryKey } from './settings.js'
import { keyOf, storedDocument, type StoredDocument } from './stored-document.js'

/** Limits of one request. */
const bytesMax = 10_000_000
const documentsMax = 1_000
const keysMax = 10_000

/** Requests whose tasks are under way at once, because Meilisearch handles tasks of one kind together. */
const underWayMax = 4
const attemptsMax = 4

/** A task to enqueue, again if it fails. */
interface Batch {
  readonly documents: number
  readonly bytes: number
  readonly enqueue: () => Promise<EnqueuedTask>
}

/** Writes whole documents and removes others. Returns when a search sees all of it. */
export async function writeBatches(
  server: Server,
  uid: string,
  log: Log,
  documents: readonly SearchDocument[],
  removed: readonly string[],
): Promise<void> {
  const index = server.client.index(uid)
  let underWay: { batch: Batch; taskUid: number }[] = []
  const finish = async () => {
    for (const { batch, taskUid } of underWay) await finishBatch(server, uid, log, batch, taskUid)
    underWay = []
  }
  const start = async (batch: Batch) => {
    underWay.push({ batch, taskUid: await server.enqueue(batch.enqueue) })
    if (underWay.length >= underWayMax) await finish()
  }
  for (const { stored, bytes } of batchesOf(documents)) {
    await start({
      documents: stored.length,
      bytes,
      enqueue: () => index.addDocumentsFromString(`[${stored.join(',')}]`, 'application/json', { primaryKey }),
    })
  }
  // Writes finish before removals begin, even if they took several attempts.
  await finish()
  for (let at = 0; at < removed.length; at += keysMax) {
    const keys = removed.slice(at, at + keysMax).map(keyOf)
    await start({ documents: keys.length, bytes: 0, enqueue: () => index.deleteDocuments(keys) })
  }
  await finish()
}

/** Documents as JSON, in pieces of one request. */
function* batchesOf(documents: readonly SearchDocument[]): Generator<{ stored: readonly string[]; bytes: number }> {
  let stored: string[] = []
  let bytes = 0
  for (const document of documents) {
    const json = JSON.stringify(storedDocument(document) satisfies StoredDocument)
    const size = Buffer.byteLength(json) + 1
    if (stored.length > 0 && (stored.length >= documentsMax || bytes + size > bytesMax)) {
      yield { stored, bytes }
      stored = []
      bytes = 0
    }
    stored.push(json)
    bytes += size
  }
  if (stored.length > 0) yield { stored, bytes }
}

async function finishBatch(server: Server, uid: string, log: Log, batch: Batch, firstTask: number): Promise<void> {
  let taskUid = firstTask
  for (let attempt = 1; ; attempt += 1) {
    const task = await server.end(taskUid)
    if (task.status === 'succeeded') return
    const { documents, bytes } = batch
    log.warn(
      { index: uid, task: task.uid, status: task.status, code: task.error?.code, documents, bytes, attempt },
      'the search index rejected a batch; it is sent again',
    )
    if (attempt >= attemptsMax) throw failed(task)
    await sleep(server.times.retryMs * 2 ** (attempt - 1))
    taskUid = await server.enqueue(batch.enqueue)
  }
}
