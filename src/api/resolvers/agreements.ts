import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { agreementsScope, type AgreementConditions, type HeldAgreement, stateNow } from '../../agreements/agreement-store.js'
import { draftAgreement } from '../../agreements/draft-agreement.js'
import { BadUserInput } from '../../errors.js'
import type { Purpose as PolicyPurpose } from '../../policy/purposes.js'
import { connectionOf } from '../connection.js'
import type { Context } from '../context.js'
import { Agreement, AgreementConnection, AgreementFilter, AgreementInput, AgreementTable, Purpose, Signature } from '../types/agreement.js'
import { Organisation, Table } from '../types/catalogue.js'
import { Viewer } from '../types/viewer.js'

const mayWrite = `@requiresScopes(scopes: [["${agreementsScope}"]])`
const id = 'The id of the agreement'

@Resolver()
export class AgreementsResolver {
  @Directive('@public')
  @Query(() => [Purpose], { description: 'The purposes that this hub knows: terms of the Data Privacy Vocabulary, and its own' })
  purposes(@Ctx() { purposes }: Context) {
    return [...purposes.values()]
  }

  @Directive('@authenticated')
  @Query(() => AgreementConnection, {
    nullable: true,
    description: 'The agreements of the viewer’s organisation, the latest first; with the scope hub:operate those of all',
  })
  async agreements(
    @Arg('filter', () => AgreementFilter, { nullable: true, description: 'Absent: all' }) filter: AgreementFilter | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 20, description: 'Agreements on the page, 0 to 100' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'pageInfo.endCursor of the page before. Absent: the first page' })
    after: string | null,
    @Ctx() { agreements, viewer }: Context,
  ) {
    const page = await agreements.page(viewer, (filter ?? {}) as AgreementConditions, { first, after })
    return connectionOf(page.agreements.map(shownAgreement), page.cursors, page)
  }

  @Directive('@authenticated')
  @Query(() => Agreement, { nullable: true, description: 'An agreement; null where there is none, or the viewer is no party of it' })
  async agreement(@Arg('id', () => ID, { description: id }) id: string, @Ctx() { agreements, viewer }: Context) {
    const held = await agreements.find(id, viewer)
    return held && shownAgreement(held)
  }

  @Directive(mayWrite)
  @Mutation(() => Agreement, {
    nullable: true,
    description:
      'Makes a draft, for the discloser or a recipient. All that it names has to be there, and to be enforceable. Needs the scope agreements:write',
  })
  async createAgreement(
    @Arg('input', () => AgreementInput, { description: 'What is agreed' }) input: AgreementInput,
    @Ctx() context: Context,
  ) {
    const { agreements, viewer, purposes, legalBases, query, loaders } = context
    const agreement = await draftAgreement(normalised(input), {
      organisation: viewer.organisation ?? '',
      purposes,
      legalBases,
      tables: (ids) => query.catalogue.tables(ids),
      isProcess: (spokeId) => query.sources.get(spokeId)?.source.decidesAccess === true,
      isKnown: async (organisation) => agreements.knowsKeyOf(organisation) || (await loaders.organisation.load(organisation)) !== null,
    })
    return shownAgreement(await agreements.create(agreement, viewer))
  }

  @Directive(mayWrite)
  @Mutation(() => Agreement, { nullable: true, description: 'Offers a draft to its parties: from now on its text is fixed' })
  async offerAgreement(@Arg('id', () => ID, { description: id }) id: string, @Ctx() { agreements, viewer }: Context) {
    return shownAgreement(await agreements.change(id, 'offer', viewer))
  }

  @Directive(mayWrite)
  @Mutation(() => Agreement, { nullable: true, description: 'Signs for the viewer’s organisation. The last signature makes it agreed' })
  async signAgreement(
    @Arg('id', () => ID, { description: id }) id: string,
    @Arg('jws', () => String, { description: 'A compact JWS (RFC 7515) with typ agreement+jws and kid, whose payload is `canonical`' })
    jws: string,
    @Ctx() { agreements, viewer }: Context,
  ) {
    return shownAgreement(await agreements.sign(id, jws, viewer))
  }

  @Directive(mayWrite)
  @Mutation(() => Agreement, { nullable: true, description: 'Suspends an agreement at once. Only who has suspended it lets it go on' })
  async suspendAgreement(
    @Arg('id', () => ID, { description: id }) id: string,
    @Arg('reason', () => String, { description: 'Why, for the other parties: 1 to 1,000 characters' }) reason: string,
    @Ctx() { agreements, viewer }: Context,
  ) {
    return shownAgreement(await agreements.change(id, 'suspend', viewer, checkedReason(reason)))
  }

  @Directive(mayWrite)
  @Mutation(() => Agreement, { nullable: true, description: 'Lets an agreement go on that the viewer’s organisation has suspended' })
  async resumeAgreement(@Arg('id', () => ID, { description: id }) id: string, @Ctx() { agreements, viewer }: Context) {
    return shownAgreement(await agreements.change(id, 'resume', viewer))
  }

  @Directive(mayWrite)
  @Mutation(() => Agreement, { nullable: true, description: 'Ends an agreement for good' })
  async terminateAgreement(
    @Arg('id', () => ID, { description: id }) id: string,
    @Arg('reason', () => String, { description: 'Why, for the other parties: 1 to 1,000 characters' }) reason: string,
    @Ctx() { agreements, viewer }: Context,
  ) {
    return shownAgreement(await agreements.change(id, 'terminate', viewer, checkedReason(reason)))
  }
}

