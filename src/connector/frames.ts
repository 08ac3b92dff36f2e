/**
 * How a spoke process answers a scan: a sequence of frames over HTTP, each one byte of kind, four bytes of length (big-endian) and the
 * content. A scan is whole only when its REPORT came; whatever else ends the stream, ends it short.
 */
export const framesMediaType = 'application/vnd.seven-dials.scan'

/** The first byte of a frame: P, R or E. */
export const frameKinds = { part: 0x50, report: 0x52, error: 0x45 } as const
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

const headerBytes = 5
/** One part of 122,880 rows is about 5 MB; far beyond this is not one of ours. */
const frameBytesMax = 1024 * 1024 * 1024

/** The header of a frame. */
export function frameHeader(kind: FrameKind, length: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(kind, 0)
  header.writeUInt32BE(length, 1)
  return header
}

/** Something read from a stream of frames: a frame begins, content of it, or its end. Content is given as it comes, never gathered. */
export type FrameEvent = { type: 'begin'; kind: FrameKind; length: number } | { type: 'content'; bytes: Uint8Array } | { type: 'end' }

/** Takes a stream of bytes apart. Throws where it is not frames, or ends within one. */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<FrameEvent> {
  let header = Buffer.alloc(0)
  let left = -1
  for await (const chunk of stream) {
    let rest = chunk
    while (rest.length > 0) {
      if (left === -1) {
        const taken = Math.min(headerBytes - header.length, rest.length)
        header = Buffer.concat([header, rest.subarray(0, taken)])
        rest = rest.subarray(taken)
        if (header.length < headerBytes) break
        const begin = parseHeader(header)
        header = Buffer.alloc(0)
        yield begin
        left = begin.length
      }
      const content = rest.subarray(0, left)
      rest = rest.subarray(content.length)
      left -= content.length
      if (content.length > 0) yield { type: 'content', bytes: content }
      if (left === 0) {
        left = -1
        yield { type: 'end' }
      }
    }
  }
  if (left !== -1 || header.length > 0) throw new Error('the stream ended within a frame')
}

function parseHeader(header: Buffer): Extract<FrameEvent, { type: 'begin' }> {
  const kind = header.readUInt8(0)
  const length = header.readUInt32BE(1)
  const known = Object.values(frameKinds).find((value) => value === kind)
  if (known === undefined || length > frameBytesMax) throw new Error('not a frame')
  return { type: 'begin', kind: known, length }
}
