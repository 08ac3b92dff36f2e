import { createHash } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import type { Knex } from 'knex'
import { LRUCache } from 'lru-cache'
import type { Auditor } from '../audit/auditor.js'
import { isUuid } from '../connector/is-uuid.js'
import { prepared } from '../database/prepared.js'
import { BadUserInput, DialsError } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { type Agreement, agreementSchema, canonicalAgreement, type SignedAgreement } from '../policy/agreement.js'
import { isSignedBy } from '../policy/signature.js'
import { type Act, type AgreementState, type KeptState, stateAfter, stateAt } from '../policy/state.js'
import { cursorOfAgreement, placeOfCursor } from './cursor.js'

/** The scope that lets a token make, sign and end agreements for its organisation. */
export const agreementsScope = 'agreements:write'

/** An agreement as the hub holds it. */
export interface HeldAgreement extends SignedAgreement {
  readonly state: KeptState
  readonly changedBy: string
  readonly reason: string | null
  readonly signatures: readonly HeldSignature[]
}

/** A signature, and when the hub has taken it. */
export interface HeldSignature {
  readonly organisation: string
  readonly jws: string
  readonly signedAt: Date
}

/** Which agreements. All that are given have to hold. */
export interface AgreementConditions {
  readonly states?: readonly AgreementState[] | null | undefined
  readonly organisation?: string | null | undefined
  readonly purpose?: string | null | undefined
  readonly table?: string | null | undefined
}

/** A page of agreements, the latest first. */
export interface AgreementPage {
  readonly agreements: readonly HeldAgreement[]
  readonly cursors: readonly string[]
  readonly totalCount: number
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}

const pageMax = 100

/** The agreements of a hub. Only their parties see them, and who operates the hub. */
export class AgreementStore {
  constructor(
    private readonly knex: Knex,
    private readonly auditor: Pick<Auditor, 'changed'>,
    /** The keys by which each organisation signs. */
    private readonly keys: ReadonlyMap<string, JSONWebKeySet>,
  ) {}

  /** Whether an organisation has a key that it signs with. */
  knowsKeyOf(organisation: string): boolean {
    return this.keys.has(organisation)
  }

  /** Keeps a new agreement, as a draft. The caller has seen to it that what it names is there. */
  async create(agreement: Agreement, viewer: Viewer): Promise<HeldAgreement> {
    const organisation = organisationOf(viewer)
    await this.auditor.changed('agreement', { act: 'create', agreement })
    await this.knex.transaction(async (transaction) => {
      await transaction('agreements').insert({
        id: agreement.id,
        canonical: canonicalAgreement(agreement),
        kind: agreement.kind,
        state: 'DRAFT',
        discloser: agreement.discloser,
        recipients: agreement.recipients,
        purposes: agreement.purposes,
        valid_from: agreement.validFrom,
        valid_until: agreement.validUntil,
        changed_by: organisation,
      })
      const tables = agreement.tables.map(({ table }) => ({
        agreement: agreement.id,
        table_id: table,
        dataset_id: table.slice(0, table.lastIndexOf('/')),
      }))
      await transaction('agreement_tables').insert(tables)
    })
    return (await this.find(agreement.id, viewer)) as HeldAgreement
  }

  /**
   * Offers, suspends, resumes or ends an agreement.
   * @throws BAD_USER_INPUT where there is none that the viewer may see, or its state does not allow it; FORBIDDEN where its organisation may not.
   */
  change(id: string, act: Exclude<Act, 'sign'>, viewer: Viewer, reason: string | null = null): Promise<HeldAgreement> {
    return this.#act(id, act, viewer, reason, () => Promise.resolve())
  }

