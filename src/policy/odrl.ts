import { createHash } from 'node:crypto'
import { z } from 'zod'
import { checkForm, faultText } from '../connector/check-form.js'
import { pathText, sentence } from '../connector/issue-text.js'
import { steeringCharacters } from '../connector/steering-characters.js'
import { BadUserInput } from '../errors.js'
import {
  type AgreedTable,
  type AgreedUse,
  agreedUses,
  type Agreement,
  agreementSchema,
  canonicalAgreement,
  type Obligation,
} from './agreement.js'

/** What createAgreement takes: an agreement to which no hub has given an id yet. */
export type AgreementInput = Omit<Agreement, 'id' | 'version'>

const home = 'https://seven-dials.example/'
/** The ODRL Profile whose terms an exported agreement uses. */
export const odrlProfile = `${home}ns#agreement-profile`
const context = [
  'http://www.w3.org/ns/odrl.jsonld',
  {
    sd: `${home}ns#`,
    dpv: 'https://w3id.org/dpv#',
    dct: 'http://purl.org/dc/terms/',
    rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
    xsd: 'http://www.w3.org/2001/XMLSchema#',
  },
]
const [ofOrganisation, ofTable, ofObligation] = [`${home}organisation/`, `${home}table/`, 'sd:obligation-']

/** ODRL's own actions are about works: its `aggregate` means a collection. So each use has an action of ours. */
const actions: Readonly<Record<AgreedUse, { readonly uid: string; readonly includedIn: string }>> = {
  SELECT: { uid: 'sd:select', includedIn: 'odrl:read' },
  FILTER: { uid: 'sd:filter', includedIn: 'odrl:use' },
  JOIN: { uid: 'sd:join', includedIn: 'odrl:use' },
  GROUP: { uid: 'sd:group', includedIn: 'odrl:use' },
  AGGREGATE: { uid: 'sd:aggregate', includedIn: 'odrl:use' },
}
/** A permission needs an action, and a column may be agreed for none: who does not know this one allows nothing by it. */
const nothing = { uid: 'sd:nothing', includedIn: 'odrl:use' }
/** A table without columns: whatever the other agreement lets out. */
const asDisclosed = { uid: 'sd:use-as-disclosed', includedIn: 'odrl:use' }
const distribute = { uid: 'odrl:distribute' }

interface Node {
  readonly uid: string
}

/**
 * An agreement as a policy of ODRL 2.2, in JSON-LD. Nothing of it is left out. Each column is an asset of its own, `<table>#<column>`: a
 * column has its own uses and duties, and who does not know a refinement of a table would read it as the whole table. Who does not know an
 * asset lets nothing out. A node that rules share is whole where it first stands, and named by its uid after that.
 * @throws Error for text that has no canonical form: half a surrogate pair.
 */
export function toOdrl(agreement: Agreement): Record<string, unknown> {
  const { discloser, legalGateway, tables, retentionDays, onwardSharing, impactAssessment } = agreement
  const uid = `urn:uuid:${agreement.id}`
  const once = wholeOnce()
  const always = () => [
    once({ uid: `${uid}#/purposes`, leftOperand: 'purpose', operator: 'isAnyOf', rightOperand: agreement.purposes.map(reference) }),
    once({ uid: `${uid}#/validFrom`, leftOperand: 'dateTime', operator: 'gteq', rightOperand: typed(agreement.validFrom, 'dateTime') }),
    once({ uid: `${uid}#/validUntil`, leftOperand: 'dateTime', operator: 'lt', rightOperand: typed(agreement.validUntil, 'dateTime') }),
  ]
  const ofAll = tables.map(({ table }) => ({ uid: assetOf(table) }))
  return {
    '@context': context,
    type: 'Agreement',
    uid,
    profile: odrlProfile,
    conflict: 'prohibit',
    'sd:version': agreement.version,
    'sd:kind': agreement.kind,
    'dct:title': agreement.title,
    assigner: `${ofOrganisation}${discloser}`,
    assignee: agreement.recipients.map((recipient) => `${ofOrganisation}${recipient}`),
    'dpv:hasLegalBasis': agreement.legalBases.map(reference),
    ...(legalGateway === null ? {} : { 'dpv:hasApplicableLaw': { type: 'dpv:Law', 'dct:title': legalGateway } }),
    permission: [
      ...tables.flatMap((agreed, index) => permissionsOf(agreed, `${uid}#/tables/${index}`, `${ofOrganisation}${discloser}`, once, always)),
      ...(onwardSharing ? ofAll.map((target) => ({ target, action: [distribute], constraint: always(), duty: [] })) : []),
    ],
    prohibition: onwardSharing ? [] : ofAll.map((target) => ({ target, action: [distribute] })),
    obligation:
      retentionDays === null
        ? []
        : ofAll.map((target) => ({
            target,
            action: [{ uid: 'odrl:delete' }],
            constraint: [
              once({
                uid: `${uid}#/retentionDays`,
                leftOperand: 'sd:timeSinceReceipt',
                operator: 'lteq',
                rightOperand: typed(`P${retentionDays}D`, 'duration'),
              }),
            ],
          })),
    ...(impactAssessment === null
      ? {}
      : {
          'sd:impactAssessment': {
            type: 'dpv:ImpactAssessment',
            'sd:sha256': impactAssessment.sha256,
            ...(impactAssessment.url === null ? {} : { 'sd:url': reference(impactAssessment.url) }),
          },
        }),
    'sd:digest': createHash('sha256').update(canonicalAgreement(agreement)).digest('hex'),
  }
}

