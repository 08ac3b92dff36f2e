import { DialsError } from '../errors.js'
import { commitmentOf, type Entry, parseOpening } from './entry.js'
import { ProofError } from './merkle/verify.js'
import type { VerifierKey } from './notes/keys.js'
import { NoteError, UnknownSigner } from './notes/signed-note.js'
import { parseProof, verifyProof } from './notes/tlog-proof.js'

/** A download may take an hour; this and how far clocks differ. */
const ageMsMax = 65 * 60_000
const aheadMsMax = 60_000

/** What a hub proves of a query before a spoke reads for it. */
export interface ProvenIntent {
  readonly entry: Entry
  /** Where the entry stands in the log of the hub. */
  readonly index: number
  /** The checkpoint that it is proved against. */
  readonly size: number
  readonly root: Buffer
  readonly note: string
}

/**
 * Verifies that a query is in the audit log of the hub, as one that may read tables of this spoke.
 * @param keys those of the log of the hub, which the spoke pins.
 * @throws UNAUTHENTICATED where that is not proved.
 */
export function provenIntent(proof: string | undefined, spokeId: string, keys: readonly VerifierKey[]): ProvenIntent {
  if (proof === undefined) throw refused('The scan does not prove that its query is in the audit log of the hub.')
  if (keys.length === 0) throw refused('This spoke knows no key of the audit log of its hub: take hub.jwks again from the hub.')
  try {
    const parsed = parseProof(proof)
    const opening = parseOpening(String(parsed.extra))
    if (opening === undefined) throw refused('The proof of the query does not say what it proves.')
    const { size, root } = verifyProof(parsed, commitmentOf(opening), keys)
    const { entry } = opening
    if (entry.phase !== 'INTENT' || entry.decision === 'DENY') throw refused('What is proved is not that data are to be read.')
    if (!entry.spokes.includes(spokeId)) throw refused('What is proved is about another spoke.')
    const age = Date.now() - Date.parse(entry.time)
    if (!(age <= ageMsMax && age >= -aheadMsMax)) throw refused('What is proved is too old, or the clocks of hub and spoke differ.')
    return { entry, index: parsed.index, size, root, note: parsed.checkpoint }
  } catch (thrown) {
    if (thrown instanceof UnknownSigner)
      throw refused(
        `The proof of the query does not hold: ${thrown.message}. Where the hub has a new key, give this spoke its hub.jwks anew.`,
        thrown,
      )
    if (thrown instanceof NoteError || thrown instanceof ProofError)
      throw refused(`The proof of the query does not hold: ${thrown.message}.`, thrown)
    throw thrown
  }
}

/** Refuses what reads more than was recorded. @param tables those that are scanned, with the names of their columns, by the hub's ids. */
export function checkCovered({ tables }: Entry, scanned: readonly { readonly table: string; readonly columns: readonly string[] }[]): void {
  const recorded = new Map(tables.map(({ table, columns }) => [table, new Set(columns.map(({ column }) => column))]))
  for (const { table, columns } of scanned) {
    const known = recorded.get(table)
    const missing = columns.find((name) => known?.has(name) !== true)
    if (known === undefined || missing !== undefined)
      throw refused(
        `The query that is in the audit log of the hub does not read ${known === undefined || missing === undefined ? table : `'${missing}' of ${table}`}.`,
      )
  }
}

/** Refuses what rests on another purpose, or on another agreement, than was recorded. */
export function checkGranted({ purpose, agreement }: Entry, granted: string, disclosures: readonly string[]): void {
  if (granted !== purpose) throw refused('The query that is in the audit log of the hub is for another purpose.')
  const recorded = new Set(agreement?.split(' '))
  if (disclosures.some((id) => !recorded.has(id)))
    throw refused('The query that is in the audit log of the hub rests on another agreement.')
}

function refused(message: string, cause?: unknown): DialsError {
  return new DialsError('UNAUTHENTICATED', message, cause === undefined ? {} : { cause })
}
