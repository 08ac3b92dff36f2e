import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type HeldFile, keptText } from '../../held-file.js'
import { replaceFile } from '../../replace-file.js'

const seenSchema = z.record(z.string(), z.strictObject({ stamp: z.string(), hash: z.string() }))

/**
 * Keeps SHA-256 hashes of files, and computes one again only if the file's size, times or inode changed. A small file keeps them over a
 * restart.
 */
export class ContentHashes {
  #seen: Map<string, { stamp: string; hash: string }> | undefined

  /** @param memory the file that keeps the hashes. If it cannot be read, all hashes are computed again. */
  constructor(private readonly memory: string) {}

  /**
   * The lower-case hexadecimal hash of a file's bytes, and a stamp that changes with them.
   * @param path the file's place, by which the hash is remembered. It is not opened.
   */
  async of(path: string, file: HeldFile, signal: AbortSignal): Promise<{ stamp: string; hash: string }> {
    const seen = await this.#load()
    const before = await file.stamp()
    const known = seen.get(path)
    if (known?.stamp === before) return known
    const hash = createHash('sha256')
    for await (const piece of file.read(signal)) hash.update(piece)
    const found = { stamp: before, hash: hash.digest('hex') }
    // A file that changed while it was read is not remembered.
    if ((await file.stamp()) === before) seen.set(path, found)
    return found
  }

  /** Forgets all files but these, and writes the memory file. */
  async keepOnly(paths: readonly string[]): Promise<void> {
    const seen = await this.#load()
    const kept = new Set(paths)
    for (const path of seen.keys()) if (!kept.has(path)) seen.delete(path)
    await replaceFile(this.memory, JSON.stringify(Object.fromEntries(seen)))
  }

  async #load(): Promise<Map<string, { stamp: string; hash: string }>> {
    if (this.#seen === undefined) {
      const text = (await keptText(this.memory).catch(() => undefined)) ?? '{}'
      const parsed = seenSchema.safeParse(parseJson(text))
      this.#seen = new Map(Object.entries(parsed.success ? parsed.data : {}))
    }
    return this.#seen
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
