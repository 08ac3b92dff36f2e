import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadUserInput } from '../../src/errors.js'
import { agreedUses, type Agreement, agreementKinds, agreementSchema } from '../../src/policy/agreement.js'
import { fromOdrl } from '../../src/policy/odrl/from-odrl.js'
import { odrlProfile } from '../../src/policy/odrl/terms.js'
import { toOdrl } from '../../src/policy/odrl/to-odrl.js'
import { long, runsOf } from '../support/long.js'

const asText = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const text = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.oneof(fc.constantFrom(...'a/#%?. ='), sign), minLength, maxLength })
const sign = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })
const line = (maxLength: number) => text(1, maxLength).filter((found) => agreementSchema.shape.title.safeParse(found).success)
const organisation = fc.stringMatching(/^[a-z0-9]{1,5}(-[a-z0-9]{1,5}){0,3}$/)
const iri = fc.oneof(
  fc.constantFrom('https://w3id.org/dpv#PublicPolicyMaking', 'https://w3id.org/dpv/legal/eu/gdpr#A6-1-c', 'odrl:use', 'x:@id'),
  fc.webUrl({ withFragments: true }).filter((found) => agreementSchema.shape.purposes.safeParse([found]).success),
)
const moment = fc
  .date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())
const parameters = fc.dictionary(
  text(0, 12),
  fc.oneof(text(0, 20), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null)),
  {
    maxKeys: 3,
  },
)
const obligation = fc.record({
  type: fc.oneof(fc.constantFrom('drop', 'truncate', 'generalise', 'maximum-rows', 'expiry'), text(1, 20)),
  params: fc.option(parameters),
})
const column = fc.record({
  column: text(1, 20),
  uses: fc.array(fc.constantFrom(...agreedUses), { maxLength: agreedUses.length }),
  obligations: fc.array(obligation, { maxLength: 3 }),
})
const part = text(1, 8).filter((found) => !/[/\s]/.test(found))
const table = fc.record({
  table: fc.oneof(
    fc.constant('camden/accounts/accounts'),
    fc.tuple(part, part, part).map((parts) => parts.join('/')),
  ),
  columns: fc.array(column, { maxLength: 3 }),
  rowFilter: fc.option(fc.oneof(fc.constant({ column: 'Adults', gte: 3 }), fc.jsonValue() as fc.Arbitrary<never>)),
  obligations: fc.array(obligation, { maxLength: 2 }),
})
const many = <T>(one: fc.Arbitrary<T>) => fc.array(one, { minLength: 1, maxLength: 3 })
/** Agreements of every form that the schema lets through, also those that no hub would make. */
const agreements: fc.Arbitrary<Agreement> = fc
  .record({
    id: fc.uuid(),
    version: fc.integer({ min: 1, max: 1_000_000 }),
    title: line(30),
    kind: fc.constantFrom(...agreementKinds),
    discloser: organisation,
    recipients: many(organisation),
    purposes: many(iri),
    legalBases: many(iri),
    legalGateway: fc.option(line(30)),
    tables: many(table),
    validFrom: moment,
    validUntil: moment,
    retentionDays: fc.option(fc.integer({ min: 0, max: 36_500 })),
    onwardSharing: fc.boolean(),
    impactAssessment: fc.option(fc.record({ sha256: fc.stringMatching(/^[0-9a-f]{64}$/), url: fc.option(iri) })),
  })
  // As it is read of its text: without what a schema leaves out (a member __proto__), and without a negative zero.
  .map((given) => agreementSchema.parse(asText(given)))

const inputOf = ({ id: _id, version: _version, ...input }: Agreement) => input

type Step = string | number
type Composed = Record<Step, unknown>

/** All places of a value, with what is there. */
function placesOf(value: unknown, path: readonly Step[] = []): { path: readonly Step[]; value: unknown }[] {
  const below =
    typeof value !== 'object' || value === null
      ? []
      : Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]))
  return [{ path, value }, ...below]
}

