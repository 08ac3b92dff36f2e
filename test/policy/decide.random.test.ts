import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Sensitivity, Shape } from '../../src/connector/column.js'
import {
  type Agreement,
  type AgreedUse,
  agreedUses,
  canonicalAgreement,
  type Obligation,
  type SignedAgreement,
} from '../../src/policy/agreement.js'
import { decideTable } from '../../src/policy/decide.js'
import type { AskedColumn, PolicyRequest, PolicyTable } from '../../src/policy/request.js'
import { purposeTree } from '../../src/policy/vocabulary.js'
import { long, runsOf } from '../support/long.js'

const purposes = purposeTree([
  { iri: 'p:welfare', label: 'w' },
  { iri: 'p:housing', label: 'h', broader: ['p:welfare'] },
  { iri: 'p:hmo', label: 'm', broader: ['p:housing'] },
  { iri: 'p:fraud', label: 'f' },
])
const above: Record<string, string[]> = {
  'p:welfare': ['p:welfare'],
  'p:housing': ['p:housing', 'p:welfare'],
  'p:hmo': ['p:hmo', 'p:housing', 'p:welfare'],
  'p:fraud': ['p:fraud'],
}
const now = Date.parse('2026-06-01T00:00:00.000Z')
const days = ['2026-01-01', '2026-05-31', '2026-06-01', '2026-06-02', '2027-01-01'].map((day) => `${day}T00:00:00.000Z`)
const shapes: Record<string, Shape> = { name: { type: 'STRING' }, born: { type: 'DATE' }, adults: { type: 'INT64' } }
const names = Object.keys(shapes)
const obligation: fc.Arbitrary<Obligation> = fc.constantFrom<Obligation>(
  { type: 'drop', params: null },
  { type: 'truncate', params: { length: 2 } },
  { type: 'truncate', params: { length: 0 } },
  { type: 'generalise', params: { to: 'year' } },
  { type: 'generalise', params: { to: 'postcode-district' } },
  { type: 'hash', params: null },
  { type: 'pseudonymise', params: null },
  { type: 'aggregate-only', params: null },
)
const limit: fc.Arbitrary<Obligation> = fc.constantFrom<Obligation>(
  { type: 'maximum-rows', params: { rows: 10 } },
  { type: 'expiry', params: { at: '2026-05-01T00:00:00.000Z' } },
  { type: 'expiry', params: { at: '2026-07-01T00:00:00.000Z' } },
  { type: 'small-numbers', params: { threshold: 5 } },
)
/** Mostly one value, so that agreements often stand and the cases reach what lies behind. */
const mostly = <T>(value: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other })
const uses = mostly<AgreedUse[]>([...agreedUses], fc.subarray([...agreedUses]))
/** What a value of the type can meet, mostly. */
const meetable: Record<string, Obligation> = {
  name: { type: 'pseudonymise', params: null },
  born: { type: 'generalise', params: { to: 'year' } },
  adults: { type: 'drop', params: null },
}
const column = (name: string) => {
  const obligations = fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.constant([meetable[name] as Obligation]) },
    { weight: 1, arbitrary: fc.array(obligation, { maxLength: 2 }) },
  )
  return fc.option(fc.record({ column: fc.constant(name), uses, obligations }), { freq: 6 })
}
const table = fc.record({
  table: mostly('camden/t/t', fc.constant('camden/u/u')),
  columns: fc.oneof(
    { weight: 1, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.tuple(...names.map(column)).map((all) => all.filter((one) => one !== null)) },
  ),
  rowFilter: fc.constantFrom(null, null, null, null, null, { column: 'adults', gte: 3 }, { column: 'name', like: 'A%' }),
  obligations: fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(limit, { maxLength: 2 }) }),
})
const signed = fc
  .record({
    id: fc.integer({ min: 0, max: 9 }),
    kind: fc.constantFrom('DISCLOSURE' as const, 'RECEIPT' as const),
    discloser: mostly('camden', fc.constant('barnet')),
    recipients: mostly<string[]>(['team'], fc.constantFrom(['other', 'team'], ['other'])),
    purposes: fc.uniqueArray(fc.constantFrom('p:welfare', 'p:housing', 'p:hmo', 'p:fraud', 'p:unknown'), { minLength: 1, maxLength: 2 }),
    tables: fc.oneof({ weight: 4, arbitrary: fc.tuple(table) }, { weight: 1, arbitrary: fc.array(table, { minLength: 1, maxLength: 2 }) }),
    validFrom: mostly(days[0] as string, fc.constantFrom(...days.slice(0, 4))),
    validUntil: mostly(days[4] as string, fc.constantFrom(...days.slice(1))),
  })
  .map(({ id, ...rest }): SignedAgreement => {
    const agreement = { ...rest, id: `00000000-0000-4000-8000-00000000000${id}`, version: 1 } as unknown as Agreement
    return { agreement, canonical: canonicalAgreement(agreement), digest: '', signatures: [] }
  })
