import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const compactEvery = 10_000

/** Remembers the `jti` of every token until it expires, also across restarts, so that each token opens only one request. */
export class UsedTokens {
  readonly #expiry = new Map<string, number>()
  #appended = 0
  /** Kept open, because every scan writes one line. */
  #log: number | undefined

  /** @param file one `jti expiry` on each line. Created where it is missing. */
  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true })
    for (const line of readIfThere(file).split('\n')) {
      const [jti = '', expiry = ''] = line.split(' ')
      if (Number(expiry) * 1000 > Date.now()) this.#expiry.set(jti, Number(expiry))
    }
    this.#compact()
  }

  /**
   * Whether this is the first use of a token. The use is written to the disk before the scan is answered, so that a crash does not forget
   * it.
   * @param jti without white space, as a verified token has it (identity/scan-token.ts).
   * @param expiresAt seconds since the epoch.
   */
  use(jti: string, expiresAt: number): boolean {
    if (this.#expiry.has(jti)) return false
    this.#expiry.set(jti, expiresAt)
    this.#log ??= openSync(this.file, 'a', 0o600)
    writeSync(this.#log, `${jti} ${expiresAt}\n`)
    if (++this.#appended >= compactEvery) this.#compact()
    return true
  }

  #compact(): void {
    const now = Date.now() / 1000
    for (const [jti, expiry] of this.#expiry) if (expiry < now) this.#expiry.delete(jti)
    writeFileSync(`${this.file}.new`, [...this.#expiry].map(([jti, expiry]) => `${jti} ${expiry}\n`).join(''), { mode: 0o600 })
    renameSync(`${this.file}.new`, this.file)
    if (this.#log !== undefined) closeSync(this.#log)
    this.#log = undefined
    this.#appended = 0
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw thrown
  }
}
