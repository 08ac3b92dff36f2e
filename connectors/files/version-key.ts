import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * The secret under which a source says its versions. A plain digest of a file tells its content to anybody who tries all guesses. It is made
 * when it is first needed and kept, so that a version stays valid over a restart.
 */
export class VersionKey {
  #secret: Promise<Buffer> | undefined

  constructor(private readonly file: string) {}

  /** The version of tables whose copies have these keys. */
  async versionOf(keys: readonly string[]): Promise<string> {
    this.#secret ??= this.#open().catch((thrown: unknown) => {
      this.#secret = undefined
      throw thrown
    })
    return createHmac('sha256', await this.#secret)
      .update(keys.join())
      .digest('base64url')
  }

  /** Of two processes that begin at once, the second reads what the first has made. */
  async #open(): Promise<Buffer> {
    await mkdir(dirname(this.file), { recursive: true })
    const made = randomBytes(32).toString('hex')
    await writeFile(this.file, made, { flag: 'wx', mode: 0o600 }).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code !== 'EEXIST') throw thrown
    })
    const secret = Buffer.from(await readFile(this.file, 'utf8'), 'hex')
    if (secret.length === 32) return secret
    throw new Error(`${this.file} is damaged: delete it, and versions begin anew`)
  }
}
