import type { FragmentOutcome } from '../5-execute/fragment.js'

/** Something about an answer that may mislead whoever reads its rows. */
export interface Warning {
  /** STALE_COPY: the rows of a table are older than its file, which cannot be read now. */
  readonly code: 'STALE_COPY'
  readonly message: string
  readonly table: string | null
  readonly column: string | null
}

const messageMax = 500

/** What may mislead in the answers of the sources. Their words are kept short and free of control characters. */
export function warningsOf(outcomes: readonly FragmentOutcome[]): Warning[] {
  return outcomes.flatMap(({ fragment, report }) => {
    // A spoke may only speak of tables that it was asked for.
    const asked = (report?.stale ?? []).filter(({ table }) => fragment.tables.includes(`${fragment.spokeId}/${table}`))
    return asked.map(({ table, reason }): Warning => ({
      code: 'STALE_COPY', message: `The rows are of an earlier state: the file of this table cannot be read now. ${plain(reason)}`, table: `${fragment.spokeId}/${table}`, column: null,
    }))
  })
}

const plain = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').slice(0, messageMax)
