import canonicalize from 'canonicalize'
import { z } from 'zod'
import { steeringCharacters } from '../connector/steering-characters.js'
import { iriForm, slugForm } from '../connector/identifier-forms.js'

/** DISCLOSURE: an organisation lets recipients have data. RECEIPT: recipients bind themselves to the purpose and the duties. */
export const agreementKinds = ['DISCLOSURE', 'RECEIPT'] as const
/** One of `agreementKinds`. */
export type AgreementKind = (typeof agreementKinds)[number]

/**
 * What a column may be used for. Sorting by it needs SELECT: the order of the rows tells its values.
 */
export const agreedUses = ['SELECT', 'FILTER', 'JOIN', 'GROUP', 'AGGREGATE'] as const
/** One of `agreedUses`. */
export type AgreedUse = (typeof agreedUses)[number]

const iri = z.string().regex(iriForm, 'must be an absolute IRI: https://w3id.org/dpv#ProvideOfficialStatistics').max(500)
/** On one line, and in the order in which it is read: who signs has to see what is signed. */
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(new RegExp(`^[^${steeringCharacters}]*$`, 'u'), 'must be one line, without control characters')
const organisation = z.string().regex(slugForm, 'must be the id of an organisation: camden').max(60)
const moment = z.iso
  .datetime({ error: 'must be a time in UTC: 2027-04-01T00:00:00.000Z' })
  .length(24, 'must have milliseconds: 2027-04-01T00:00:00.000Z')

/** Something that has to be done to values before they leave the spoke, or a limit. Which there are: obligations.ts. */
export const obligationSchema = z.strictObject({
  /** `drop`, `truncate`, … One that is not known denies. */
  type: z.string().min(1).max(60),
  params: z.record(z.string().max(60), z.union([z.string().max(1000), z.number(), z.boolean(), z.null()])).nullable(),
})
/** Inferred from its schema. */
export type Obligation = z.infer<typeof obligationSchema>

const agreedColumnSchema = z.strictObject({
  /** As published. */
  column: z.string().min(1).max(300),
  uses: z.array(z.enum(agreedUses)).max(agreedUses.length),
  obligations: z.array(obligationSchema).max(20),
})

const agreedTableSchema = z.strictObject({
  /** The hub's id of a table of the discloser: `camden/council-tax/accounts`. */
  table: z
    .string()
    .regex(/^[^/\s]+\/[^/\s]+\/[^/\s]+$/, 'must be the id of a table: camden/libraries/libraries')
    .max(250),
  /** In a RECEIPT an empty list accepts whatever the disclosure lets out. */
  columns: z.array(agreedColumnSchema).max(2000),
  /** Which rows leave the spoke, as a Filter of the graph. Null: all. */
  rowFilter: z.json().nullable(),
  obligations: z.array(obligationSchema).max(20),
})
/** Inferred from its schema. */
export type AgreedTable = z.infer<typeof agreedTableSchema>

/** What the parties of an agreement sign: its canonical JSON (RFC 8785) and nothing else. It never changes once it is offered. */
export const agreementSchema = z.strictObject({
  id: z.uuid(),
  version: z.number().int().min(1).max(1_000_000),
  title: line(300),
  kind: z.enum(agreementKinds),
  /** The organisation whose data they are. */
  discloser: organisation,
  recipients: z.array(organisation).min(1).max(100),
  /** IRIs of purposes; each covers its narrower ones. */
  purposes: z.array(iri).min(1).max(100),
  /** IRIs of the Data Privacy Vocabulary's legal bases. */
  legalBases: z.array(iri).min(1).max(100),
  /** The law that lets the data pass, as text: `Digital Economy Act 2017 s.35`. */
  legalGateway: line(1000).nullable(),
  tables: z.array(agreedTableSchema).min(1).max(1000),
  validFrom: moment,
  /** The first moment at which it is over. */
  validUntil: moment,
  /** Days for which a recipient may keep what it got. It is not enforced technically. */
  retentionDays: z.number().int().min(0).max(36_500).nullable(),
  /** Whether a recipient may pass the data on. It is not enforced technically. */
  onwardSharing: z.boolean(),
  impactAssessment: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), url: iri.nullable() }).nullable(),
})
/** Inferred from its schema. */
export type Agreement = z.infer<typeof agreementSchema>

/** A party's signature: a compact JWS over the canonical text, whose header is `{ alg, typ: "agreement+jws", kid }`. */
export interface PartySignature {
  readonly organisation: string
  readonly jws: string
}

/** An agreement as it stands: with what was signed, and by whom. */
export interface SignedAgreement {
  readonly agreement: Agreement
  /** The text that is signed. */
  readonly canonical: string
  /** SHA-256 of the text, hexadecimal. */
  readonly digest: string
  readonly signatures: readonly PartySignature[]
}

/** The text that the parties of an agreement sign (RFC 8785). */
export function canonicalAgreement(agreement: Agreement): string {
  return canonicalize(agreement) as string
}

/** The parties of an agreement, each of which has to sign it. */
export function partiesOf({ discloser, recipients }: Pick<Agreement, 'discloser' | 'recipients'>): string[] {
  return [...new Set([discloser, ...recipients])]
}