/** A copy with something done at a place. */
function changed(document: unknown, path: readonly Step[], change: (holder: Composed, key: Step) => void): unknown {
  const root = { document: asText(document) } as Composed
  const whole = ['document', ...path]
  const holder = whole.slice(0, -1).reduce<Composed>((inner, step) => inner[step] as Composed, root)
  change(holder, whole.at(-1) as Step)
  return root['document']
}

/** The error; undefined where the document is taken. */
function refusal(document: unknown): unknown {
  try {
    fromOdrl(document)
    return undefined
  } catch (thrown) {
    return thrown
  }
}

/** Puts something that is not known at a place: a member, an entry of a list, or another value. */
function spoil(value: unknown, holder: Composed, key: Step): void {
  if (Array.isArray(value)) (holder[key] as unknown[]).push({ leftOperand: 'spatial', operator: 'eq', rightOperand: 'x' })
  else if (typeof value === 'object' && value !== null) (holder[key] as Composed)['unknown'] = 'x'
  else if (typeof value === 'number') holder[key] = value === 7 ? 8 : 7
  else if (typeof value === 'boolean') holder[key] = !value
  else holder[key] = `${String(value)}x`
}

const example = agreementSchema.parse({
  id: '5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10',
  version: 2,
  title: 'Candidate HMOs',
  kind: 'DISCLOSURE',
  discloser: 'camden',
  recipients: ['enforcement', 'barnet'],
  purposes: ['https://seven-dials.example/purpose#HmoLicensing'],
  legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest'],
  legalGateway: 'Housing Act 2004, s.237',
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: '2036-01-01T00:00:00.000Z',
  retentionDays: 90,
  onwardSharing: false,
  impactAssessment: { sha256: 'a'.repeat(64), url: 'https://camden.example/dpia.pdf' },
  tables: [
    {
      table: 'camden/accounts/accounts',
      columns: [
        { column: 'Full name', uses: ['SELECT'], obligations: [{ type: 'truncate', params: { length: 1 } }] },
        { column: 'Adults', uses: ['SELECT', 'FILTER'], obligations: [] },
        { column: 'Born', uses: [], obligations: [{ type: 'drop', params: null }] },
      ],
      rowFilter: { and: [{ column: 'Adults', gte: 3 }, { not: { column: 'Adults', isNull: true } }] },
      obligations: [{ type: 'maximum-rows', params: { rows: 500 } }],
    },
    { table: 'camden/libraries/libraries', columns: [], rowFilter: null, obligations: [] },
  ],
} satisfies Agreement)

