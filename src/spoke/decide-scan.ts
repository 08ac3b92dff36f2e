import type { Shape } from '../connector/column.js'
import type { Expression, Mask, Relation, TableScan } from '../connector/relation.js'
import { mapScans } from '../connector/traverse.js'
import { DialsError, SourceUnavailable } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { decideTable, type TableDecision } from '../policy/decide.js'
import type { AgreementPair, AskedColumn } from '../policy/request.js'
import type { Refusal } from '../policy/refusals.js'
import { Unenforceable } from '../policy/obligations.js'
import { columnsOfRowFilter, rowPredicate } from '../policy/row-filter.js'
import { usesOfRelation } from '../policy/uses-of-relation.js'
import type { AcceptedGrant, Agreements } from './agreements.js'
import type { Holding, Holdings, Owner } from './holdings.js'

/** What this spoke decides by. */
export interface ScanPolicy {
  readonly spokeId: string
  readonly holdings: Holdings
  readonly agreements: Agreements
}

/** A scan as this spoke lets it run. */
export interface DecidedScan {
  /** What leaves the spoke: rows that an agreement withholds are filtered away, and values changed, at the leaves. */
  readonly relation: Relation
  /** The most rows that the agreements let leave. Infinity where they do not say. */
  readonly rowsMax: number
  /** Whether some of it is let out by an agreement alone. */
  readonly isUnderAgreement: boolean
}

/**
 * The spoke decides access itself, whatever the hub decided: by its own sources, by whose spoke it is, by the organisation that the viewer
 * was found to speak for, by the agreements that it has verified, and by the relation that it is asked to run.
 * @throws FORBIDDEN, AGREEMENT_REQUIRED, PURPOSE_REQUIRED, PURPOSE_NOT_PERMITTED or SOURCE_UNAVAILABLE.
 */
export function decideScan(
  relation: Relation,
  { organisation }: Viewer,
  grant: AcceptedGrant | undefined,
  policy: ScanPolicy,
): DecidedScan {
  const { spokeId, holdings, agreements } = policy
  const { owner } = holdings
  const request = {
    organisation,
    purpose: grant?.purpose,
    agreements: grant?.agreements ?? [],
    purposes: agreements.purposes,
    now: Date.now(),
  }
  const decisions = new Map<string, TableDecision>()
  for (const [table, { columns, countsRows }] of usesOfRelation(relation)) {
    const holding = holdings.holdingOf(table)
    const { access, sharedWith } = holding.dataset
    const guarded = { id: `${spokeId}/${table}`, access, sharedWith, owner: owner.organisation, ownerReadsPersonal: owner.readsPersonal }
    const asked = [...columns].map(([name, uses]): AskedColumn => {
      const { sensitivity, type, scale } = columnOf(holding, table, name)
      return { name, shape: shapeOf(type, scale), sensitivity, uses: [...uses], isNamed: true }
    })
    const decision = decideTable(guarded, asked, request, { countsRows })
    if (decision.refusal !== undefined) throw refusalOf(decision.refusal, organisation, owner)
    decisions.set(table, decision)
  }
  const all = [...decisions.values()]
  return {
    relation: mapScans(relation, (scan) => leafOf(scan, holdings.holdingOf(scan.table), decisions.get(scan.table) as TableDecision)),
    rowsMax: Math.min(...all.map(({ limits }) => limits.maximumRows ?? Infinity), Infinity),
    isUnderAgreement: all.some(({ pair }) => pair !== undefined),
  }

  function leafOf(scan: TableScan, holding: Holding, { rowFilters, columns, pair }: TableDecision): Relation {
    const masks = scan.columns.map(({ name }) => maskOf(name, columns.get(name)?.mask, pair))
    if (rowFilters.length === 0 && masks.every((mask) => mask === undefined)) return scan
    const read = [...scan.columns]
    const tested = (name: string) => {
      const { type, scale } = columnOf(holding, scan.table, name)
      const known = read.findIndex((column) => column.name === name)
      const index = known >= 0 ? known : read.push({ name, ...shapeOf(type, scale) }) - 1
      return { index, shape: read[index] as Shape }
    }
    const predicates = rowFilters.map((filter) => {
      columnsOfRowFilter(filter).forEach(tested)
      return predicateOf(() => rowPredicate(filter, tested))
    })
    const input: Relation = { ...scan, columns: read }
    const kept: Relation = predicates.length === 0 ? input : { op: 'filter', predicate: { kind: 'and', terms: predicates }, input }
    const outputs = masks.map((mask, index): Expression => {
      const column: Expression = { kind: 'column', index }
      return mask === undefined ? column : { kind: 'mask', input: column, as: mask }
    })
    return { op: 'project', outputs, input: kept }
  }

  function maskOf(
    column: string,
    mask: NonNullable<ReturnType<TableDecision['columns']['get']>>['mask'],
    pair: AgreementPair | undefined,
  ): Mask | undefined {
    if (mask?.kind !== 'hash' && mask?.kind !== 'pseudonymise') return mask
    return { kind: 'keyed', key: agreements.keyOf(mask.kind, pair?.disclosure.agreement.id ?? '', request.purpose ?? '', column) }
  }
}

/** A rule that cannot be evaluated denies. */
function predicateOf<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (!(thrown instanceof Unenforceable)) throw thrown
    throw new DialsError('AGREEMENT_REQUIRED', 'The agreement has a row filter that this spoke cannot evaluate, so nothing is read.', {
      cause: thrown,
    })
  }
}

function columnOf({ columns }: Holding, table: string, name: string) {
  const column = columns.get(name)
  if (column === undefined)
    throw new SourceUnavailable(`The table ${table} has no column '${name}' any more. It is right again after the next harvest.`)
  return column
}

function shapeOf(type: Shape['type'], scale: number | undefined): Shape {
  return scale === undefined ? { type } : { type, scale }
}

/** As the hub would have refused it. UNAUTHENTICATED is left to what is wrong with the hub's own token. */
function refusalOf({ code, message }: Refusal, organisation: string | undefined, owner: Owner): DialsError {
  return new DialsError(code === 'UNAUTHENTICATED' ? 'AGREEMENT_REQUIRED' : code, message + hint(organisation, owner))
}

/** The hub asks with a viewer for what it takes to be the viewer's own: where this spoke does not, its operator can mend that. */
function hint(organisation: string | undefined, owner: Owner): string {
  return organisation === undefined || owner.organisation === organisation
    ? ''
    : ' If it is your own, the spoke’s operator has to name your organisation in spoke.yaml.'
}
