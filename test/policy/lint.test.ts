import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { draftAgreement } from '../../src/agreements/draft-agreement.js'
import type { QueryTable } from '../../src/catalogue/tables-for-query.js'
import { sensitivities } from '../../src/connector/column.js'
import { type Agreement, agreedUses, agreementKinds } from '../../src/policy/agreement.js'
import { readLegalBases, readLegalGateways, unknownGateways } from '../../src/policy/legal-bases.js'
import { type Finding, lintAgreement, type LintFacts } from '../../src/policy/lint.js'
import { purposeTree } from '../../src/policy/vocabulary.js'
import { long, runsOf } from '../support/long.js'

const gdpr = (term: string) => `https://w3id.org/dpv/legal/eu/gdpr#${term}`
const read = (file: string): unknown => parse(readFileSync(file, 'utf8'))
const bases = readLegalBases(read('vocabulary/legal-bases.yaml'))
const gateways = readLegalGateways(read('vocabulary/legal-gateways.yaml'))
const table = 'camden/accounts/accounts'
const facts: LintFacts = {
  bases,
  gateways,
  sensitivities: new Map([
    [
      table,
      new Map([
        ['UPRN', 'NONE'],
        ['Name', 'PERSONAL'],
        ['Health', 'SPECIAL_CATEGORY'],
      ]),
    ],
  ]),
}
const column = (name: string, changes: object = {}) => ({
  column: name,
  uses: ['SELECT'],
  obligations: [{ type: 'pseudonymise', params: null }],
  ...changes,
})
const columns = (...named: object[]) => ({ tables: [{ table, columns: named, rowFilter: null, obligations: [] }] }) as object

/** An agreement about a personal column, with which nothing is wrong. */
function agreement(changes: object = {}): Agreement {
  return {
    id: '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10',
    version: 1,
    title: 'Candidate HMOs',
    kind: 'DISCLOSURE',
    discloser: 'camden',
    recipients: ['enforcement'],
    purposes: ['a:licensing'],
    legalBases: [gdpr('A6-1-e-public-interest')],
    legalGateway: 'Housing Act 2004, s.237',
    validFrom: '2026-01-01T00:00:00.000Z',
    validUntil: '2031-01-01T00:00:00.000Z',
    retentionDays: 90,
    onwardSharing: false,
    impactAssessment: { sha256: 'a'.repeat(64), url: null },
    ...columns(column('Name')),
    ...changes,
  } as Agreement
}

const told = (found: readonly Finding[]) => found.map(({ level, rule, path }) => [level, rule, path.join('.')].join(' '))
const lint = (changes: object = {}, more: Partial<LintFacts> = {}) => told(lintAgreement(agreement(changes), { ...facts, ...more }))