  /**
   * Takes the signature of the viewer's organisation.
   * @throws BAD_USER_INPUT where it does not hold, or as `change`.
   */
  sign(id: string, jws: string, viewer: Viewer): Promise<HeldAgreement> {
    return this.#act(id, 'sign', viewer, null, async (transaction, { canonical }, organisation) => {
      const keys = this.keys.get(organisation)
      if (keys === undefined)
        throw new BadUserInput('This hub knows no key of your organisation: its operator has to name it under organisations in hub.yaml.', {
          inputPath: ['jws'],
        })
      if (!(await isSignedBy(jws, canonical, keys)))
        throw new BadUserInput(
          'This is no signature of the agreement by a key of your organisation: a compact JWS with typ agreement+jws and the kid, over exactly the bytes of `canonical`.',
          { inputPath: ['jws'] },
        )
      await transaction('agreement_signatures').insert({ agreement: id, organisation, jws })
    })
  }

  async #act(
    id: string,
    act: Act,
    viewer: Viewer,
    reason: string | null,
    also: (transaction: Knex.Transaction, held: HeldAgreement, organisation: string) => Promise<void>,
  ): Promise<HeldAgreement> {
    const organisation = organisationOf(viewer)
    await this.knex.transaction(async (transaction) => {
      // One after the other: two signatures at once are the last two.
      await transaction('agreements')
        .where({ id: idOr(id) })
        .forUpdate()
        .select('id')
      const held = await this.find(id, viewer, transaction)
      if (held === null) throw new BadUserInput('There is no such agreement.', { inputPath: ['id'] })
      const { agreement, state, signatures, changedBy } = held
      const signedBy = signatures.map((signature) => signature.organisation)
      const next = stateAfter({ agreement, state, signedBy, changedBy }, act, organisation, Date.now())
      await also(transaction, held, organisation)
      await this.auditor.changed('agreement', { act, id, digest: held.digest, organisation, reason })
      const offered = act === 'offer' ? { offered_at: transaction.fn.now() } : {}
      await transaction('agreements')
        .where({ id })
        .update({ state: next, changed_by: organisation, reason, ...offered })
    })
    return (await this.find(id, viewer)) as HeldAgreement
  }

  /** An agreement. Null where there is none, or the viewer may not see it. */
  async find(id: string, viewer: Viewer, database: Knex = this.knex): Promise<HeldAgreement | null> {
    const row = (await seenBy(database('agreements'), viewer)
      .where({ id: idOr(id) })
      .select(selection(database))
      .first()) as Row | undefined
    return row === undefined ? null : heldOf(row)
  }

  /** A page of the agreements that a viewer sees, the latest first. @throws BAD_USER_INPUT for a cursor that is none, or a page that is too long. */
  async page(
    viewer: Viewer,
    { states, organisation, purpose, table }: AgreementConditions,
    { first, after }: { readonly first?: number | null | undefined; readonly after?: string | null | undefined },
  ): Promise<AgreementPage> {
    const size = first ?? 20
    if (size < 0 || size > pageMax) throw new BadUserInput(`first has to be 0 to ${pageMax}.`, { inputPath: ['first'] })
    const all = () => {
      const query = seenBy(this.knex('agreements'), viewer)
      if (organisation) void query.whereRaw('(recipients || discloser) @> array[?]', [organisation])
      if (purpose) void query.whereRaw('purposes @> array[?]', [purpose])
      if (table) void query.whereIn('id', this.knex('agreement_tables').where({ table_id: table }).select('agreement'))
      if (states) void query.whereRaw(`${shownState} = any(?)`, [[...states]])
      return query
    }
    const place = after === null || after === undefined ? undefined : placeOfCursor(after)
    const [count, rows] = await Promise.all([
      all().count({ total: '*' }) as unknown as Promise<{ total: string | number }[]>,
      all()
        .modify((query) => {
          if (place !== undefined) void query.whereRaw('(created_at, id) < (?::timestamptz, ?::uuid)', [place.createdAt, place.id])
        })
        .orderBy([
          { column: 'created_at', order: 'desc' },
          { column: 'id', order: 'desc' },
        ])
        .limit(size + 1)
        .select(selection(this.knex)) as unknown as Promise<Row[]>,
    ])
    const page = rows.slice(0, size)
    return {
      agreements: page.map(heldOf),
      cursors: page.map(({ createdAt, id }) => cursorOfAgreement({ createdAt, id })),
      totalCount: Number(count[0]?.total ?? 0),
      hasNextPage: rows.length > size,
      hasPreviousPage: place !== undefined,
    }
  }

  /** The agreements about any of these tables that are agreed and in their time, in which an organisation is a recipient. */
  async inForceFor(organisation: string, tables: readonly string[]): Promise<SignedAgreement[]> {
    const { rows } = (await prepared(this.knex.raw(inForceSql, [organisation, [...tables]]))) as { rows: Row[] }
    return rows.map(heldOf)
  }

  /** The IRIs of the purposes for which agreements in force let an organisation have data. */
  async purposesOf(organisation: string): Promise<string[]> {
    const { rows } = (await this.knex.raw(
      `select distinct unnest(purposes) as purpose from agreements
      where state = 'AGREED' and recipients @> array[?] and kind = 'DISCLOSURE' and now() >= valid_from and now() < valid_until order by 1`,
      [organisation],
    )) as { rows: { purpose: string }[] }
    return rows.map(({ purpose }) => purpose)
  }
}

