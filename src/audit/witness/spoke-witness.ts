import type { Knex } from 'knex'
import { readForm } from '../../connector/check-form.js'
import type { Log } from '../../connector/source.js'
import { SourceUnavailable } from '../../errors.js'
import type { LogReader } from '../read/log-reader.js'
import { consistencyRanges } from '../merkle/ranges.js'
import { hashesOfRanges } from '../merkle/stored-hashes.js'
import { parseCheckpoint } from '../notes/checkpoint.js'
import { cosignedAt } from '../notes/cosignature.js'
import { KeyError, parseVerifierKey } from '../notes/keys.js'
import { NoteError, parseNote, UnknownSigner } from '../notes/signed-note.js'
import { type AddCheckpoint, formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.js'
import { type ExchangeAnswer, exchangeAnswerSchema, type ExchangeRequest } from './exchange.js'
import { judge, LogChanged } from './judge.js'

/** What the hub keeps of a spoke's log, and of what the spoke has seen of its own. */
interface Witnessed {
  readonly spoke: string
  readonly log_key: string
  /** The checkpoint of the spoke's log that was seen last. */
  readonly note: string
  /** The latest checkpoint of the hub that the spoke has cosigned. */
  readonly cosigned: string | null
  /** Why nothing is asked of the spoke any more. */
  readonly stopped: string | null
}

/** Sends a message to a spoke: see Source.exchange. */
export type Exchange = (message: string, signal: AbortSignal) => Promise<string>

/**
 * The hub as the witness of the spokes' logs, and the sender of its own to them. A spoke whose log was changed, or that says so of the
 * hub's, is asked no more until an operator has looked: `dials audit accept`.
 */
export class SpokeWitness {
  constructor(
    private readonly knex: Knex,
    private readonly reader: LogReader,
    private readonly log: Log,
  ) {}

  /** Why a spoke is asked no more. Undefined where it is. */
  async stoppedOf(spoke: string): Promise<string | undefined> {
    return (await this.#known(spoke))?.stopped ?? undefined
  }

  /** One exchange with a spoke. @returns why nothing is asked of it any more, or undefined. */
  async exchange(spoke: string, send: Exchange, signal: AbortSignal): Promise<string | undefined> {
    const known = await this.#known(spoke)
    if (known?.stopped) return known.stopped
    const head = await this.reader.checkpoint()
    if (head === null) return undefined
    const old = known === undefined ? 0 : parseCheckpoint(known.note).size
    const cosignedSize = known?.cosigned === null || known === undefined ? 0 : parseCheckpoint(known.cosigned).size
    const first = await this.#send(send, { hub: await this.#submission(cosignedSize, head), old }, signal)
    if (first.cosignature !== null || first.stopped !== null) return this.#settle(spoke, known, head, first)
    // The spoke has seen another size, perhaps from another hub of this log, which may have grown since it was read here.
    const now = (await this.reader.checkpoint()) ?? head
    if (first.seen > now.size)
      return this.#stop(
        spoke,
        known,
        first,
        `the spoke has seen ${first.seen} entries of this hub's log, which has ${now.size}: it was cut`,
      )
    const second = await this.#send(send, { hub: await this.#submission(first.seen, now), old }, signal)
    return this.#settle(spoke, known, now, second)
  }

  /** Judges what a spoke has answered, and keeps it. */
  async #settle(
    spoke: string,
    known: Witnessed | undefined,
    { note: sent }: { readonly note: string },
    answer: ExchangeAnswer,
  ): Promise<string | undefined> {
    if (answer.stopped !== null) return this.#stop(spoke, known, answer, `the spoke says of this hub's log: ${answer.stopped}`)
    const logKey = known?.log_key ?? answer.logKey
    try {
      const { checkpoint } = submittedBy(spoke, answer, known?.note, logKey)
      const cosigned = withCosignature(sent, answer) ?? known?.cosigned ?? null
      await this.#keep(known, { spoke, log_key: logKey, note: checkpoint, cosigned, stopped: null })
      return undefined
    } catch (thrown) {
      if (thrown instanceof LogChanged) return this.#stop(spoke, known, answer, `the audit log of the spoke was changed: ${thrown.message}`)
      // Or else it would need no more than a new key to show another log.
      if (thrown instanceof UnknownSigner)
        return this.#stop(spoke, known, answer, `the audit log of the spoke is signed by another key than before: ${thrown.message}`)
      throw thrown
    }
  }

  async #known(spoke: string): Promise<Witnessed | undefined> {
    return (await this.knex<Witnessed>('audit_witnesses').where({ spoke }).first()) as Witnessed | undefined
  }

  async #submission(old: number, head: { size: number; note: string }): Promise<string> {
    const ranges = old === 0 || old >= head.size ? [] : consistencyRanges(old, head.size)
    return formatAddCheckpoint({ old, proof: await hashesOfRanges(ranges, this.reader.readHashes), checkpoint: head.note })
  }

  async #send(send: Exchange, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeAnswer> {
    return readForm(exchangeAnswerSchema, JSON.parse(await send(JSON.stringify(request), signal)), 'what a spoke says of audit logs')
  }

  async #stop(spoke: string, known: Witnessed | undefined, answer: ExchangeAnswer, reason: string): Promise<string> {
    this.log.error({ spoke, reason }, 'an audit log was changed: nothing is asked of this spoke until an operator has looked')
    const now: Witnessed = {
      spoke,
      log_key: known?.log_key ?? answer.logKey,
      note: known?.note ?? '',
      cosigned: known?.cosigned ?? null,
      stopped: reason,
    }
    await this.knex('audit_witnesses')
      .insert({ ...now, time: this.knex.fn.now() })
      .onConflict('spoke')
      .merge(['stopped', 'time'])
    return reason
  }

  /** Another hub of this log may have been quicker: what it has kept, or that it has stopped the spoke, stands. */
  async #keep(known: Witnessed | undefined, now: Witnessed): Promise<void> {
    const row = { ...now, time: this.knex.fn.now() }
    const table = this.knex('audit_witnesses')
    if (known === undefined) await table.insert(row).onConflict('spoke').ignore()
    else await table.where({ spoke: known.spoke, note: known.note }).whereNull('stopped').update(row)
  }
}

/** What the spoke shows of its own log, once it goes on from what was seen. @throws SourceUnavailable where that cannot be read. */
function submittedBy(spoke: string, answer: ExchangeAnswer, seen: string | undefined, logKey: string): AddCheckpoint {
  try {
    const submitted = parseAddCheckpoint(answer.spoke)
    judge(seen, submitted, [parseVerifierKey(logKey)])
    return submitted
  } catch (thrown) {
    if (thrown instanceof LogChanged || thrown instanceof UnknownSigner) throw thrown
    throw new SourceUnavailable(`The spoke ${spoke} shows no audit log of its own that can be read. Is its version that of the hub?`, {
      cause: thrown,
    })
  }
}

/** The checkpoint with the signature of its witness. Null where there is none, or it is not a cosignature of this checkpoint. */
function withCosignature(note: string, { cosignature, witnessKey }: ExchangeAnswer): string | null {
  if (cosignature === null) return null
  try {
    const signed = `${note}${cosignature}`
    const [before, after] = [parseNote(note), parseNote(signed)]
    const added = after.signatures[before.signatures.length]
    const isOne = after.text === before.text && after.signatures.length === before.signatures.length + 1
    return isOne && added !== undefined && cosignedAt(signed, added, parseVerifierKey(witnessKey)) !== undefined ? signed : null
  } catch (thrown) {
    if (thrown instanceof NoteError || thrown instanceof KeyError) return null
    throw thrown
  }
}
