import { canonical, type Entry, newNonce, type Opening, saltedDigest } from '../entry.js'
import { sha256 } from '../merkle/hash.js'

/** An entry to be written. The log gives it its time, its nonce, and the digests that are salted with it. */
export interface Draft extends Omit<Entry, 'v' | 'time' | 'operationSha256' | 'resultSha256' | 'software' | 'actor'> {
  /** The person who gets a pseudonym, or the pseudonym itself. Null: nobody who says who they are. */
  readonly actor: Person | string | null
  /** SHA-256 of the canonical JSON of what was asked, hexadecimal. */
  readonly operation: string
  /** The digest of the rows as they were sent, hexadecimal. Null where none were. */
  readonly result: string | null
}

/** A person as their issuer knows them. */
export interface Person {
  readonly issuer: string
  readonly subject: string
}

/** The entry of a draft, with a new nonce. @param actor its pseudonym. */
export function openingOf(draft: Draft, { time, software, actor }: Pick<Entry, 'time' | 'software' | 'actor'>): Opening {
  const { operation, result, ...rest } = draft
  const nonce = newNonce()
  const entry: Entry = {
    v: 1,
    ...rest,
    time,
    actor,
    operationSha256: saltedDigest(nonce, operation),
    resultSha256: result === null ? null : saltedDigest(nonce, result),
    software,
  }
  return { nonce: nonce.toString('base64'), entry }
}

/** An entry about the hub itself, which its operator alone reads. @param operation what was changed, and how. */
export function adminDraft(kind: string, operation: unknown): Draft {
  return {
    phase: 'ADMIN',
    part: 'OPERATOR',
    party: null,
    transaction: crypto.randomUUID(),
    kind,
    organisation: null,
    actor: null,
    purpose: null,
    legalBasis: null,
    agreement: null,
    agreementSha256: null,
    operation: sha256(canonical(operation)).toString('hex'),
    tables: [],
    spokes: [],
    decision: 'ALLOW',
    reasons: [],
    rowBand: null,
    result: null,
  }
}
