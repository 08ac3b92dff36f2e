import type { Log } from '../connector/source.js'
import type { Asked, Auditor, Recorded, TouchedTable } from './auditor.js'
import { adminDraft, type Draft } from './log/draft.js'
import type { AppendOnly } from './log-auditor.js'

/** Milliseconds between two writings of what was counted. */
const everyMs = 60_000

interface Count {
  readonly table: TouchedTable
  /** The beginning of the hour: ISO 8601. */
  readonly hour: string
  reads: number
}

/**
 * Records reads of open data by those who do not say who they are as a count for each table and hour, and everything else one by one. For an
 * open portal under load: such a read has no receipt.
 */
export class CountingAuditor implements Auditor {
  #counts = new Map<string, Count>()
  readonly #writing: NodeJS.Timeout

  constructor(
    private readonly each: Auditor,
    private readonly log: AppendOnly,
    private readonly logger: Log,
  ) {
    this.#writing = setInterval(() => void this.#write(), everyMs).unref()
  }

  intent(asked: Asked): Promise<Recorded> {
    const isCounted =
      asked.viewer.subject === undefined && asked.kind !== 'explain' && asked.tables.every(({ isProtected }) => !isProtected)
    if (!isCounted) return this.each.intent(asked)
    const hour = `${new Date().toISOString().slice(0, 13)}:00:00.000Z`
    for (const table of asked.tables) {
      const key = `${hour} ${table.table}`
      const count = this.#counts.get(key) ?? { table, hour, reads: 0 }
      count.reads++
      this.#counts.set(key, count)
    }
    return Promise.resolve({
      transaction: asked.transaction,
      receipt: null,
      proofFor: () => ({ counted: true as const }),
      outcome: () => undefined,
    })
  }

  denied(asked: Asked, reason: string): void {
    this.each.denied(asked, reason)
  }

  changed(kind: string, what: unknown): Promise<void> {
    return this.each.changed(kind, what)
  }

  /** Writes what was counted. */
  async close(): Promise<void> {
    clearInterval(this.#writing)
    await this.#write()
  }

  async #write(): Promise<void> {
    const counts = this.#counts
    this.#counts = new Map()
    if (counts.size === 0) return
    try {
      await this.log.append([...counts.values()].map(draftOf))
    } catch (thrown) {
      this.logger.error({ err: thrown }, 'counts of the audit log were not written; they are kept for the next time')
      for (const [key, { table, hour, reads }] of counts) {
        const later = this.#counts.get(key)
        this.#counts.set(key, { table, hour, reads: reads + (later?.reads ?? 0) })
      }
    }
  }
}

function draftOf({ table: { table, organisation, spoke }, hour, reads }: Count): Draft {
  return {
    ...adminDraft('counted', { table, hour, reads }),
    phase: 'OUTCOME',
    part: 'DISCLOSER',
    party: organisation,
    tables: [{ table, columns: [] }],
    spokes: [spoke],
    reasons: [`${reads} reads without a token in the hour from ${hour}.`],
  }
}
