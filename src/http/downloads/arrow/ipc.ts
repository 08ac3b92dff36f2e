/** The length of a message's prefix: the mark 0xFFFFFFFF, and the length of its metadata. */
const prefixBytes = 8

/** How every stream ends (Arrow Columnar Format, IPC Streaming Format). */
export const endOfStream = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)

/** A whole stream, cut into its first message, which is the schema and has no body, and the batches. Its end is left out. */
export function cut(stream: Uint8Array): { schema: Uint8Array; batches: Uint8Array } {
  const metadataBytes = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true)
  const at = prefixBytes + metadataBytes
  return { schema: stream.subarray(0, at), batches: stream.subarray(at, stream.length - endOfStream.length) }
}
