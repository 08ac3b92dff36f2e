import { on } from 'node:events'
import { openAsBlob } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { ParquetFile, type RecordBatch } from 'parquet-wasm'
import { cut, endOfStream } from './ipc.js'
import type { ArrowWork } from './arrow-pieces.js'

// Reads Parquet files and answers each message with the next piece of an Arrow stream, and in the end with null. One piece is made ahead.
if (parentPort === null) throw new Error('this is no program of its own')
const port = parentPort
const asked = on(port, 'message')
for await (const piece of pieces(workerData as ArrowWork)) {
  await asked.next()
  port.postMessage(piece, [piece.buffer as ArrayBuffer])
}
await asked.next()
port.postMessage(null)

/** The schema once, the batches of all files, and the end. */
async function* pieces({ paths, rowsPerBatch }: ArrowWork): AsyncGenerator<Uint8Array> {
  for (const [index, path] of paths.entries()) {
    const file = await ParquetFile.fromFile(await openAsBlob(path))
    if (index === 0) yield cut(file.schema().intoIPCStream()).schema
    const batches = (await file.stream({ batchSize: rowsPerBatch })) as AsyncIterable<RecordBatch>
    for await (const batch of batches) yield cut(batch.intoIPCStream()).batches
    file.free()
  }
  yield endOfStream.slice()
}
