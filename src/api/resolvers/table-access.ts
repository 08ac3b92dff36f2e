import { Arg, Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { TableRow } from '../../catalogue/rows.js'
import { decideTable } from '../../policy/decide.js'
import { obligationText } from '../../policy/obligations.js'
import type { Context } from '../context.js'
import { Iri } from '../scalars.js'
import { Agreement, TableAccess } from '../types/agreement.js'
import { Table } from '../types/catalogue.js'
import { shownAgreement } from './agreements.js'

/** An answer of `access`, and the table that it is about. */
interface Answered extends Omit<TableAccess, 'agreements'> {
  readonly tableId: string
}

@Resolver(() => Table)
export class TableAccessResolver {
  @FieldResolver(() => TableAccess, {
    nullable: true,
    description: 'What the viewer may do with it. It is only told, so it is not recorded; the spoke decides each query again',
  })
  async access(
    @Root() { id }: TableRow,
    @Arg('purpose', () => Iri, { nullable: true, description: 'For which purpose. Absent: the one that the request confirms, if any' })
    purpose: string | null,
    @Ctx() { query, viewer, agreements, purposes }: Context,
  ): Promise<Answered | null> {
    const [table] = await query.catalogue.tables([id])
    if (table === undefined) return null
    const { organisation } = viewer
    const request = {
      organisation,
      purpose: purpose ?? query.policy?.purpose,
      agreements: organisation === undefined ? [] : await agreements.inForceFor(organisation, [id]),
      purposes,
      now: Date.now(),
    }
    const asked = table.columns.map(({ name, type, scale, sensitivity }) => ({
      name,
      shape: scale === null ? { type } : { type, scale },
      sensitivity,
      uses: [],
      isNamed: false,
    }))
    const { columns, refusal, pair } = decideTable({ ...table, owner: table.organisationId }, asked, request)
    const told = table.columns.map(({ name }) => {
      const column = refusal === undefined ? columns.get(name) : undefined
      return { column: name, decision: column?.decision ?? 'DENY', obligations: (column?.obligations ?? []).map(obligationText) } as const
    })
    const isAll = (decision: string) => told.every((column) => column.decision === decision)
    return {
      tableId: id,
      decision: isAll('ALLOW') ? 'ALLOW' : isAll('DENY') ? 'DENY' : 'MASK',
      columns: told,
      reasons: [
        ...(refusal === undefined ? [] : [refusal.message]),
        ...(pair === undefined ? [] : [`Under the agreement '${pair.disclosure.agreement.title}' and its receipt.`]),
      ],
    }
  }
}

@Resolver(() => TableAccess)
export class TableAccessAgreementsResolver {
  @FieldResolver(() => [Agreement], {
    description: 'The agreements in force about the table, of which the viewer’s organisation is a recipient',
  })
  async agreements(@Root() { tableId }: Answered, @Ctx() { viewer, agreements }: Context) {
    if (viewer.organisation === undefined) return []
    const standing = await agreements.inForceFor(viewer.organisation, [tableId])
    const held = await Promise.all(standing.map(({ agreement }) => agreements.find(agreement.id, viewer)))
    return held.flatMap((one) => (one === null ? [] : [shownAgreement(one)]))
  }
}
