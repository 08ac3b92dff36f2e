import { open } from 'node:fs/promises'

const sampleBytes = 1 << 20

/** Reads up to a megabyte of a text, after its byte order mark. */
export async function readSample(path: string, start: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(sampleBytes)
    const { bytesRead } = await file.read(buffer, 0, sampleBytes, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
