import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { access, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DialsError, Reason } from '../../errors.js'
import { formatVerifierKey, type SignerKey, signerKey, type VerifierKey } from '../notes/keys.js'
import { writeDurably } from './durable.js'

/** The keys of a log: the newest signs, and the others have signed before. */
export interface LogKeys {
  readonly newest: SignerKey
  readonly earlier: readonly SignerKey[]
}

/**
 * The file of a log's signing keys, the newest first. It is read when it is first needed: a log whose keys are missing is refused, and is
 * there again once they are.
 */
export class LogKeyFile {
  #keys: LogKeys | undefined

  constructor(
    private readonly file: string,
    /** The name of the log (C2SP tlog-checkpoint, "origin"). */
    readonly origin: string,
  ) {}

  /**
   * The keys.
   * @param signedBy the verifier key by which the log was signed last. Undefined: the log is new.
   * @throws AUDIT_UNAVAILABLE where the file is missing, is malformed, or has not the key of this log.
   */
  async keysOf(signedBy: string | undefined): Promise<LogKeys> {
    const keys = (this.#keys ??= await this.#read())
    const isOurs = signedBy === undefined || [keys.newest, ...keys.earlier].some((key) => formatVerifierKey(key) === signedBy)
    if (isOurs) return keys
    this.#keys = undefined
    throw unavailable(
      'The key of the audit log is another than the one that has signed it. Its operator has to bring back the file audit-keys.json.',
    )
  }

  /**
   * The public halves, the newest first. Makes the first key of a new log.
   * @param known those of its last start. With them a file that is gone or malformed stays so: they are the answer, and the log is refused
   * until the file is back.
   */
  async open(known: readonly VerifierKey[] = []): Promise<readonly VerifierKey[]> {
    try {
      if (known.length === 0 && !(await this.#isThere())) await this.#write([newKey()])
      const { newest, earlier } = await this.#read()
      return [newest, ...earlier]
    } catch (thrown) {
      if (known.length === 0) throw thrown
      return known
    }
  }

  /** Puts a new key before the others. */
  async rotate(): Promise<void> {
    const { newest, earlier } = await this.#read()
    await this.#write([newKey(), newest.privateKey, ...earlier.map(({ privateKey }) => privateKey)])
    this.#keys = undefined
  }

  #isThere(): Promise<boolean> {
    return access(this.file).then(
      () => true,
      () => false,
    )
  }

  async #read(): Promise<LogKeys> {
    const text = await readFile(this.file, 'utf8').catch((thrown: NodeJS.ErrnoException) => {
      const why = thrown.code === 'ENOENT' ? 'is missing: its operator has to bring back the file audit-keys.json' : 'cannot be read'
      throw unavailable(`The key of the audit log ${why}.`, thrown)
    })
    const [newest, ...earlier] = parsed(text).map((key) => signerKey(this.origin, key))
    if (newest === undefined) throw unavailable('The file of the keys of the audit log is empty.')
    return { newest, earlier }
  }

  async #write(keys: readonly KeyObject[]): Promise<void> {
    await mkdir(dirname(this.file), { recursive: true })
    await writeDurably(this.file, JSON.stringify({ keys: keys.map((key) => key.export({ format: 'jwk' })) }))
  }
}

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

function parsed(text: string): KeyObject[] {
  try {
    const { keys } = JSON.parse(text) as { keys: never[] }
    return keys.map((key) => createPrivateKey({ key, format: 'jwk' }))
  } catch {
    // Its own error could quote the key.
    throw unavailable('The file of the keys of the audit log is malformed.')
  }
}

function unavailable(message: string, cause?: unknown): DialsError {
  return new DialsError('AUDIT_UNAVAILABLE', message, { cause: cause ?? new Reason('the log cannot be signed') })
}
