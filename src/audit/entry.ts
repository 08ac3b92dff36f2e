import { randomBytes } from 'node:crypto'
import canonicalize from 'canonicalize'
import { z } from 'zod'
import { sha256 } from './merkle/hash.js'

/** What an entry says: that data were asked for, what came of it, that they were refused, or that the hub was changed. */
export const phases = ['INTENT', 'OUTCOME', 'DENY', 'ADMIN'] as const
/** One of `phases`. */
export type Phase = (typeof phases)[number]

/** Why an entry is its party's: it asked, its data were asked for, or it runs the hub. */
export const parts = ['REQUESTER', 'DISCLOSER', 'OPERATOR'] as const
/** One of `parts`. */
export type Part = (typeof parts)[number]
/** What a column was used for. */
export const columnUses = ['SELECT', 'FILTER', 'JOIN', 'GROUP', 'AGGREGATE', 'SORT'] as const
/** One of `columnUses`. */
export type ColumnUse = (typeof columnUses)[number]

const sha256Text = z.string().regex(/^[0-9a-f]{64}$/)
const text = z.string().max(10_000)

/**
 * An entry of the audit log: what its party may know. It holds no value of a row and no value of a filter. What could be guessed from a
 * digest is hashed with the entry's nonce. The members stand in the order of canonical JSON, so that a parsed entry is written in it.
 */
export const entrySchema = z.strictObject({
  /** A pseudonym of the person who asked, that this party alone sees. */
  actor: text.nullable(),
  agreement: text.nullable(),
  agreementSha256: sha256Text.nullable(),
  decision: z.enum(['ALLOW', 'MASK', 'DENY']),
  /** How data were asked for, or what was changed: `query`, `explain`, `download`, … */
  kind: text,
  legalBasis: text.nullable(),
  /** SHA-256 of the nonce and of the digest, in hexadecimal, of the canonical JSON of what was asked. */
  operationSha256: sha256Text,
  /** The organisation that asked. Null: nobody who says who they are. */
  organisation: text.nullable(),
  part: z.enum(parts),
  /** The organisation whose entry it is. Null: that of the hub's operator alone. */
  party: text.nullable(),
  phase: z.enum(phases),
  purpose: text.nullable(),
  reasons: z.array(text),
  /** SHA-256 of the nonce and of the digest, in hexadecimal, of the rows as they were sent. Null where none were, or not all of them. */
  resultSha256: sha256Text.nullable(),
  /** About how many rows: `0`, `1-9`, `10-99`, … Null where that is not known, or would tell about a protected table. */
  rowBand: text.nullable(),
  /** The version of the program that wrote it. */
  software: text,
  spokes: z.array(text),
  /** The tables that were touched, as far as they concern this party, with the use of each column. */
  tables: z.array(z.strictObject({ columns: z.array(z.strictObject({ column: text, uses: z.array(z.enum(columnUses)) })), table: text })),
  /** ISO 8601, by the clock of the log. Never before that of an earlier entry. */
  time: z.iso.datetime(),
  transaction: z.uuid(),
  v: z.literal(1),
})
/** Inferred from its schema. */
export type Entry = z.infer<typeof entrySchema>

/** An entry with the nonce that its commitment hides it by. */
export interface Opening {
  /** 16 random bytes, base64. */
  readonly nonce: string
  readonly entry: Entry
}

/** The canonical JSON of a value (RFC 8785). */
export function canonical(value: unknown): string {
  return canonicalize(value) ?? 'null'
}

/** A nonce for a new entry. */
export function newNonce(): Buffer {
  return randomBytes(16)
}

/** SHA-256 of a nonce and a digest, both hexadecimal in the end: without the nonce nobody can guess what the digest is of. */
export function saltedDigest(nonce: Uint8Array, digest: string): string {
  return sha256(nonce, digest).toString('hex')
}

const texts = new WeakMap<Entry, string>()

/** An entry as canonical JSON. One of a wide query has megabytes, so each is written once. */
export function entryText(entry: Entry): string {
  const text = texts.get(entry) ?? canonical(entry)
  texts.set(entry, text)
  return text
}

/** An opening as canonical JSON. */
export function openingText({ nonce, entry }: Opening): string {
  return `{"entry":${entryText(entry)},"nonce":${JSON.stringify(nonce)}}`
}

/** What stands in the log for an entry: 32 bytes that say nothing without the nonce. */
export function commitmentOf({ nonce, entry }: Opening): Buffer {
  return sha256(Buffer.from(nonce, 'base64'), entryText(entry))
}

/** In one form only: no other text is the same nonce. */
const nonceText = z
  .base64()
  .length(24)
  .refine((nonce) => Buffer.from(nonce, 'base64').toString('base64') === nonce)
const openingSchema = z.strictObject({ nonce: nonceText, entry: entrySchema })

/** Reads an opening, as a receipt or an exported log holds it. Undefined where it is none. */
export function parseOpening(json: string): Opening | undefined {
  try {
    const opening = openingSchema.parse(JSON.parse(json))
    const text = JSON.stringify(opening.entry)
    // The order of the schema is that of canonical JSON. Half of a surrogate pair is all that JSON.stringify writes otherwise.
    if (!/\\ud[89a-f]/i.test(text)) texts.set(opening.entry, text)
    return opening
  } catch {
    return undefined
  }
}

/** A count as a band of its order of magnitude. */
export function bandOf(rows: number): string {
  if (rows === 0) return '0'
  const digits = String(rows).length
  return `${10 ** (digits - 1)}-${10 ** digits - 1}`
}
