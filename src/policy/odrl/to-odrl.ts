import { createHash } from 'node:crypto'
import { type AgreedTable, type Agreement, canonicalAgreement, type Obligation } from '../agreement.js'
import { asDisclosed, distribute, nothing, odrlContext, odrlProfile, ofObligation, ofOrganisation, ofTable, useActions } from './terms.js'

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
    '@context': odrlContext,
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
      action: uses.length === 0 ? [once(nothing)] : uses.map((use) => once(useActions[use])),
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