const cases = fc.record({
  table: fc.record({
    id: fc.constant('camden/t/t'),
    access: fc.constantFrom('OPEN' as const, 'SHARED' as const, 'CLOSED' as const, 'CLOSED' as const),
    sharedWith: fc.constantFrom([], ['team'], ['other']),
    owner: fc.constantFrom('camden', 'camden', 'camden', undefined),
    ownerReadsPersonal: fc.boolean(),
  }) as fc.Arbitrary<PolicyTable>,
  columns: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom(...names),
      sensitivity: fc.constantFrom<Sensitivity>('NONE', 'PERSONAL', 'SPECIAL_CATEGORY'),
      uses: fc.subarray([...agreedUses], { maxLength: 2 }),
      isNamed: fc.boolean(),
    }),
    { maxLength: 3, selector: ({ name }) => name },
  ),
  organisation: fc.constantFrom('team', 'team', 'team', 'other', 'camden', undefined),
  purpose: fc.constantFrom('p:hmo', 'p:hmo', 'p:housing', 'p:fraud', 'p:unknown', undefined),
  agreements: fc.uniqueArray(signed, { maxLength: 6, selector: ({ agreement }) => agreement.id }),
  countsRows: fc.boolean(),
})

/** What the rules say, read from their words by plain loops. */
function reference(of: PolicyTable, columns: readonly AskedColumn[], request: PolicyRequest, countsRows: boolean) {
  const { organisation, purpose, agreements } = request
  const isOwner = organisation !== undefined && organisation === of.owner
  const readsOpen =
    isOwner || of.access === 'OPEN' || (of.access === 'SHARED' && organisation !== undefined && of.sharedWith.includes(organisation))
  const free = (column: AskedColumn) => (isOwner && of.ownerReadsPersonal) || (readsOpen && column.sensitivity === 'NONE')
  const named = columns.filter((column) => column.isNamed)

  const mask = (obligations: readonly Obligation[], shape: Shape): string | undefined | 'DENY' => {
    const read: string[] = []
    for (const { type, params } of obligations) {
      const text = shape.type === 'STRING'
      if (type === 'drop') read.push('drop')
      else if (type === 'truncate' && text && Number(params?.['length']) >= 1) read.push(`truncate ${String(params?.['length'])}`)
      else if (type === 'generalise' && params?.['to'] === 'year' && shape.type === 'DATE') read.push('year')
      else if (type === 'generalise' && params?.['to'] === 'postcode-district' && text) read.push('district')
      else if ((type === 'hash' || type === 'pseudonymise') && text) read.push(type)
      else return 'DENY'
    }
    if (read.includes('drop')) return 'drop'
    const kinds = new Set(read)
    return kinds.size > 1 ? 'DENY' : read[0]
  }
  const stands = ({ agreement }: SignedAgreement) =>
    organisation !== undefined &&
    of.owner !== undefined &&
    agreement.discloser === of.owner &&
    agreement.recipients.includes(organisation) &&
    Date.parse(agreement.validFrom) <= now &&
    now < Date.parse(agreement.validUntil) &&
    agreement.tables.some((one) => one.table === of.id)
  const isFor = ({ agreement }: SignedAgreement) =>
    purpose !== undefined && agreement.purposes.some((granted) => (above[purpose] ?? []).includes(granted))
  const grants: { cost: number[]; column: (column: AskedColumn) => 'ALLOW' | 'MASK' | 'DENY'; counts: boolean }[] = []
  const byId = [...agreements]
    .sort((one, other) => (one.agreement.id < other.agreement.id ? -1 : 1))
    .filter((one) => stands(one) && isFor(one))
  for (const disclosure of byId) {
    if (disclosure.agreement.kind !== 'DISCLOSURE') continue
    for (const receipt of byId) {
      if (receipt.agreement.kind !== 'RECEIPT') continue
      const given = disclosure.agreement.tables.filter((one) => one.table === of.id)
      const taken = receipt.agreement.tables.filter((one) => one.table === of.id)
      if (given.length !== 1 || taken.length !== 1) continue
      const both = [...given, ...taken]
      const limits = both.flatMap((one) => one.obligations)
      if (limits.some(({ type }) => type === 'small-numbers')) continue
      if (limits.some(({ type, params }) => type === 'expiry' && Date.parse(String(params?.['at'])) <= now)) continue
      const filters = both.map((one) => one.rowFilter).filter((one) => one !== null)
      if (filters.some((one) => 'like' in (one as object))) continue
      const granted = (name: string): { uses: AgreedUse[]; obligations: Obligation[] } | undefined => {
        const left = given[0]?.columns.find((one) => one.column === name)
        const right = taken[0]?.columns.find((one) => one.column === name)
        if (left === undefined) return undefined
        if (taken[0]?.columns.length === 0) return left
        if (right === undefined) return undefined
        return { uses: left.uses.filter((use) => right.uses.includes(use)), obligations: [...left.obligations, ...right.obligations] }
      }
      const column = ({ name, uses: wanted, shape }: AskedColumn) => {
        const what = granted(name)
        if (what === undefined || what.uses.length === 0) return 'DENY' as const
        for (const use of wanted) if (!what.uses.includes(use)) return 'DENY' as const
        const how = mask(what.obligations, shape)
        return how === 'DENY' ? ('DENY' as const) : how === undefined ? ('ALLOW' as const) : ('MASK' as const)
      }
      const asked = named.filter((one) => !free(one)).map(column)
      const cost = [asked.filter((one) => one === 'DENY').length, asked.filter((one) => one === 'MASK').length, filters.length]
      const counts = names.some((name) => granted(name)?.uses.some((use) => use !== 'FILTER' && use !== 'JOIN') === true)
      grants.push({ cost, column, counts })
    }
  }
  const best = grants.reduce<(typeof grants)[number] | undefined>((chosen, other) => {
    if (chosen === undefined) return other
    for (let at = 0; at < 3; at++) {
      if ((other.cost[at] as number) < (chosen.cost[at] as number)) return other
      if ((other.cost[at] as number) > (chosen.cost[at] as number)) return chosen
    }
    return chosen
  }, undefined)
  const decisions = Object.fromEntries(columns.map((one) => [one.name, free(one) ? 'ALLOW' : (best?.column(one) ?? 'DENY')]))
  const code = (): string | undefined => {
    if (readsOpen && named.every(free)) return undefined
    if (best !== undefined) {
      if (named.some(({ name }) => decisions[name] === 'DENY')) return 'FORBIDDEN'
      if (!readsOpen && countsRows && !best.counts) return 'FORBIDDEN'
      if (!readsOpen && !countsRows && named.length === 0 && columns.every(({ name }) => decisions[name] === 'DENY')) return 'FORBIDDEN'
      return undefined
    }
    if (organisation === undefined) return readsOpen ? 'FORBIDDEN' : of.access === 'SHARED' ? 'UNAUTHENTICATED' : 'AGREEMENT_REQUIRED'
    const disclosures = agreements.filter((one) => stands(one) && one.agreement.kind === 'DISCLOSURE')
    if (disclosures.length > 0) {
      if (purpose === undefined) return 'PURPOSE_REQUIRED'
      if (!disclosures.some(isFor)) return 'PURPOSE_NOT_PERMITTED'
      if (!agreements.some((one) => stands(one) && isFor(one) && one.agreement.kind === 'RECEIPT')) return 'AGREEMENT_REQUIRED'
    }
    return readsOpen || of.access === 'SHARED' ? 'FORBIDDEN' : 'AGREEMENT_REQUIRED'
  }
  return { decisions, code: code() }
}