describe('the lint of an agreement', () => {
  it('finds nothing in one that is right', () => {
    expect(lint()).toEqual([])
  })

  const tree = purposeTree([
    { iri: 'a:housing', label: 'Housing' },
    { iri: 'a:licensing', label: 'Licensing', broader: ['a:housing'] },
  ])
  const plain = column('Name', { obligations: [] })
  it.each<[string, object, string[], Partial<LintFacts>?]>([
    ['ends as it begins', { validUntil: '2026-01-01T00:00:00.000Z' }, ['REFUSED ENDS_BEFORE_IT_BEGINS validUntil']],
    ['rests on legitimate interests', { legalBases: [gdpr('A6-1-f')] }, ['REFUSED LEGITIMATE_INTERESTS legalBases.0']],
    [
      'rests on those of a third party beside a task',
      { legalBases: [gdpr('A6-1-e'), gdpr('A6-1-f-third-party')] },
      ['REFUSED LEGITIMATE_INTERESTS legalBases.1'],
    ],
    [
      'rests on what is no legal basis, and so on none',
      { legalBases: [gdpr('A7')] },
      ['REFUSED UNKNOWN_LEGAL_BASIS legalBases.0', 'REFUSED NO_ARTICLE_6_BASIS legalBases'],
    ],
    [
      'rests on a term that only begins like one',
      { legalBases: [gdpr('A6-1-c'), gdpr('A6-1-cc')] },
      ['REFUSED UNKNOWN_LEGAL_BASIS legalBases.1'],
    ],
    ['rests on Article 9 alone', { legalBases: [gdpr('A9-2-g')] }, ['REFUSED NO_ARTICLE_6_BASIS legalBases']],
    ['has a special category without Article 9', columns(column('Health')), ['REFUSED NO_ARTICLE_9_BASIS legalBases']],
    ['has one that is never used', columns(column('Health', { uses: [] })), ['REFUSED NO_ARTICLE_9_BASIS legalBases']],
    ['has a special category with Article 9', { ...columns(column('Health')), legalBases: [gdpr('A6-1-e'), gdpr('A9-2-g')] }, []],
    ['runs a moment longer than five years', { validUntil: '2031-01-01T00:00:00.001Z' }, ['WARNING NO_REAL_END validUntil']],
    ['is for a purpose of the discloser', {}, [], { disclosersPurposes: { tree, own: ['a:licensing'] } }],
    ['is for a narrower one', {}, [], { disclosersPurposes: { tree, own: ['a:housing'] } }],
    [
      'is for a wider one',
      { purposes: ['a:licensing', 'a:housing'] },
      ['WARNING WIDER_PURPOSE purposes.1'],
      { disclosersPurposes: { tree, own: ['a:licensing'] } },
    ],
    ['has a personal column that is needed', {}, [], { needed: new Map([[table, new Set(['Name'])]]) }],
    [
      'has one that is not needed',
      columns(column('UPRN'), column('Name')),
      ['WARNING NOT_NEEDED tables.0.columns.1'],
      { needed: new Map([[table, new Set<string>()]]) },
    ],
    ['is about a table whose needs nobody knows', {}, [], { needed: new Map([['camden/other/other', new Set<string>()]]) }],
    ['has no impact assessment', { impactAssessment: null }, ['WARNING NO_IMPACT_ASSESSMENT impactAssessment']],
    ['has no retention', { retentionDays: null }, ['WARNING NO_RETENTION retentionDays']],
    ['lets personal columns be passed on', { onwardSharing: true }, ['WARNING ONWARD_SHARING onwardSharing']],
    [
      'has none of these, with no personal column',
      { ...columns(column('UPRN', { obligations: [] })), impactAssessment: null, retentionDays: null, onwardSharing: true },
      [],
    ],
    [
      'has none of these, with personal columns that do not pass',
      {
        ...columns(column('Name', { obligations: [{ type: 'drop', params: null }] })),
        impactAssessment: null,
        retentionDays: null,
        onwardSharing: true,
      },
      [],
    ],
    [
      'has none of these, and nobody knows the columns',
      { impactAssessment: null, retentionDays: null, onwardSharing: true },
      [],
      { sensitivities: new Map() },
    ],
    [
      'takes as a receipt whatever the disclosure lets out',
      { kind: 'RECEIPT', ...columns(), retentionDays: null },
      ['WARNING NO_RETENTION retentionDays'],
    ],
    ['takes as a receipt one column, which is not personal', { kind: 'RECEIPT', ...columns(column('UPRN')), retentionDays: null }, []],
    ['names no law', { legalGateway: null }, ['NOTE NO_GATEWAY legalGateway']],
    ['names a law that the list does not know', { legalGateway: 'Housing Act 2004 s.236' }, ['NOTE UNKNOWN_GATEWAY legalGateway']],
    ['shows a personal column as it is', columns(plain), ['NOTE PERSONAL_AS_IT_IS tables.0.columns.0']],
    ['filters by it and does not show it', columns({ ...plain, uses: ['FILTER'] }), []],
    ['shows a column that is not personal as it is', columns(column('UPRN', { obligations: [] })), []],
    ['is a receipt of a personal column as the disclosure has it', { kind: 'RECEIPT', ...columns(plain) }, []],
  ])('tells of one that %s', (_name, changes, expected, more = {}) => {
    expect(lint(changes, more)).toEqual(expected)
  })

  it('counts calendar years, also from a 29 February', () => {
    const from = '2028-02-29T00:00:00.000Z'
    expect(lint({ validFrom: from, validUntil: '2033-03-01T00:00:00.000Z' })).toEqual([])
    expect(lint({ validFrom: from, validUntil: '2033-03-02T00:00:00.000Z' })).toEqual(['WARNING NO_REAL_END validUntil'])
  })

  it('names the law and the column', () => {
    const [found] = lintAgreement(agreement(columns(column('Health'))), facts)
    expect(found).toMatchObject({ law: 'UK GDPR, Article 9(1) and (2)', message: expect.stringMatching(/'Health'.*Article 9/) })
    expect(lintAgreement(agreement({ legalBases: [gdpr('A6-1-f')] }), facts)[0]?.law).toBe('UK GDPR, Article 6(1), last sentence')
  })

  const any = fc.record({
    kind: fc.constantFrom(...agreementKinds),
    legalBases: fc.array(fc.constantFrom(...bases.keys(), gdpr('A6-1-f'), 'a:b'), { minLength: 1, maxLength: 4 }),
    purposes: fc.array(fc.constantFrom('a:licensing', 'a:housing', 'a:x'), { minLength: 1, maxLength: 3 }),
    legalGateway: fc.option(fc.string()),
    validFrom: fc.string(),
    validUntil: fc.string(),
    retentionDays: fc.option(fc.nat()),
    onwardSharing: fc.boolean(),
    impactAssessment: fc.constantFrom(null, { sha256: 'a'.repeat(64), url: null }),
    named: fc.array(
      fc.record({
        column: fc.constantFrom('a', '__proto__', 'constructor'),
        uses: fc.subarray([...agreedUses]),
        obligations: fc.subarray([
          { type: 'drop', params: null },
          { type: 'hash', params: null },
        ]),
      }),
      { maxLength: 4 },
    ),
    sensitivity: fc.constantFrom(...sensitivities),
  })
  it('never throws, puts what is refused first, and refuses what has no basis', { tags: [long] }, () => {
    fc.assert(
      fc.property(any, ({ named, sensitivity, ...changes }) => {
        const known = new Map([[table, new Map(named.map((one) => [one.column, sensitivity] as const))]])
        const found = lintAgreement(agreement({ ...changes, ...columns(...named) }), {
          ...facts,
          sensitivities: known,
          disclosersPurposes: { tree, own: ['a:licensing'] },
          needed: new Map([[table, new Set(['a'])]]),
        })
        const order = found.map(({ level }) => ['REFUSED', 'WARNING', 'NOTE'].indexOf(level))
        expect(order).toEqual([...order].sort((one, other) => one - other))
        const has = (article: string) => changes.legalBases.some((iri) => bases.get(iri)?.article.startsWith(article))
        const stands =
          changes.legalBases.every((iri) => bases.has(iri)) &&
          has('6') &&
          (sensitivity !== 'SPECIAL_CATEGORY' || named.length === 0 || has('9'))
        const refused = found.some(({ level, rule }) => level === 'REFUSED' && rule !== 'ENDS_BEFORE_IT_BEGINS')
        expect(refused).toBe(!stands)
      }),
      { numRuns: runsOf(200, 20_000) },
    )
  })
})