describe('an agreement in ODRL', () => {
  it('says what ODRL has words for in those words', () => {
    const document = toOdrl(example) as Record<string, never>
    const asset = 'https://seven-dials.example/table/camden/accounts/accounts'
    expect(document).toMatchObject({
      type: 'Agreement',
      uid: 'urn:uuid:5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10',
      profile: odrlProfile,
      assigner: 'https://seven-dials.example/organisation/camden',
      assignee: ['https://seven-dials.example/organisation/enforcement', 'https://seven-dials.example/organisation/barnet'],
      'dpv:hasLegalBasis': [{ '@id': 'https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest' }],
      'dpv:hasApplicableLaw': { type: 'dpv:Law', 'dct:title': 'Housing Act 2004, s.237' },
      prohibition: [
        { target: { uid: asset }, action: [{ uid: 'odrl:distribute' }] },
        { target: { uid: 'https://seven-dials.example/table/camden/libraries/libraries' }, action: [{ uid: 'odrl:distribute' }] },
      ],
    })
    const [name, adults, born, libraries] = document['permission'] as unknown as Composed[]
    expect(name).toMatchObject({
      target: { uid: `${asset}#Full%20name`, partOf: asset },
      action: [{ uid: 'sd:select', includedIn: 'odrl:read' }],
      constraint: [
        { leftOperand: 'purpose', operator: 'isAnyOf', rightOperand: [{ '@id': 'https://seven-dials.example/purpose#HmoLicensing' }] },
        { leftOperand: 'dateTime', operator: 'gteq', rightOperand: { '@value': '2026-01-01T00:00:00.000Z', '@type': 'xsd:dateTime' } },
        { leftOperand: 'dateTime', operator: 'lt', rightOperand: { '@value': '2036-01-01T00:00:00.000Z', '@type': 'xsd:dateTime' } },
        { leftOperand: 'sd:row', operator: 'sd:passes' },
      ],
      duty: [{ target: asset }, { target: `${asset}#Full%20name` }],
    })
    // What rules share is whole once, and every rule names all of it.
    expect(adults).toMatchObject({
      constraint: [0, 1, 2, 3].map((index) => ({ uid: (name?.['constraint'] as { uid: string }[])[index]?.uid })),
    })
    expect(born).toMatchObject({ action: [{ uid: 'sd:nothing' }] })
    expect(libraries).toMatchObject({ action: [{ uid: 'sd:use-as-disclosed' }] })
    const uids = placesOf(document).flatMap(({ value }) => (isWhole(value) ? [String((value as Composed)['uid'])] : []))
    expect(new Set(uids).size).toBe(uids.length)
  })

  it('lets the data be passed on only where that is agreed', () => {
    const document = toOdrl({ ...example, onwardSharing: true }) as Record<string, Composed[]>
    expect(document['prohibition']).toEqual([])
    expect(document['permission']?.at(-1)).toMatchObject({ action: [{ uid: 'odrl:distribute' }] })
  })

  it('is read as what it was, whatever was agreed', { tags: [long] }, () => {
    fc.assert(
      fc.property(agreements, (agreement) => {
        expect(fromOdrl(asText(toOdrl(agreement)))).toEqual(inputOf(agreement))
      }),
      { numRuns: runsOf(2000, 20_000) },
    )
  })
})

/** A constraint or a duty with more than its name. */
const isWhole = (value: unknown) =>
  typeof value === 'object' && value !== null && ('leftOperand' in value || 'assignee' in value) && 'uid' in value