/** The permissions of a table: one for each column, or one for the table where it names none. All of them hold what binds the table. */
function permissionsOf(
  { table, columns, rowFilter, obligations }: AgreedTable,
  uid: string,
  discloser: string,
  once: <T extends Node>(node: T) => T | Node,
  always: () => readonly object[],
): object[] {
  const constraint = () => [
    ...always(),
    ...(rowFilter === null
      ? []
      : [once({ uid: `${uid}/rowFilter`, leftOperand: 'sd:row', operator: 'sd:passes', rightOperand: literal(rowFilter) })]),
  ]
  const duties = (all: readonly Obligation[], of: string, target: string) =>
    all.map(({ type, params }, index) =>
      once({
        uid: `${of}/obligations/${index}`,
        // The spoke of the discloser does it, before anything leaves.
        assignee: discloser,
        target,
        action: [
          {
            'rdf:value': once({ uid: `${ofObligation}${encodeURIComponent(type)}`, includedIn: 'odrl:use' }),
            ...(params === null ? {} : { refinement: [{ leftOperand: 'sd:parameters', operator: 'eq', rightOperand: literal(params) }] }),
          },
        ],
      }),
    )
  const whole = assetOf(table)
  if (columns.length === 0)
    return [
      {
        uid,
        target: { uid: whole, type: 'AssetCollection' },
        action: [once(asDisclosed)],
        constraint: constraint(),
        duty: duties(obligations, uid, whole),
      },
    ]
  return columns.map(({ column, uses, obligations: masks }, index) => {
    const [of, asset] = [`${uid}/columns/${index}`, assetOf(table, column)]
    return {
      uid: of,
      target: { uid: asset, type: 'Asset', partOf: whole },
      action: uses.length === 0 ? [once(nothing)] : uses.map((use) => once(actions[use])),
      constraint: constraint(),
      duty: [...duties(obligations, uid, whole), ...duties(masks, of, asset)],
    }
  })
}

/** Gives a node whole the first time that it is asked for it, and only its uid after that. */
function wholeOnce(): <T extends Node>(node: T) => T | Node {
  const seen = new Set<string>()
  return (node) => {
    if (seen.has(node.uid)) return { uid: node.uid }
    seen.add(node.uid)
    return node
  }
}

const reference = (iri: string) => ({ '@id': iri })
const typed = (value: string, type: 'dateTime' | 'duration') => ({ '@value': value, '@type': `xsd:${type}` })
const literal = (value: unknown) => ({ '@value': value, '@type': '@json' })

function assetOf(table: string, column?: string): string {
  const path = table.split('/').map(encodeURIComponent).join('/')
  return `${ofTable}${path}${column === undefined ? '' : `#${encodeURIComponent(column)}`}`
}

/** Text that stands in an IRI, after its beginning. */
const inIri = (beginning: string) =>
  z
    .string()
    .refine((text) => text.startsWith(beginning) && decoded(text.slice(beginning.length)) !== undefined, `must begin with ${beginning}`)
    .transform((text) => text.slice(beginning.length))