describe('a draft', () => {
  const known = {
    id: table,
    organisationId: 'camden',
    spokeId: 'camden',
    columns: [{ name: 'Health', type: 'STRING', scale: null, sensitivity: 'SPECIAL_CATEGORY' }],
  } as unknown as QueryTable
  const draft = (changes: object) => {
    const { id: _id, version: _version, ...input } = agreement({ ...columns(column('Health')), ...changes })
    return draftAgreement(input, {
      organisation: 'camden',
      purposes: purposeTree([{ iri: 'a:licensing', label: 'Licensing' }]),
      legalBases: bases,
      tables: () => Promise.resolve([known]),
      isProcess: () => true,
      isKnown: () => Promise.resolve(true),
    })
  }

  it.each<[string, object, RegExp, (string | number)[]]>([
    ['legitimate interests', { legalBases: [gdpr('A9-2-g'), gdpr('A6-1-f')] }, /Article 6\(1\), last sentence/, ['legalBases', 1]],
    ['an unknown basis', { legalBases: [gdpr('A6-1-e'), gdpr('A9-2-x')] }, /term of/, ['legalBases', 1]],
    ['no basis of Article 6', { legalBases: [gdpr('A9-2-g')] }, /no legal basis of Article 6/, ['legalBases']],
    ['a special category without Article 9', {}, /special category/, ['legalBases']],
    ['no time', { validUntil: '2026-01-01T00:00:00.000Z' }, /later than validFrom/, ['validUntil']],
  ])('is refused with %s, at its place', async (_name, changes, message, path) => {
    await expect(draft(changes)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(message),
      inputPath: ['input', ...path],
    })
  })

  it('is made with every basis of the list, warnings or not', async () => {
    for (const iri of bases.keys())
      expect(await draft({ legalBases: [iri, gdpr('A6-1-e'), gdpr('A9-2-g')], retentionDays: null, onwardSharing: true })).toMatchObject({
        discloser: 'camden',
      })
  })
})

