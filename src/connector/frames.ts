/**
 * The media type of a spoke process's answer to a scan: a sequence of frames. A frame is one byte for its kind, four bytes for its length
 * (big-endian) and the content. Only a stream that ends with a REPORT frame is a complete scan.
 */
export const framesMediaType = 'application/vnd.seven-dials.scan'

/** The first byte of a frame: P, R or E. */
export const frameKinds = { part: 0x50, report: 0x52, error: 0x45 } as const
/** The first byte of a frame. */
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

const headerBytes = 5
/** A part of 122,880 rows is about 5 MB. No spoke of ours sends a frame larger than this. */
const frameBytesMax = 1024 * 1024 * 1024

/** The header of a frame. */
export function frameHeader(kind: FrameKind, length: number): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(kind, 0)
  header.writeUInt32BE(length, 1)
  return header
}

/**
 * An event from a stream of frames: a frame begins, a piece of its content, its end. Content is passed on as it arrives and never buffered.
 */
export type FrameEvent = { type: 'begin'; kind: FrameKind; length: number } | { type: 'content'; bytes: Uint8Array } | { type: 'end' }

/** Splits a stream of bytes into frames. Throws where the bytes are not frames, or end within one. */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<FrameEvent> {
  let header = Buffer.alloc(0)
  let remaining = -1
  for await (const chunk of stream) {
    let rest = chunk
    while (rest.length > 0) {
      if (remaining === -1) {
        const count = Math.min(headerBytes - header.length, rest.length)
        header = Buffer.concat([header, rest.subarray(0, count)])
        rest = rest.subarray(count)
        if (header.length < headerBytes) break
        const begin = parseHeader(header)
        header = Buffer.alloc(0)
        yield begin
        remaining = begin.length
      }
      const content = rest.subarray(0, remaining)
      rest = rest.subarray(content.length)
      remaining -= content.length
      if (content.length > 0) yield { type: 'content', bytes: content }
      if (remaining === 0) {
        remaining = -1
        yield { type: 'end' }
      }
    }
  }
  if (remaining !== -1 || header.length > 0) throw new Error('the stream ended within a frame')
}

function parseHeader(header: Buffer): Extract<FrameEvent, { type: 'begin' }> {
  const kind = header.readUInt8(0)
  const length = header.readUInt32BE(1)
  const known = Object.values(frameKinds).find((value) => value === kind)
  if (known === undefined || length > frameBytesMax) throw new Error('not a frame')
  return { type: 'begin', kind: known, length }
}
