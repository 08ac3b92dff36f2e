import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keptText } from '../../held-file.js'
import { type Manifest, manifestSchema } from './manifest.js'

const unfinished = 'unfinished-'
const copyName = /^[0-9a-f]{64}$/

/**
 * The converted copies of one source's files. Each copy has a folder, named by a hash of what it was made from. A copy appears whole or not
 * at all. What a crash left unfinished is removed at the next start.
 */
export class CopyStore {
  readonly #manifests = new Map<string, Manifest>()
  readonly #inUse = new Map<string, number>()
  #ready: Promise<void> | undefined

  /** @param folder used by this store only. */
  constructor(readonly folder: string) {}

  /** Prepares the folder. The other methods call this themselves. */
  open(): Promise<void> {
    this.#ready ??= this.#sweep()
    return this.#ready
  }

  /** The manifest of the copy with this key; undefined if there is none. */
  async get(key: string): Promise<Manifest | undefined> {
    await this.open()
    const known = this.#manifests.get(key)
    if (known !== undefined) return known
    try {
      const text = await keptText(join(this.path(key), 'manifest.json'))
      if (text === undefined) return undefined
      const manifest = manifestSchema.parse(JSON.parse(text))
      this.#manifests.set(key, manifest)
      return manifest
    } catch {
      // The manifest has another format, so the copy is made again.
      return undefined
    }
  }

  /** Makes a copy. `build` fills a folder, with `scratch` beside it for temporary files; the folder then becomes the copy in one step. */
  async add(key: string, build: (folder: string, scratch: string) => Promise<Manifest>): Promise<Manifest> {
    const base = await this.newFolder()
    const [made, scratch] = [join(base, 'copy'), join(base, 'scratch')]
    try {
      await mkdir(made)
      await mkdir(scratch)
      const manifest = await build(made, scratch)
      await writeFile(join(made, 'manifest.json'), JSON.stringify(manifest))
      await rm(this.path(key), { recursive: true, force: true })
      await rename(made, this.path(key))
      this.#manifests.set(key, manifest)
      return manifest
    } finally {
      await rm(base, { recursive: true, force: true })
    }
  }

  /** A folder for temporary files. The caller removes it; after a crash, the next start does. */
  async newFolder(): Promise<string> {
    await this.open()
    const folder = join(this.folder, `${unfinished}${randomUUID()}`)
    await mkdir(folder)
    return folder
  }

  /** The folder of a copy. */
  path(key: string): string {
    return join(this.folder, key)
  }

  /** Keeps copies from being removed until the returned function is called. */
  hold(keys: readonly string[]): () => void {
    for (const key of keys) this.#inUse.set(key, (this.#inUse.get(key) ?? 0) + 1)
    return () => {
      for (const key of keys) this.#inUse.set(key, (this.#inUse.get(key) ?? 1) - 1)
    }
  }

  /** Removes every copy that is neither named nor held. A held copy is removed by a later call. */
  async keepOnly(keys: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!copyName.test(name) || keys.has(name) || (this.#inUse.get(name) ?? 0) > 0) continue
      await this.remove(name)
    }
  }

  /** Removes a copy. Readers that have its files open can go on. */
  async remove(key: string): Promise<void> {
    this.#manifests.delete(key)
    await rm(this.path(key), { recursive: true, force: true })
  }

  async #sweep(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 })
    for (const name of await readdir(this.folder)) {
      if (name.startsWith(unfinished)) await rm(join(this.folder, name), { recursive: true, force: true })
    }
  }
}
