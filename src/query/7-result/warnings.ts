import { counted } from '../../connector/counted.js'
import { scansOf } from '../../connector/traverse.js'
import type { BoundJoin } from '../2-bind/bound-query.js'
import type { MatchPlan } from '../4-plan/physical-plan.js'
import type { FragmentOutcome } from '../6-execute/fragment.js'

/** Something that may mislead a reader of the rows, or made the query slow. */
export interface Warning {
  /**
   * STALE_COPY: a table's rows are older than its file, which cannot be read now. DEEP_PAGE: the sources read and sort all rows that the
   * offset skips. PARTNERS_UNKNOWN: a source on the right of a LEFT or ANTI join did not answer, so rows that seem to have no partner may
   * have one. COLUMN_MISSING: a table of a stack has no such column, so all its rows have null in it. DAY_ASSUMED: no value shows whether the
   * day or the month of these dates comes first. NOT_WGS84: these coordinates are not longitudes and latitudes, so no filter of places finds them.
   * TOTALS_SET_ASIDE: rows of a table that are sums of its others are not among its rows. TOTAL_AMONG_ROWS: a row that looks like a total is.
   */
  readonly code:
    | 'STALE_COPY'
    | 'DEEP_PAGE'
    | 'PARTNERS_UNKNOWN'
    | 'COLUMN_MISSING'
    | 'DAY_ASSUMED'
    | 'NOT_WGS84'
    | 'TOTALS_SET_ASIDE'
    | 'TOTAL_AMONG_ROWS'
  readonly message: string
  readonly table: string | null
  readonly column: string | null
}

const messageMax = 500

/** The offset from which a page gets a DEEP_PAGE warning. */
const deepOffset = 100_000

/**
 * The warnings of an answer. Texts from sources are cut to 500 characters, and their control characters are removed.
 * @param joins how many joins the query has.
 */
export function warningsOf(outcomes: readonly FragmentOutcome[], offset: number, joins = 0): Warning[] {
  return [...(offset < deepOffset ? [] : [deepPage(outcomes, offset, joins)]), ...stale(outcomes), ...totals(outcomes)]
}

function deepPage(outcomes: readonly FragmentOutcome[], offset: number, joins: number): Warning {
  const rows = offset.toLocaleString('en-GB')
  // What counts matches reads no page, and one source may be asked several times.
  const read = outcomes.filter(({ fragment }) => !fragment.isMatch)
  const sources = counted(new Set(read.map(({ fragment }) => fragment.spokeId)).size, 'source')
  const cost =
    read.length === 1
      ? `The source reads and sorts the ${rows} rows before this page`
      : joins > 0
        ? `The hub reads the rows of ${sources}, joins them, and sorts the ${rows} rows before this page`
        : `Each of ${sources} sends the hub its first ${rows} rows and more`
  return {
    code: 'DEEP_PAGE',
    table: null,
    column: null,
    message: `${cost}, again for every page. To go on from the last row of a page costs less: order by columns that tell the rows apart, and filter (gt, lt) by that row's values instead of an offset.`,
  }
}

/** Each table once, though several fragments may have read it. */
function stale(outcomes: readonly FragmentOutcome[]): Warning[] {
  const all = outcomes.flatMap(({ fragment, report }) => {
    // A spoke must not warn about tables that it was not asked for.
    const asked = (report?.stale ?? []).filter(({ table }) => fragment.tables.includes(`${fragment.spokeId}/${table}`))
    return asked.map(({ table, reason }): Warning => ({
      code: 'STALE_COPY',
      message: `The rows are of an earlier state: the file of this table cannot be read now. ${plain(reason)}`,
      table: `${fragment.spokeId}/${table}`,
      column: null,
    }))
  })
  return [...new Map(all.map((warning) => [warning.table, warning])).values()]
}

const totalsIn = {
  SET_ASIDE: {
    code: 'TOTALS_SET_ASIDE',
    message:
      'Rows of this table that are certainly totals of its others were set aside, so that no sum counts them twice. Its problems say which.',
  },
  AMONG_ROWS: {
    code: 'TOTAL_AMONG_ROWS',
    message: 'A row of this table looks like a total of the others, and is among its rows: leave it out of sums. Its problems say which.',
  },
} as const

/** Each table once, as of what is stale. */
function totals(outcomes: readonly FragmentOutcome[]): Warning[] {
  const all = outcomes.flatMap(({ fragment, report }) =>
    (report?.totals ?? []).flatMap(({ table, totals: state }) => {
      const id = `${fragment.spokeId}/${table}`
      return fragment.tables.includes(id) ? [{ ...totalsIn[state], table: id, column: null }] : []
    }),
  )
  return [...new Map(all.map((warning) => [warning.table, warning])).values()]
}

/** Joins whose rows without a partner may have one, at a source that failed under PARTIAL. An INNER join only lacks rows then. */
export function unknownPartners(plans: readonly MatchPlan[], joins: readonly BoundJoin[], outcomes: readonly FragmentOutcome[]): Warning[] {
  const failed = new Map(outcomes.flatMap(({ fragment, error }) => (error === undefined ? [] : [[fragment.id, fragment.spokeId]])))
  return plans.flatMap(({ relation }, index): Warning[] => {
    if (relation.op !== 'match' || relation.type === 'INNER') return []
    const spokes = [...new Set(scansOf(relation.right).flatMap(({ table }) => failed.get(table) ?? []))]
    if (spokes.length === 0) return []
    const { right } = joins[index] as BoundJoin
    const rows = relation.type === 'ANTI' ? 'Rows are in this answer' : 'Rows have nulls here'
    const message = `${rows} that may have a partner in ${right}, the right side of join ${index + 1}: ${spokes.join(', ')} did not answer.`
    return [{ code: 'PARTNERS_UNKNOWN', table: null, column: null, message }]
  })
}

const plain = (text: string) => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ').slice(0, messageMax)
