import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** What the worker is to write. */
export interface ArrowWork {
  /** Parquet files of the same columns, in order. At least one, whose schema is that of the stream. */
  readonly files: readonly { readonly path: string; readonly rowsPerBatch: number }[]
}

/**
 * The rows of Parquet files as one Arrow IPC stream, in pieces. A thread of its own reads the files, piece by piece as they are wanted, so
 * that the event loop stays free; it ends with the pieces.
 */
export async function* arrowPieces(work: ArrowWork, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: work })
  const ended = new AbortController()
  worker.once('error', (thrown) => ended.abort(thrown))
  worker.once('exit', () => ended.abort(new Error('the thread that writes Arrow has ended')))
  try {
    for (;;) {
      const answered = once(worker, 'message', { signal: AbortSignal.any([signal, ended.signal]) })
      worker.postMessage('next')
      const [piece] = (await answered) as [Uint8Array | null]
      if (piece === null) return
      yield piece
    }
  } finally {
    await worker.terminate()
  }
}