describe('reading a document', () => {
  const whole = asText(toOdrl(example))
  const sharing = asText(toOdrl({ ...example, onwardSharing: true, retentionDays: null, legalGateway: null, impactAssessment: null }))

  it.each([
    ['the example', whole],
    ['one that lets data be passed on', sharing],
  ])('refuses something unknown at every place of %s', (_name, document) => {
    expect(refusal(document)).toBeUndefined()
    for (const { path, value } of placesOf(document)) {
      const spoilt = changed(document, path, (holder, key) => spoil(value, holder, key))
      expect([path, refusal(spoilt)]).toEqual([path, expect.any(BadUserInput)])
    }
  })

  it('refuses a document in which anything is missing', () => {
    for (const document of [whole, sharing])
      for (const { path } of placesOf(document).slice(1)) {
        const cut = changed(document, path, (holder, key) => {
          if (Array.isArray(holder)) holder.splice(key as number, 1)
          else delete holder[key]
        })
        expect([path, refusal(cut)]).toEqual([path, expect.any(BadUserInput)])
      }
  })

  it('refuses a document in which a member or an entry is another', { tags: [long] }, () => {
    fc.assert(
      fc.property(agreements, fc.nat(), fc.jsonValue({ maxDepth: 2 }), (agreement, which, other) => {
        const document = asText(toOdrl(agreement))
        const places = placesOf(document)
        const place = places[which % places.length] as (typeof places)[number]
        fc.pre(JSON.stringify(place.value) !== JSON.stringify(other))
        const spoilt = changed(document, place.path, (holder, key) => (holder[key] = other))
        expect(refusal(spoilt)).toBeInstanceOf(BadUserInput)
      }),
      { numRuns: runsOf(500, 10_000) },
    )
  })

  it.each<[string, readonly Step[], unknown, RegExp]>([
    [
      'an operator',
      ['permission', 0, 'constraint', 0, 'operator'],
      'isNoneOf',
      /permission\[0\]\.constraint\[0\]\.operator is not understood/,
    ],
    ['an operand', ['permission', 0, 'constraint', 1, 'leftOperand'], 'spatial', /permission\[0\]\.constraint\[1\]\.leftOperand is not/],
    ['an action', ['permission', 1, 'action', 0, 'uid'], 'odrl:sell', /permission\[1\]\.action\[0\]\.uid is none of sd:select/],
    [
      'a duty',
      ['permission', 0, 'duty', 0, 'action', 0, 'rdf:value', 'uid'],
      'odrl:pay',
      /duty\[0\]\.action\[0\]\.rdf:value\.uid must begin with/,
    ],
    [
      'a foreign constraint',
      ['permission', 3, 'constraint', 3],
      { leftOperand: 'spatial', rightOperand: 'x' },
      /permission\[3\]\.constraint\[3\] is not understood/,
    ],
    ['a constraint', ['permission', 1, 'constraint', 4], { leftOperand: 'count' }, /permission\[1\]\.constraint\[4\] is not understood/],
    ['a rule', ['permission', 4], { action: [{ uid: 'sd:select' }] }, /permission\[4\]\.target is missing/],
    ['a remedy', ['prohibition', 0, 'remedy'], [], /prohibition\[0\]\.remedy is not understood/],
    ['another profile', ['profile'], 'https://other.example/profile', /profile must be https:\/\/seven-dials/],
    ['two profiles', ['profile'], [odrlProfile, 'https://other.example/profile'], /profile must be/],
    ['a policy that it inherits from', ['inheritFrom'], 'urn:uuid:1', /: inheritFrom is not understood/],
    ['another kind of policy', ['type'], 'Offer', /: type must be Agreement/],
    ['another context', ['@context', 0], 'https://other.example/context', /@context\[0\] is not understood/],
    [
      'a wider table',
      ['permission', 3, 'target', 'uid'],
      'https://seven-dials.example/table/camden/%',
      /permission\[3\]\.target\.uid must begin/,
    ],
    ['a retention in months', ['obligation', 0, 'constraint', 0, 'rightOperand', '@value'], 'P3M', /obligation\[0\].*must be days/],
    [
      'no time',
      ['permission', 0, 'constraint', 1, 'rightOperand', '@value'],
      '2026',
      /says no agreement that could be made: validFrom must be/,
    ],
    ['half a character', ['dct:title'], 'a\ud800', /half a character/],
    ['a name that steers a terminal', ['\u001b[2K\nvalid'], 1, /: {2}\[2K valid is not understood/],
  ])('names the place of %s', (_name, path, value, message) => {
    const error = refusal(changed(whole, path, (holder, key) => (holder[key] = value)))
    expect(error).toBeInstanceOf(BadUserInput)
    expect((error as Error).message).toMatch(message)
  })

  it('tells that a limit was taken away on the way', () => {
    const wider = changed(whole, ['permission'], (holder, key) => {
      for (const rule of holder[key] as { constraint: object[] }[]) rule.constraint.splice(3)
    })
    expect((refusal(wider) as Error).message).toMatch(/sd:digest is of another agreement/)
  })

  it('refuses a member that objects have by nature', () => {
    const text = JSON.stringify(whole)
    for (const [from, to] of [
      ['"rdf:value"', '"__proto__":{"refinement":[]},"rdf:value"'],
      ['"Adults","gte"', '"Adults","__proto__":{"lt":9},"gte"'],
      ['{"length":1', '{"__proto__":{"a":1},"length":1'],
    ] as const) {
      expect(text).toContain(from)
      expect(refusal(JSON.parse(text.replace(from, to)))).toBeInstanceOf(BadUserInput)
    }
  })

  it.each([null, undefined, 1, 'text', [], [whole], {}, { '@graph': [whole] }])('refuses what is no such document: %j', (document) => {
    expect(refusal(document)).toBeInstanceOf(BadUserInput)
  })

  it('refuses a filter that is nested without end', () => {
    const filter = `${'{"not":'.repeat(50_000)}1${'}'.repeat(50_000)}`
    const deep: unknown = JSON.parse(JSON.stringify(whole).replace('{"and":', `{"deep":${filter},"and":`))
    expect(refusal(deep)).toBeInstanceOf(BadUserInput)
  })
})