/** An agreement as the graph has it, without what is looked up. */
interface Shown extends Omit<HeldAgreement['agreement'], 'tables'> {
  readonly held: HeldAgreement
}

/** An agreement as the graph has it. */
export function shownAgreement(held: HeldAgreement): Shown {
  const { canonical, digest, reason } = held
  const tables = held.agreement.tables.map(({ table, ...agreed }) => ({ ...agreed, tableId: table }))
  return { ...held.agreement, tables, canonical, digest, reason, state: stateNow(held), held } as Shown
}

@Resolver(() => Agreement)
export class AgreementResolver {
  @FieldResolver(() => Organisation, { description: 'Whose data they are' })
  discloser(@Root() { held }: Shown, @Ctx() context: Context) {
    return organisation(held.agreement.discloser, context)
  }

  @FieldResolver(() => [Organisation], { description: 'Who may have them' })
  recipients(@Root() { held }: Shown, @Ctx() context: Context) {
    return Promise.all(held.agreement.recipients.map((recipient) => organisation(recipient, context)))
  }

  @FieldResolver(() => [Purpose], { description: 'For what; each covers its narrower ones' })
  purposes(@Root() { held }: Shown, @Ctx() { purposes }: Context): PolicyPurpose[] {
    // One that this hub no longer knows opens nothing, and is shown all the same.
    return held.agreement.purposes.map((iri) => purposes.get(iri) ?? { iri, label: iri, description: null, broader: [] })
  }

  @FieldResolver(() => [Signature], { description: 'The signatures so far, the first one first' })
  signatures(@Root() { held }: Shown, @Ctx() context: Context) {
    return Promise.all(
      held.signatures.map(async ({ organisation: party, jws, signedAt }) => ({
        organisation: await organisation(party, context),
        jws,
        signedAt,
        approvedBy: null,
      })),
    )
  }
}

@Resolver(() => AgreementTable)
export class AgreementTableResolver {
  @FieldResolver(() => Table, { nullable: true, description: 'The table; null where it is gone, or the viewer may not see it' })
  table(@Root() { tableId }: AgreementTable, @Ctx() { loaders }: Context) {
    return loaders.table.load(tableId)
  }
}

@Resolver(() => Purpose)
export class PurposeResolver {
  @FieldResolver(() => [Purpose], { description: 'The purposes that it is a part of (skos:broader); empty at the top' })
  broader(@Root() { broader }: PolicyPurpose, @Ctx() { purposes }: Context): PolicyPurpose[] {
    return broader.flatMap((iri) => purposes.get(iri) ?? [])
  }
}

@Resolver(() => Viewer)
export class ViewerPurposesResolver {
  @FieldResolver(() => [Purpose], {
    description: 'The purposes for which agreements in force let the viewer’s organisation have data of others; empty without a token',
  })
  async purposes(@Ctx() { viewer, agreements, purposes }: Context): Promise<PolicyPurpose[]> {
    if (viewer.organisation === undefined) return []
    return (await agreements.purposesOf(viewer.organisation)).flatMap((iri) => purposes.get(iri) ?? [])
  }
}

/** An organisation without a spoke here is known by its id alone. */
async function organisation(id: string, { loaders }: Context) {
  return (await loaders.organisation.load(id)) ?? { id, name: id, gss: null }
}

function checkedReason(reason: string): string {
  const trimmed = reason.trim()
  if (trimmed === '' || trimmed.length > 1000)
    throw new BadUserInput('The reason has to have 1 to 1,000 characters.', { inputPath: ['reason'] })
  return trimmed
}

/** The input in the form that is signed: what is absent is null, and times are in UTC. */
function normalised(input: AgreementInput): object {
  const plain = JSON.parse(JSON.stringify(input)) as AgreementInput
  const obligations = (given?: readonly { type: string; params?: unknown }[] | null) =>
    (given ?? []).map(({ type, params }) => ({ type, params: params ?? null }))
  const { legalGateway, retentionDays, onwardSharing, impactAssessment } = plain
  return {
    ...plain,
    legalGateway: legalGateway ?? null,
    retentionDays: retentionDays ?? null,
    onwardSharing: onwardSharing ?? false,
    impactAssessment: impactAssessment ? { sha256: impactAssessment.sha256, url: impactAssessment.url ?? null } : null,
    tables: plain.tables.map(({ table, columns, rowFilter, obligations: limits }) => ({
      table,
      rowFilter: rowFilter ?? null,
      obligations: obligations(limits),
      columns: columns.map(({ column, uses, obligations: masks }) => ({ column, uses, obligations: obligations(masks) })),
    })),
  }
}
