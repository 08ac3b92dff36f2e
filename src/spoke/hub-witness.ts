import { readFileSync } from 'node:fs'
import { writeDurably } from '../audit/log/durable.js'
import type { FileLog } from '../audit/log/file-log.js'
import { parseCheckpoint } from '../audit/notes/checkpoint.js'
import { cosign } from '../audit/notes/cosignature.js'
import { formatVerifierKey, type SignerKey, signerKey, type VerifierKey } from '../audit/notes/keys.js'
import { NoteError, signatureLine } from '../audit/notes/signed-note.js'
import type { ProvenIntent } from '../audit/proven-intent.js'
import { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint } from '../audit/witness/add-checkpoint.js'
import type { ExchangeAnswer, ExchangeRequest } from '../audit/witness/exchange.js'
import { judge, LogChanged, OtherSize } from '../audit/witness/judge.js'
import type { Log } from '../connector/source.js'
import { BadUserInput, DialsError } from '../errors.js'

/** Milliseconds by which the clocks of hub and spoke may differ. */
const skewMs = 120_000

/** What is kept of the hub's log. */
interface Kept {
  /** The checkpoint that was seen last. */
  readonly note?: string
  /** When: milliseconds since the epoch. */
  readonly at?: number
  /** Why the spoke answers this hub no more. */
  readonly stopped?: string
}

/** What a spoke witnesses the hub's log with. */
export interface HubWitnessOptions {
  /** Where it keeps what it has seen, over restarts. */
  readonly file: string
  /** The keys of the hub's log, which this spoke pins. */
  readonly hubKeys: readonly VerifierKey[]
  readonly log: FileLog
  /** The key of the spoke's own log. */
  readonly ownKey: SignerKey
  readonly logger: Log
}

/**
 * The spoke as the witness of the hub's log: it remembers what it has seen, and signs only what goes on from that. Where the log is another,
 * it answers this hub no more, until its operator has looked, removed the file and started the spoke again.
 */
export class HubWitness {
  readonly #witnessKey: SignerKey
  #kept: Kept
  #last: Promise<unknown> = Promise.resolve()
  #writing: Promise<unknown> = Promise.resolve()

  /** @throws Error where the file is there and cannot be read: what was seen must not be forgotten. */
  constructor(private readonly options: HubWitnessOptions) {
    this.#kept = read(options.file)
    this.#witnessKey = signerKey(options.ownKey.name, options.ownKey.privateKey, 'COSIGNATURE')
  }

  /** Refuses to read for a hub whose log was changed. @throws AUDIT_UNAVAILABLE */
  checkGoesOn(): void {
    if (this.#kept.stopped !== undefined) throw stoppedError()
  }

  /** Compares the checkpoint of a proof with what was seen. @throws AUDIT_UNAVAILABLE where the log was changed. */
  async checkProof({ size, root, entry }: ProvenIntent): Promise<void> {
    const { note, at = 0 } = this.#kept
    if (note === undefined) return
    const seen = parseCheckpoint(note)
    if (size === seen.size && !root.equals(seen.root)) await this.#stop(`two histories of ${size} entries are signed`)
    // A log never shrinks, so what was written later is in a tree that is at least as large.
    if (size < seen.size && Date.parse(entry.time) > at + skewMs)
      await this.#stop(`the log has ${size} entries, and had ${seen.size} before`)
  }

  /** Takes part in an exchange with the hub: see ExchangeRequest. One after the other. */
  exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
    const answer = this.#last.then(() => this.#exchange(request))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async #exchange({ hub, old }: ExchangeRequest): Promise<ExchangeAnswer> {
    const { log, ownKey } = this.options
    const cosignature = this.#kept.stopped === undefined ? await this.#cosigned(hub) : null
    const checkpoint = await log.checkpoint()
    const { size } = parseCheckpoint(checkpoint)
    return {
      cosignature,
      seen: this.#kept.note === undefined ? 0 : parseCheckpoint(this.#kept.note).size,
      stopped: this.#kept.stopped ?? null,
      spoke: formatAddCheckpoint({ old, proof: old === 0 || old > size ? [] : await log.consistency(old, size), checkpoint }),
      witnessKey: formatVerifierKey(this.#witnessKey),
      logKey: formatVerifierKey(ownKey),
    }
  }

  async #cosigned(text: string): Promise<string | null> {
    const submitted = submittedIn(text)
    try {
      judge(this.#kept.note, submitted, this.options.hubKeys)
    } catch (thrown) {
      if (thrown instanceof OtherSize) return null
      if (thrown instanceof NoteError) throw notOfThatLog(thrown)
      if (!(thrown instanceof LogChanged)) throw thrown
      await this.#stop(thrown.message).catch(() => undefined)
      return null
    }
    await this.#keep({ note: submitted.checkpoint, at: Date.now() })
    // A scan may have shown meanwhile that the log was changed.
    if (this.#kept.stopped !== undefined) return null
    return signatureLine(cosign(submitted.checkpoint, this.#witnessKey, Math.floor(Date.now() / 1000)))
  }

  async #stop(reason: string): Promise<never> {
    this.options.logger.error({ reason }, 'the audit log of the hub was changed: nothing is read for it until the operator has looked')
    await this.#keep({ stopped: reason }).catch((thrown: unknown) =>
      this.options.logger.error(
        { err: thrown },
        'that the audit log of the hub was changed could not be kept: it is forgotten at a restart',
      ),
    )
    throw stoppedError()
  }

  /** Keeps what is new beside what is known. Durable before it resolves. One after the other: what was seen last is what is on the disk. */
  #keep(more: Kept): Promise<void> {
    this.#kept = { ...this.#kept, ...more }
    const written = this.#writing.then(() => writeDurably(this.options.file, JSON.stringify(this.#kept)))
    this.#writing = written.catch(() => undefined)
    return written
  }
}

function stoppedError(): DialsError {
  return new DialsError(
    'AUDIT_UNAVAILABLE',
    'This spoke has seen that the audit log of the hub was changed, and reads nothing for it until the operator of the spoke has looked.',
  )
}

function notOfThatLog(cause: NoteError): DialsError {
  return new DialsError(
    'UNAUTHENTICATED',
    `The checkpoint of the hub's audit log does not hold: ${cause.message}. Where the hub has a new key, give this spoke its hub.jwks anew.`,
    { cause },
  )
}

function submittedIn(text: string): AddCheckpoint {
  try {
    return parseAddCheckpoint(text)
  } catch (thrown) {
    if (thrown instanceof NoteError)
      throw new BadUserInput(`The exchange has no checkpoint of the hub: ${thrown.message}.`, { cause: thrown })
    throw thrown
  }
}

function read(file: string): Kept {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw thrown
  }
}
