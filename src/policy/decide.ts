import { mayReadColumn, readableBy } from '../connector/may-read.js'
import type { Obligation } from './agreement.js'
import { type Grant, grantsOf } from './grants.js'
import { columnObligation, type ColumnObligation, type TableLimits, Unenforceable } from './obligations.js'
import { type Refusal, refusalWithout, refusedUse } from './refusals.js'
import type { AgreementPair, AskedColumn, PolicyRequest, PolicyTable } from './request.js'
import type { RowFilter } from './row-filter.js'

/** What becomes of a column. MASK: its values are changed at the spoke. */
export interface ColumnDecision {
  readonly decision: 'ALLOW' | 'MASK' | 'DENY'
  /** What is done to its values. */
  readonly mask: ColumnObligation | undefined
  /** As the agreements say it. */
  readonly obligations: readonly Obligation[]
}

/** What becomes of a table. */
export interface TableDecision {
  readonly columns: ReadonlyMap<string, ColumnDecision>
  /** What it rests on, where it rests on an agreement. */
  readonly pair: AgreementPair | undefined
  /** Which rows it lets leave: those that pass all of them. */
  readonly rowFilters: readonly RowFilter[]
  readonly limits: TableLimits
  /** Set where it is refused as a whole. */
  readonly refusal: Refusal | undefined
}

const denied: ColumnDecision = { decision: 'DENY', mask: undefined, obligations: [] }
const allowed: ColumnDecision = { decision: 'ALLOW', mask: undefined, obligations: [] }

/**
 * The one function that decides who may use what of a table for which purpose. Hub and spoke both call it, each with what it knows itself.
 * What is open, shared with the viewer's organisation or its own needs no purpose. All else needs a disclosure and the recipient's receipt
 * that stand now, and each use of each column has to be in them. What is not known, and what cannot be evaluated, is denied.
 * @param countsRows whether the number of rows is asked for, without a column.
 */
export function decideTable(
  table: PolicyTable,
  columns: readonly AskedColumn[],
  request: PolicyRequest,
  { countsRows = false }: { readonly countsRows?: boolean } = {},
): TableDecision {
  const readable = readableBy(table, request.organisation)
  const isFree = ({ sensitivity }: AskedColumn) => mayReadColumn(readable, sensitivity)
  const named = columns.filter(({ isNamed }) => isNamed)
  const needsNone = readable !== 'NOTHING' && named.every(isFree)
  const grants = grantsOf(table, request)
  const best =
    needsNone && columns.every(isFree)
      ? undefined
      : bestOf(
          grants,
          named.filter((column) => !isFree(column)),
        )
  const decided = new Map(columns.map((column) => [column.name, isFree(column) ? allowed : decideColumn(column, best)]))
  const whole = { columns: decided, pair: best?.pair, rowFilters: best?.rowFilters ?? [], limits: best?.limits ?? {} }
  if (needsNone) {
    // Nothing that was named rests on the agreement: then its filter and its limits bind only if a column of it is given.
    const rests = columns.some((column) => !isFree(column) && decided.get(column.name) !== denied)
    return rests ? { ...whole, refusal: undefined } : { columns: decided, pair: undefined, rowFilters: [], limits: {}, refusal: undefined }
  }
  if (best === undefined)
    return {
      ...whole,
      refusal: refusalWithout(
        table,
        readable === 'NOTHING',
        named.find((c) => !isFree(c)),
        request,
      ),
    }
  const fault = named.find(({ name }) => decided.get(name) === denied)
  if (fault !== undefined) return { ...whole, refusal: refusedUse(table, fault, best) }
  if (readable === 'NOTHING' && countsRows && !best.countsRows)
    return { ...whole, refusal: { code: 'FORBIDDEN', message: `The agreement does not let the rows of ${table.id} be counted.` } }
  if (readable === 'NOTHING' && named.length === 0 && !countsRows && [...decided.values()].every((column) => column === denied))
    return { ...whole, refusal: { code: 'FORBIDDEN', message: `The agreement lets no column of ${table.id} be used like this.` } }
  return { ...whole, refusal: undefined }
}

/** The pair that lets all named columns be used, and changes the fewest; else the first, which then says what is missing. */
function bestOf(grants: readonly Grant[], named: readonly AskedColumn[]): Grant | undefined {
  const cost = (grant: Grant) => {
    const decisions = named.map((column) => decideColumn(column, grant).decision)
    return [
      decisions.filter((decision) => decision === 'DENY').length,
      decisions.filter((decision) => decision === 'MASK').length,
      grant.rowFilters.length,
    ] as const
  }
  return grants
    .map((grant) => ({ grant, cost: cost(grant) }))
    .reduce<{ grant: Grant; cost: readonly number[] } | undefined>(
      (best, other) => (best === undefined || isLess(other.cost, best.cost) ? other : best),
      undefined,
    )?.grant
}

function isLess(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index])
  return at >= 0 && (one[at] as number) < (other[at] as number)
}

function decideColumn({ name, shape, uses }: AskedColumn, grant: Grant | undefined): ColumnDecision {
  const granted = grant?.columnOf(name)
  if (granted === undefined || granted.uses.length === 0 || !uses.every((use) => granted.uses.includes(use))) return denied
  try {
    const mask = columnObligation(granted.obligations, shape)
    return { decision: mask === undefined ? 'ALLOW' : 'MASK', mask, obligations: granted.obligations }
  } catch (thrown) {
    if (thrown instanceof Unenforceable) return denied
    throw thrown
  }
}