describe('the lists of the law', () => {
  it('hold Articles 6(1)(a) to (e) and 9(2)(a) to (j), each under its own term', () => {
    const articles = new Set([...bases.values()].map(({ article }) => article))
    expect(articles).toEqual(
      new Set([...[...'abcde'].map((point) => `6(1)(${point})`), ...[...'abcdefghij'].map((point) => `9(2)(${point})`)]),
    )
    for (const { iri, article } of bases.values()) {
      const [, number, paragraph, point] = /#A(\d)-(\d)-([a-j])(?:-|$)/.exec(iri) ?? []
      expect([iri, article]).toEqual([iri, `${number}(${paragraph})(${point})`])
    }
  })

  it.each([
    'Housing Act 2004, s.237',
    'Housing Act 2004 s. 237(2)',
    'section 237 of the Housing Act 2004',
    'Crime and Disorder Act 1998, Section 115; Digital Economy Act 2017 s.35',
    'Children Act 2004 s.10/11',
    'Local Government Finance Act 1992, Schedule 2, paragraph 17',
    'Housing Act 1996 s.213B',
  ])('know %j', (text) => {
    expect(unknownGateways(gateways, text)).toEqual([])
  })

  it.each([
    ['Housing Act 2004, s.2370', 'Housing Act 2004, s.2370'],
    ['Housing Act 2004', 'Housing Act 2004'],
    ['Digital Economy Act 2017 s.35A', 'Digital Economy Act 2017 s.35A'],
    ['Housing Act 1996 s.213', 'Housing Act 1996 s.213'],
    ['Housing Act 2004 s.237; the Magna Carta', 'the Magna Carta'],
    ['s.237', 's.237'],
  ])('do not know all of %j', (text, unknown) => {
    expect(unknownGateways(gateways, text)).toEqual([unknown])
  })

  const basis = { iri: 'a:a', label: 'A', article: '6(1)(e)' }
  const gateway = { title: 'A', law: 'An Act 2000', section: 's.1' }
  it.each<[string, () => unknown, RegExp]>([
    ['no list', () => readLegalBases(basis), /no list of legal bases/],
    ['an empty one', () => readLegalBases([]), /no list/],
    ['a basis twice', () => readLegalBases([basis, basis]), /twice/],
    ['legitimate interests', () => readLegalBases([{ ...basis, article: '6(1)(f)' }]), /0\.article/],
    ['an unknown member', () => readLegalBases([{ ...basis, more: 1 }]), /no list/],
    ['a gateway twice', () => readLegalGateways([gateway, { ...gateway, law: 'an act 2000' }]), /twice/],
    ['a section of another form', () => readLegalGateways([{ ...gateway, section: 'section 1' }]), /0\.section/],
  ])('are refused with %s', (_name, make, why) => {
    expect(make).toThrow(why)
  })
})
