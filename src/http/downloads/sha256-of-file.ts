import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** SHA-256 of a file, hexadecimal. Undefined where it goes away meanwhile. */
export async function sha256OfFile({ path }: { readonly path: string }): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(piece as Buffer)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}
