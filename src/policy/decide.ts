import type { Shape, Sensitivity } from '../connector/column.js'
import { type Guarded, mayReadColumn, readableBy } from '../connector/may-read.js'
import type { ErrorCode } from '../errors.js'
import type { Agreement, AgreedTable, AgreedUse, Obligation, SignedAgreement } from './agreement.js'
import { columnObligation, type ColumnObligation, tableLimits, type TableLimits, UnknownObligation } from './obligations.js'
import { readRowFilter, type RowFilter } from './row-filter.js'
import { covers, type PurposeTree } from './purposes.js'

/** A table, as far as it matters for who may read it. `id` is the hub's. */
export interface PolicyTable extends Guarded {
  readonly id: string
}

/** A column that is asked for, and what for. */
export interface AskedColumn {
  readonly name: string
  readonly shape: Shape
  readonly sensitivity: Sensitivity
  /** Empty: the column is only read on the way. */
  readonly uses: readonly AgreedUse[]
  /** False where the viewer did not name it: if it is denied it is left out, and the rest is answered. */
  readonly isNamed: boolean
}

/** Who asks, what for, and under what. */
export interface PolicyRequest {
  /** The organisation that the viewer speaks for. */
  readonly organisation: string | undefined
  /** The IRI of the one purpose that the request confirms. */
  readonly purpose: string | undefined
  /** Agreements whose signatures were verified and which nobody has suspended or ended. */
  readonly agreements: readonly SignedAgreement[]
  readonly purposes: PurposeTree
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A disclosure and the recipient's receipt, which let rows flow together. */
export interface AgreementPair {
  readonly disclosure: SignedAgreement
  readonly receipt: SignedAgreement
}

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

/** Why something is refused. */
export interface Refusal {
  readonly code: Extract<ErrorCode, 'UNAUTHENTICATED' | 'FORBIDDEN' | 'PURPOSE_REQUIRED' | 'PURPOSE_NOT_PERMITTED' | 'AGREEMENT_REQUIRED'>
  readonly message: string
  /** The column that is at fault, if one is. */
  readonly column?: string
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

/** What a pair of agreements lets be done with a table. */
interface Grant {
  readonly pair: AgreementPair
  readonly columnOf: (name: string) => { readonly uses: readonly AgreedUse[]; readonly obligations: readonly Obligation[] } | undefined
  readonly countsRows: boolean
  /** Which rows it lets leave: those that pass all of them. */
  readonly rowFilters: readonly RowFilter[]
  readonly limits: TableLimits
}

/** The pairs that stand now for this viewer, table and purpose, in the order of their ids. */
function grantsOf(table: PolicyTable, request: PolicyRequest): Grant[] {
  const { organisation, purpose, purposes, now } = request
  if (organisation === undefined || purpose === undefined || !purposes.has(purpose)) return []
  const standing = standingFor(table, request).filter(({ agreement }) =>
    agreement.purposes.some((granted) => covers(purposes, granted, purpose)),
  )
  const receipts = standing.filter(({ agreement }) => agreement.kind === 'RECEIPT')
  return standing
    .filter(({ agreement }) => agreement.kind === 'DISCLOSURE')
    .flatMap((disclosure) => receipts.flatMap((receipt) => grantOf(table.id, { disclosure, receipt }, now) ?? []))
}

/** The agreements about a table that bind this organisation as a recipient now, whatever their purposes. */
function standingFor({ id, owner }: PolicyTable, { organisation, agreements, now }: PolicyRequest): SignedAgreement[] {
  if (organisation === undefined || owner === undefined) return []
  return agreements
    .filter(
      ({ agreement }) =>
        agreement.discloser === owner &&
        agreement.recipients.includes(organisation) &&
        isValidAt(agreement, now) &&
        agreement.tables.some(({ table }) => table === id),
    )
    .sort((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
}

const orderOf = ({ agreement }: SignedAgreement) => `${agreement.id} ${String(agreement.version).padStart(9, '0')}`

/** Whether an agreement is in its time. */
export function isValidAt({ validFrom, validUntil }: Pick<Agreement, 'validFrom' | 'validUntil'>, now: number): boolean {
  return Date.parse(validFrom) <= now && now < Date.parse(validUntil)
}

function grantOf(id: string, pair: AgreementPair, now: number): Grant | undefined {
  const given = tableOf(pair.disclosure.agreement, id)
  const accepted = tableOf(pair.receipt.agreement, id)
  if (given === undefined || accepted === undefined) return undefined
  try {
    const limits = tableLimits([...given.obligations, ...accepted.obligations])
    if (limits.expiresAt !== undefined && now >= limits.expiresAt) return undefined
    const columns = new Map(given.columns.map((column) => [column.column, column]))
    const taken = new Map(accepted.columns.map((column) => [column.column, column]))
    const columnOf = (name: string) => {
      const column = columns.get(name)
      if (column === undefined) return undefined
      if (taken.size === 0) return column
      const other = taken.get(name)
      if (other === undefined) return undefined
      return { uses: column.uses.filter((use) => other.uses.includes(use)), obligations: [...column.obligations, ...other.obligations] }
    }
    const tells = (name: string) => columnOf(name)?.uses.some((use) => use === 'SELECT' || use === 'GROUP' || use === 'AGGREGATE') === true
    return {
      pair,
      columnOf,
      countsRows: [...columns.keys()].some(tells),
      rowFilters: [given.rowFilter, accepted.rowFilter].filter((filter) => filter !== null).map(readRowFilter),
      limits,
    }
  } catch (thrown) {
    // A limit that is not understood may be the one that matters.
    if (thrown instanceof UnknownObligation) return undefined
    throw thrown
  }
}

function tableOf({ tables }: Agreement, id: string): AgreedTable | undefined {
  const named = tables.filter(({ table }) => table === id)
  // Two entries of one table could be read in two ways.
  return named.length === 1 ? named[0] : undefined
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
    if (thrown instanceof UnknownObligation) return denied
    throw thrown
  }
}

function refusedUse({ id }: PolicyTable, { name, uses }: AskedColumn, grant: Grant): Refusal {
  const missing = uses.filter((use) => grant.columnOf(name)?.uses.includes(use) !== true)
  const what = missing.length === 0 ? 'with what it asks to be done to its values' : `for ${missing.join(', ')}`
  return {
    code: 'FORBIDDEN',
    message: `The agreement ${grant.pair.disclosure.agreement.id} does not let the column '${name}' of ${id} be used ${what}.`,
    column: name,
  }
}

/** Why nothing stands for this table, this viewer and this purpose. @param isWhole whether the table as a whole needs an agreement. */
function refusalWithout(table: PolicyTable, isWhole: boolean, column: AskedColumn | undefined, request: PolicyRequest): Refusal {
  const { organisation, purpose, purposes, agreements } = request
  const { id, access } = table
  const thing = isWhole
    ? `The table ${id} is ${access === 'CLOSED' ? 'closed' : 'shared with some organisations'}`
    : columnThing(id, column)
  const at = isWhole || column === undefined ? {} : { column: column.name }
  if (organisation === undefined) {
    if (isWhole && access === 'SHARED') return { code: 'UNAUTHENTICATED', message: `${thing}: send the token of one of them.` }
    return isWhole
      ? {
          code: 'AGREEMENT_REQUIRED',
          message: `${thing}: its own organisation alone may read it, and others need an agreement in force that covers it.`,
        }
      : { code: 'FORBIDDEN', message: `${thing}: it needs an agreement that covers this use.`, ...at }
  }
  const standing = standingFor(table, { ...request, agreements })
  if (standing.some(({ agreement }) => agreement.kind === 'DISCLOSURE')) {
    if (purpose === undefined)
      return {
        code: 'PURPOSE_REQUIRED',
        message: `${thing}. Your organisation has an agreement: confirm the one purpose that you need it for.`,
        ...at,
      }
    const forPurpose = purposes.has(purpose)
      ? standing.filter(({ agreement }) => agreement.purposes.some((granted) => covers(purposes, granted, purpose)))
      : []
    if (!forPurpose.some(({ agreement }) => agreement.kind === 'DISCLOSURE'))
      return {
        code: 'PURPOSE_NOT_PERMITTED',
        message: `${thing}, and no agreement of your organisation covers it for the purpose ${purpose}.`,
        ...at,
      }
    if (!forPurpose.some(({ agreement }) => agreement.kind === 'RECEIPT'))
      return { code: 'AGREEMENT_REQUIRED', message: `${thing}: your organisation has not signed a receipt for it that is in force.`, ...at }
  }
  if (!isWhole) return { code: 'FORBIDDEN', message: `${thing}: it needs an agreement that covers this use.`, ...at }
  if (access === 'SHARED') return { code: 'FORBIDDEN', message: `The table ${id} is not shared with your organisation.` }
  return {
    code: 'AGREEMENT_REQUIRED',
    message: `${thing}: its own organisation alone may read it, and others need an agreement in force that covers it.`,
  }
}

function columnThing(id: string, column: AskedColumn | undefined): string {
  return `The column '${column?.name ?? ''}' of ${id} points to persons and is never open`
}