/** As text and prepared: it is a part of every query of what is not open. */
const inForceSql = `select agreements.id, canonical, state, changed_by as "changedBy", reason,
  (select coalesce(json_agg(json_build_object('organisation', organisation, 'jws', jws, 'signedAt', signed_at)), '[]')
    from agreement_signatures where agreement = agreements.id) as signatures
  from agreements where state = 'AGREED' and recipients @> array[?] and now() >= valid_from and now() < valid_until
  and id in (select agreement from agreement_tables where table_id = any(?))`

/** The state that is shown: policy/state.ts, for the database. */
const shownState = `(case when state in ('TERMINATED', 'DRAFT') then state when now() >= valid_until then 'EXPIRED'
  when state = 'AGREED' and now() >= valid_from then 'IN_FORCE' else state end)`

interface Row {
  readonly id: string
  readonly canonical: string
  readonly state: KeptState
  readonly changedBy: string
  readonly reason: string | null
  readonly createdAt: string
  readonly signatures: readonly { organisation: string; jws: string; signedAt: string }[]
}

const selection = (knex: Knex) => ({
  id: 'agreements.id',
  canonical: 'canonical',
  state: 'state',
  changedBy: 'changed_by',
  reason: 'reason',
  createdAt: knex.raw(`to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`),
  signatures: knex.raw(`(select coalesce(json_agg(json_build_object('organisation', organisation, 'jws', jws, 'signedAt', signed_at)
    order by signed_at, organisation), '[]') from agreement_signatures where agreement = agreements.id)`),
})

/** The most characters of texts that are kept read; a read one takes some times as much. */
const textsMax = 16 * 1024 * 1024

/** Texts never change once they are signed, so each is read once. */
const readTexts = new LRUCache<string, Pick<SignedAgreement, 'agreement' | 'digest'>>({
  maxSize: textsMax,
  sizeCalculation: (_read, text) => text.length,
})

function readText(canonical: string): Pick<SignedAgreement, 'agreement' | 'digest'> {
  const known = readTexts.get(canonical)
  if (known !== undefined) return known
  const digest = createHash('sha256').update(canonical).digest('hex')
  const read = { agreement: agreementSchema.parse(JSON.parse(canonical)), digest }
  readTexts.set(canonical, read)
  return read
}

function heldOf({ canonical, state, changedBy, reason, signatures }: Row): HeldAgreement {
  return {
    ...readText(canonical),
    canonical,
    state,
    changedBy,
    reason,
    signatures: signatures.map(({ signedAt, ...signature }) => ({ ...signature, signedAt: new Date(signedAt) })),
  }
}

/** What was never offered is its maker's alone, also once it is ended. */
function seenBy(agreements: Knex.QueryBuilder, { organisation, scopes }: Viewer): Knex.QueryBuilder {
  if (scopes.includes('hub:operate')) return agreements
  if (organisation === undefined) return agreements.whereRaw('false')
  return agreements.whereRaw(`(recipients || discloser) @> array[?] and (offered_at is not null or changed_by = ?)`, [
    organisation,
    organisation,
  ])
}

/** What is no id of an agreement is that of none. */
function idOr(id: string): string {
  return isUuid(id) ? id : '00000000-0000-0000-0000-000000000000'
}

function organisationOf({ organisation }: Viewer): string {
  if (organisation === undefined) throw new DialsError('FORBIDDEN', 'This needs a token that speaks for an organisation.')
  return organisation
}

/** The state that an agreement is in now. */
export function stateNow(held: HeldAgreement): AgreementState {
  return stateAt(held, Date.now())
}
