// @ts-check
// JavaScript, so that a thread can begin with it wherever it lies: compiled, or beside TypeScript that tsx runs, whose loader threads lack.
// Reads Parquet files and answers each message with the next piece of an Arrow stream, and in the end with null. One piece is made ahead.
import { on } from 'node:events'
import { openAsBlob } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { ParquetFile } from 'parquet-wasm'

/** The length of a message's prefix: the mark 0xFFFFFFFF, and the length of its metadata. */
const prefixBytes = 8
/** How every stream ends (Arrow Columnar Format, IPC Streaming Format). */
const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

if (parentPort === null) throw new Error('this is no program of its own')
const port = parentPort
const asked = on(port, 'message')
for await (const piece of pieces(/** @type {import('./arrow-pieces.js').ArrowWork} */ (workerData))) {
  await asked.next()
  port.postMessage(piece, [/** @type {ArrayBuffer} */ (piece.buffer)])
}
await asked.next()
port.postMessage(null)

/**
 * The schema once, the batches of all files, and the end.
 * @param {import('./arrow-pieces.js').ArrowWork} work
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* pieces({ files }) {
  for (const [index, { path, rowsPerBatch }] of files.entries()) {
    const file = await ParquetFile.fromFile(await openAsBlob(path))
    if (index === 0) yield cut(file.schema().intoIPCStream()).schema
    const batches = /** @type {AsyncIterable<import('parquet-wasm').RecordBatch>} */ (await file.stream({ batchSize: rowsPerBatch }))
    for await (const batch of batches) yield cut(batch.intoIPCStream()).batches
    file.free()
  }
  yield endOfStream.slice()
}

/**
 * A whole stream, cut into its first message, which is the schema and has no body, and the batches. Its end is left out.
 * @param {Uint8Array} stream
 */
function cut(stream) {
  const metadataBytes = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  const at = prefixBytes + metadataBytes
  return { schema: stream.subarray(0, at), batches: stream.subarray(at, stream.length - endOfStream.length) }
}
