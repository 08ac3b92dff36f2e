import type { Knex } from 'knex'
import type { Log } from '../../connector/source.js'
import type { LogReader } from '../read/log-reader.js'
import { consistencyRanges } from '../merkle/ranges.js'
import { hashesOfRanges } from '../merkle/stored-hashes.js'
import { parseCheckpoint } from '../notes/checkpoint.js'
import { cosignedAt } from '../notes/cosignature.js'
import { parseVerifierKey } from '../notes/keys.js'
import { parseNote } from '../notes/signed-note.js'
import { formatAddCheckpoint, parseAddCheckpoint } from './add-checkpoint.js'
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
    let answer = await this.#send(send, { hub: await this.#submission(cosignedSize, head), old }, signal)
    if (answer.cosignature === null && answer.stopped === null) {
      if (answer.seen > head.size)
        return this.#stop(
          spoke,
          known,
          answer,
          `the spoke has seen ${answer.seen} entries of this hub's log, which has ${head.size}: it was cut`,
        )
      answer = await this.#send(send, { hub: await this.#submission(answer.seen, head), old }, signal)
    }
    if (answer.stopped !== null) return this.#stop(spoke, known, answer, `the spoke says of this hub's log: ${answer.stopped}`)
    try {
      const submitted = parseAddCheckpoint(answer.spoke)
      const logKey = parseVerifierKey(known?.log_key ?? answer.logKey)
      judge(known?.note, submitted, [logKey])
      const cosigned = answer.cosignature === null ? (known?.cosigned ?? null) : withCosignature(head.note, answer)
      await this.#keep({ spoke, log_key: known?.log_key ?? answer.logKey, note: submitted.checkpoint, cosigned, stopped: null })
      return undefined
    } catch (thrown) {
      if (!(thrown instanceof LogChanged)) throw thrown
      return this.#stop(spoke, known, answer, `the audit log of the spoke was changed: ${thrown.message}`)
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
    return exchangeAnswerSchema.parse(JSON.parse(await send(JSON.stringify(request), signal)))
  }

  async #stop(spoke: string, known: Witnessed | undefined, answer: ExchangeAnswer, reason: string): Promise<string> {
    this.log.error({ spoke, reason }, 'an audit log was changed: nothing is asked of this spoke until an operator has looked')
    const note = known?.note ?? parseAddCheckpoint(answer.spoke).checkpoint
    await this.#keep({ spoke, log_key: known?.log_key ?? answer.logKey, note, cosigned: known?.cosigned ?? null, stopped: reason })
    return reason
  }

  async #keep(witnessed: Witnessed): Promise<void> {
    await this.knex('audit_witnesses')
      .insert({ ...witnessed, time: this.knex.fn.now() })
      .onConflict('spoke')
      .merge()
  }
}

/** The checkpoint with the signature of its witness. A line that is not a cosignature of it is left out. */
function withCosignature(note: string, { cosignature, witnessKey }: ExchangeAnswer): string | null {
  const signed = `${note}${cosignature ?? ''}`
  const added = parseNote(signed).signatures.at(-1)
  return added !== undefined && cosignedAt(note, added, parseVerifierKey(witnessKey)) !== undefined ? signed : null
}
