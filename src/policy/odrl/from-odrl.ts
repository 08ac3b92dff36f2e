import { z } from 'zod'
import { checkForm, faultText } from '../../connector/check-form.js'
import { pathText, sentence } from '../../connector/issue-text.js'
import { steeringCharacters } from '../../connector/steering-characters.js'
import { BadUserInput } from '../../errors.js'
import { agreedUses, type Agreement, agreementSchema, canonicalAgreement } from '../agreement.js'
import { difference } from './difference.js'
import { asDisclosed, distribute, nothing, odrlProfile, ofObligation, ofOrganisation, ofTable, useActions } from './terms.js'
import { toOdrl } from './to-odrl.js'

/** What createAgreement takes: an agreement to which no hub has given an id yet. */
export type AgreementInput = Omit<Agreement, 'id' | 'version'>

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
const useOf = new Map(agreedUses.map((use) => [useActions[use].uid, use]))
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