/** Undefined where the text is not encoded as IRIs are. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

const plain = (text: string) => decoded(text) ?? ''

// What is read of a document. What else it holds is compared afterwards: see fromOdrl.
const referenceSchema = z.object({ '@id': z.string() }).transform((node) => node['@id'])
const valueSchema = z.object({ rightOperand: z.object({ '@value': z.string() }) }).transform(({ rightOperand }) => rightOperand['@value'])
const purposesSchema = z.object({ rightOperand: z.array(referenceSchema) }).transform(({ rightOperand }) => rightOperand)
const durationSchema = z.object({ rightOperand: z.object({ '@value': z.string().regex(/^P\d{1,5}D$/, 'must be days: P90D') }) })
const rowsSchema = z.object({ rightOperand: z.object({ '@value': z.json() }) })
const useOf = new Map(agreedUses.map((use) => [actions[use].uid, use]))
const actionSchema = z.object({ uid: z.enum([...useOf.keys(), nothing.uid, asDisclosed.uid, distribute.uid]) })
const dutySchema = z.object({
  uid: z.string(),
  target: z.string().optional(),
  action: z
    .tuple([
      z.object({
        'rdf:value': z.object({ uid: inIri(ofObligation) }),
        refinement: z.tuple([z.object({ rightOperand: z.object({ '@value': z.record(z.string(), z.json()) }) })]).optional(),
      }),
    ])
    .optional(),
})
const ruleShape = {
  uid: z.string().optional(),
  target: z.object({ uid: inIri(ofTable) }),
  action: z.array(actionSchema),
  duty: z.array(dutySchema),
}
const firstRuleSchema = z.object({ ...ruleShape, constraint: z.tuple([purposesSchema, valueSchema, valueSchema], z.unknown()) })
const ruleSchema = z.object({ ...ruleShape, constraint: z.array(z.unknown()) })
const documentSchema = z.object({
  type: z.literal('Agreement'),
  uid: z.string().startsWith('urn:uuid:'),
  profile: z.literal(odrlProfile),
  'sd:version': z.number(),
  'sd:kind': z.string(),
  'dct:title': z.string(),
  assigner: inIri(ofOrganisation),
  assignee: z.array(inIri(ofOrganisation)),
  'dpv:hasLegalBasis': z.array(referenceSchema),
  'dpv:hasApplicableLaw': z.object({ 'dct:title': z.string() }).optional(),
  permission: z.tuple([firstRuleSchema], ruleSchema),
  prohibition: z.array(z.unknown()),
  obligation: z.array(z.object({ constraint: z.tuple([z.unknown()]) })),
  'sd:impactAssessment': z.object({ 'sd:sha256': z.string(), 'sd:url': referenceSchema.optional() }).optional(),
  'sd:digest': z.string(),
})
type Rule = z.infer<typeof ruleSchema> | z.infer<typeof firstRuleSchema>

/**
 * The input of createAgreement that a document of `toOdrl` says. What is read is written again and compared, so that a document with
 * anything more, anything less or anything else than what is understood is refused: what was passed over could have been a limit.
 * @throws BAD_USER_INPUT with the place in the document.
 */
export function fromOdrl(document: unknown): AgreementInput {
  try {
    const agreement = agreementIn(document)
    const other = difference(toOdrl(agreement), document, [])
    if (other !== undefined) throw notUnderstood(other.path, other.text)
    const { id: _id, version: _version, ...input } = agreement
    return input
  } catch (thrown) {
    if (thrown instanceof RangeError) throw new BadUserInput('The ODRL document is nested too deeply.', { cause: thrown })
    throw thrown
  }
}

function agreementIn(document: unknown): Agreement {
  const read = checkForm(documentSchema, document)
  if ('faults' in read) throw notUnderstood(read.faults[0].path, read.faults[0].message)
  const { permission, obligation, ...policy } = read.value
  const [purposes, validFrom, validUntil] = permission[0].constraint
  const [retention] = obligation
  const gateway = policy['dpv:hasApplicableLaw']
  const assessment = policy['sd:impactAssessment']
  const checked = checkForm(agreementSchema, {
    id: policy.uid.slice('urn:uuid:'.length),
    version: policy['sd:version'],
    title: policy['dct:title'],
    kind: policy['sd:kind'],
    discloser: policy.assigner,
    recipients: policy.assignee,
    purposes,
    legalBases: policy['dpv:hasLegalBasis'],
    legalGateway: gateway === undefined ? null : gateway['dct:title'],
    tables: tablesIn(permission),
    validFrom,
    validUntil,
    retentionDays: retention === undefined ? null : daysIn(retention.constraint[0]),
    onwardSharing: policy.prohibition.length === 0,
    impactAssessment: assessment === undefined ? null : { sha256: assessment['sd:sha256'], url: assessment['sd:url'] ?? null },
  })
  if ('faults' in checked) {
    const fault = checked.faults[0]
    throw new BadUserInput(`The ODRL document says no agreement that could be made: ${sentence(faultText(fault, 'it'))}`, {
      inputPath: fault.path.map(pathStep),
    })
  }
  // A text without a canonical form has no digest either.
  try {
    canonicalAgreement(checked.value)
  } catch (cause) {
    throw new BadUserInput('The ODRL document holds half a character (a lone surrogate), which no agreement can.', { cause })
  }
  return checked.value
}

