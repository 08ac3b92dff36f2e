import type { Agreement, AgreedTable, AgreedUse, Obligation, SignedAgreement } from './agreement.js'
import { tableLimits, type TableLimits, Unenforceable } from './obligations.js'
import { covers } from './purposes.js'
import type { AgreementPair, PolicyRequest, PolicyTable } from './request.js'
import { readRowFilter, type RowFilter } from './row-filter.js'

/** What a pair of agreements lets be done with a table. */
export interface Grant {
  readonly pair: AgreementPair
  readonly columnOf: (name: string) => { readonly uses: readonly AgreedUse[]; readonly obligations: readonly Obligation[] } | undefined
  readonly countsRows: boolean
  /** Which rows it lets leave: those that pass all of them. */
  readonly rowFilters: readonly RowFilter[]
  readonly limits: TableLimits
}

/** The pairs that stand now for this viewer, table and purpose, in the order of their ids. */
export function grantsOf(table: PolicyTable, request: PolicyRequest): Grant[] {
  const { organisation, purpose, purposes, now } = request
  if (organisation === undefined || purpose === undefined || !purposes.has(purpose)) return []
  const standing = standingFor(table, request).filter((one) => isFor(one, request))
  const receipts = standing.filter(({ agreement }) => agreement.kind === 'RECEIPT')
  return standing
    .filter(({ agreement }) => agreement.kind === 'DISCLOSURE')
    .flatMap((disclosure) => receipts.flatMap((receipt) => grantOf(table.id, { disclosure, receipt }, now) ?? []))
}

/** The agreements about a table that bind this organisation as a recipient now, whatever their purposes. */
export function standingFor({ id, owner }: PolicyTable, { organisation, agreements, now }: PolicyRequest): SignedAgreement[] {
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
    if (thrown instanceof Unenforceable) return undefined
    throw thrown
  }
}

function tableOf({ tables }: Agreement, id: string): AgreedTable | undefined {
  const named = tables.filter(({ table }) => table === id)
  // Two entries of one table could be read in two ways.
  return named.length === 1 ? named[0] : undefined
}

/** Whether an agreement covers the purpose that a request confirms. */
export function isFor({ agreement }: SignedAgreement, { purpose, purposes }: Pick<PolicyRequest, 'purpose' | 'purposes'>): boolean {
  return purpose !== undefined && agreement.purposes.some((granted) => covers(purposes, granted, purpose))
}
