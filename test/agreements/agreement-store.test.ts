import { randomUUID } from 'node:crypto'
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AgreementStore } from '../../src/agreements/agreement-store.js'
import type { Viewer } from '../../src/identity/viewer.js'
import type { Agreement } from '../../src/policy/agreement.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

let database: FreshDatabase
let store: AgreementStore
const keys = new Map<string, CryptoKey>()
const recorded: unknown[] = []
beforeAll(async () => {
  database = await freshDatabase()
  const sets = new Map<string, JSONWebKeySet>()
  for (const party of ['camden', 'team', 'stranger']) {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' })
    keys.set(party, privateKey)
    sets.set(party, { keys: [{ ...(await exportJWK(publicKey)), kid: party }] })
  }
  store = new AgreementStore(database.knex, { changed: (_kind, what) => Promise.resolve(void recorded.push(what)) }, sets)
})
afterAll(() => database.drop())

const of = (organisation: string, ...scopes: string[]): Viewer => ({ organisation, scopes })
const text = (changes: Partial<Agreement> = {}): Agreement => ({
  id: randomUUID(),
  version: 1,
  title: 'Candidates',
  kind: 'DISCLOSURE',
  discloser: 'camden',
  recipients: ['team'],
  purposes: ['https://w3id.org/dpv#ProvideOfficialStatistics'],
  legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest'],
  legalGateway: null,
  tables: [{ table: 'camden/accounts/accounts', columns: [], rowFilter: null, obligations: [] }],
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: '2096-01-01T00:00:00.000Z',
  retentionDays: null,
  onwardSharing: false,
  impactAssessment: null,
  ...changes,
})
const sign = (party: string, canonical: string, kid = party) =>
  new CompactSign(Buffer.from(canonical)).setProtectedHeader({ alg: 'EdDSA', typ: 'agreement+jws', kid }).sign(keys.get(party) as CryptoKey)
/** An agreement that was offered. */
async function offered() {
  const { agreement, canonical } = await store.create(text(), of('camden'))
  await store.change(agreement.id, 'offer', of('camden'))
  return { id: agreement.id, canonical }
}

describe('agreements', () => {
  it('that were never offered are their maker’s alone, also once they are ended', async () => {
    const { agreement } = await store.create(text(), of('camden'))
    expect(await store.find(agreement.id, of('team'))).toBeNull()
    await store.change(agreement.id, 'terminate', of('camden'), 'A mistake.')
    expect(await store.find(agreement.id, of('team'))).toBeNull()
    expect(await store.find(agreement.id, of('camden'))).toMatchObject({ state: 'TERMINATED', reason: 'A mistake.' })
  })

  it('are agreed by two signatures at once, each taken once, and each recorded', async () => {
    const { id, canonical } = await offered()
    const before = recorded.length
    await Promise.all(['camden', 'team'].map(async (party) => store.sign(id, await sign(party, canonical), of(party))))
    const held = await store.find(id, of('team'))
    expect([held?.state, held?.signatures.length, recorded.length - before]).toEqual(['AGREED', 2, 2])
    await expect(store.sign(id, await sign('camden', canonical), of('camden'))).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    const inForce = await store.inForceFor('team', ['camden/accounts/accounts'])
    expect(inForce.map(({ agreement }) => agreement.id)).toContain(id)
    expect(await store.inForceFor('camden', ['camden/accounts/accounts'])).toEqual([])
    expect(await store.purposesOf('team')).toEqual(['https://w3id.org/dpv#ProvideOfficialStatistics'])
  })

  it('take no signature of another party, and look absent to strangers', async () => {
    const { id, canonical } = await offered()
    await expect(store.sign(id, await sign('team', canonical), of('camden'))).rejects.toThrow(/no signature/)
    const refusal = (one: string) => store.sign(one, 'x', of('stranger')).catch((thrown: unknown) => String(thrown))
    expect(await refusal(id)).toBe(await refusal(randomUUID()))
    expect(await refusal('no id')).toBe(await refusal(id))
    await expect(store.change(id, 'terminate', of('stranger', 'hub:operate'), 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  it('do not change in the database once they are offered, nor what they name, nor their signatures', async () => {
    const { id, canonical } = await offered()
    await store.sign(id, await sign('camden', canonical), of('camden'))
    const { knex } = database
    await expect(knex('agreements').where({ id }).update({ canonical: '{}' })).rejects.toThrow(/does not change/)
    await expect(knex('agreement_tables').where({ agreement: id }).update({ table_id: 'camden/a/b' })).rejects.toThrow(/does not change/)
    await expect(knex('agreement_tables').insert({ agreement: id, table_id: 'camden/a/b', dataset_id: 'camden/a' })).rejects.toThrow(
      /does not change/,
    )
    await expect(knex('agreement_signatures').where({ agreement: id }).delete()).rejects.toThrow(/does not change/)
  })

  it('stand in pages, each once, and are filtered by their state now', async () => {
    for (let at = 0; at < 7; at++) await store.create(text({ title: `Agreement ${at}` }), of('camden'))
    const seen: string[] = []
    let after: string | null = null
    const totals: number[] = []
    do {
      const page = await store.page(of('camden'), {}, { first: 3, after })
      seen.push(...page.agreements.map(({ agreement }) => agreement.id))
      totals.push(page.totalCount)
      after = page.hasNextPage ? (page.cursors.at(-1) ?? null) : null
    } while (after !== null)
    expect(new Set(totals)).toEqual(new Set([seen.length]))
    expect(new Set(seen).size).toBe(seen.length)
    const drafts = await store.page(of('camden'), { states: ['DRAFT'] }, {})
    expect(drafts.totalCount).toBe(7)
    expect((await store.page(of('stranger'), {}, {})).totalCount).toBe(0)
    await expect(store.page(of('camden'), {}, { after: 'nothing' })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })
})