/** Rules about the same table follow each other, and their uids say which they are: `…#/tables/0/columns/2`. */
function tablesIn(rules: readonly Rule[]): unknown[] {
  const tables = new Map<string, { table: string; columns: object[]; rowFilter: unknown; obligations: object[] }>()
  for (const { uid, target, action, constraint, duty } of rules) {
    const [, which] = /#(\/tables\/\d+)/.exec(uid ?? '') ?? []
    if (which === undefined) continue
    const [path = '', column] = target.uid.split('#')
    const obligations = (asset: string) => duty.filter((one) => one.target === `${ofTable}${asset}`).map(obligationIn)
    const table = tables.get(which) ?? {
      table: path.split('/').map(plain).join('/'),
      columns: [],
      rowFilter: filterIn(constraint[3]),
      obligations: obligations(path),
    }
    tables.set(which, table)
    const uses = action.flatMap((one) => useOf.get(one.uid) ?? [])
    if (column !== undefined) table.columns.push({ column: plain(column), uses, obligations: obligations(target.uid) })
  }
  return [...tables.values()]
}

/** Null where there is none; a constraint of another form is found when what was read is compared. */
function filterIn(constraint: unknown): unknown {
  const read = rowsSchema.safeParse(constraint)
  return read.success ? read.data.rightOperand['@value'] : null
}

function obligationIn({ action }: z.infer<typeof dutySchema>): object {
  const [first] = action ?? []
  return { type: plain(first?.['rdf:value'].uid ?? ''), params: first?.refinement?.[0].rightOperand['@value'] ?? null }
}

function daysIn(constraint: unknown): number {
  const read = checkForm(durationSchema, constraint)
  if ('faults' in read) throw notUnderstood(['obligation', 0, 'constraint', 0, ...read.faults[0].path], read.faults[0].message)
  return Number(read.value.rightOperand['@value'].slice(1, -1))
}

interface Difference {
  readonly path: readonly PropertyKey[]
  readonly text: string
}

/** Where a value first differs from what it should be. A member that is not known comes first. */
function difference(expected: unknown, given: unknown, path: readonly PropertyKey[]): Difference | undefined {
  if (!isComposed(expected) || !isComposed(given) || Array.isArray(expected) !== Array.isArray(given)) {
    if (expected === given) return undefined
    const isDigest = path.length === 1 && path[0] === 'sd:digest'
    return { path, text: isDigest ? 'is of another agreement: something was changed or left out on the way' : 'is not understood' }
  }
  const step = (key: string) => [...path, Array.isArray(expected) ? Number(key) : key]
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(expected, key))
  if (unknown !== undefined) return { path: step(unknown), text: 'is not understood' }
  for (const [key, value] of Object.entries(expected)) {
    if (!Object.hasOwn(given, key)) return { path: step(key), text: 'is missing' }
    const found = difference(value, given[key], step(key))
    if (found !== undefined) return found
  }
  return undefined
}

const isComposed = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function notUnderstood(path: readonly PropertyKey[], text: string): BadUserInput {
  const place = path.length === 0 ? 'it' : pathText(path.map(pathStep))
  return new BadUserInput(`The ODRL document is refused, since it is not understood as a whole: ${sentence(`${place} ${text}`)}`, {
    inputPath: path.map(pathStep),
  })
}

/** A name in a document may be anything: it steers no terminal, and is not endless. */
function pathStep(step: PropertyKey): string | number {
  return typeof step === 'number' ? step : String(step).replaceAll(steering, ' ').slice(0, 100)
}

const steering = new RegExp(`[${steeringCharacters}]`, 'gu')