it('decides as its rules say, case by case', { tags: [long] }, () => {
  const seen = new Map<string, number>()
  fc.assert(
    fc.property(cases, ({ table: of, columns, organisation, purpose, agreements, countsRows }) => {
      const asked = columns.map((column): AskedColumn => ({ ...column, shape: shapes[column.name] as Shape }))
      const request: PolicyRequest = { organisation, purpose, agreements, purposes, now }
      const { columns: decided, refusal } = decideTable(of, asked, request, { countsRows })
      const told = { decisions: Object.fromEntries([...decided].map(([name, { decision }]) => [name, decision])), code: refusal?.code }
      expect(told).toEqual(reference(of, asked, request, countsRows))
      for (const what of [refusal?.code ?? 'READ', ...Object.values(told.decisions)]) seen.set(what, (seen.get(what) ?? 0) + 1)
    }),
    { numRuns: runsOf(10_000, 20_000) },
  )
  // Every outcome came up, so that the comparison means something.
  const codes = [
    'READ',
    'FORBIDDEN',
    'UNAUTHENTICATED',
    'AGREEMENT_REQUIRED',
    'PURPOSE_REQUIRED',
    'PURPOSE_NOT_PERMITTED',
    'ALLOW',
    'MASK',
    'DENY',
  ]
  for (const code of codes) expect([code, (seen.get(code) ?? 0) > 20]).toEqual([code, true])
})
