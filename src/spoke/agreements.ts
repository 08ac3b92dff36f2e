import { createHash, createHmac } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'
import { LRUCache } from 'lru-cache'
import type { ScanGrant } from '../connector/source.js'
import { DialsError } from '../errors.js'
import { agreementSchema, canonicalAgreement, partiesOf, type SignedAgreement } from '../policy/agreement.js'
import type { PurposeTree } from '../policy/purposes.js'
import { isSignedBy } from '../policy/signature.js'
import type { AgreementFolder } from './agreement-folder.js'

/** The most characters of verified agreements that are kept; others are verified again. */
const textsMax = 16 * 1024 * 1024

/** What a spoke judges agreements by: nothing of it comes from a hub. */
export interface AgreementsOptions {
  /** The keys of each organisation, by its id, that this spoke pins. */
  readonly keys: ReadonlyMap<string, JSONWebKeySet>
  readonly purposes: PurposeTree
  /** Where the spoke keeps its countersigned copies, and which of them its operator refuses. */
  readonly folder: AgreementFolder
  /** 32 random bytes that never leave the spoke. */
  readonly secret: Buffer
}

/** An agreement as a hub names it: nothing of it is believed. */
type NamedAgreement = ScanGrant['agreements'][number]

/** The agreements that a scan rests on, as this spoke has verified them. */
export interface AcceptedGrant {
  readonly purpose: string
  readonly agreements: readonly SignedAgreement[]
}

/** The countersigned agreements of a spoke. It takes them from the hub, and believes none that it has not verified itself. */
export class Agreements {
  /** Each is verified once, also where several scans need it at the same moment. */
  readonly #verified = new LRUCache<string, SignedAgreement, NamedAgreement>({
    maxSize: textsMax,
    sizeCalculation: (_signed, text) => text.length,
    fetchMethod: (_name, _stale, { context }) => this.#verify(context),
  })

  constructor(private readonly options: AgreementsOptions) {}

  get purposes(): PurposeTree {
    return this.options.purposes
  }

  /**
   * Verifies the agreements that a hub names for a scan, and keeps a copy of each.
   * @throws AGREEMENT_REQUIRED where one is not signed by all its parties, is refused here, or is older than one that this spoke has.
   */
  async accept({ purpose, agreements }: ScanGrant): Promise<AcceptedGrant> {
    const accepted: SignedAgreement[] = []
    for (const one of agreements) accepted.push(await this.#verified.forceFetch(nameOf(one), { context: one }))
    await Promise.all(accepted.map((one) => this.options.folder.check(one)))
    return { purpose, agreements: accepted }
  }

  /** The key of pseudonyms or hashes: another for each agreement and purpose, so that two purposes cannot be joined. */
  keyOf(kind: 'hash' | 'pseudonymise', agreement: string, purpose: string, column: string): Buffer {
    const scope = kind === 'hash' ? [kind, agreement, column] : [kind, agreement, purpose]
    return createHmac('sha256', this.options.secret).update(JSON.stringify(scope)).digest()
  }

  async #verify({ canonical, signatures }: NamedAgreement): Promise<SignedAgreement> {
    const agreement = agreementOf(canonical)
    for (const party of partiesOf(agreement)) {
      const keys = this.options.keys.get(party)
      if (keys === undefined)
        throw refused(`This spoke knows no key of ${party}: its operator has to name it under organisations in spoke.yaml.`)
      const own = signatures.filter(({ organisation }) => organisation === party)
      const held = await Promise.all(own.map(({ jws }) => isSignedBy(jws, canonical, keys)))
      if (!held.includes(true)) throw refused(`The agreement ${agreement.id} is not signed by ${party} with a key that this spoke knows.`)
    }
    const signed = { agreement, canonical, digest: digestOf(canonical), signatures }
    await this.options.folder.keep(signed)
    return signed
  }
}

const digestOf = (canonical: string) => createHash('sha256').update(canonical).digest('hex')

function nameOf({ canonical, signatures }: NamedAgreement): string {
  return `${digestOf(canonical)} ${signatures.map(({ organisation, jws }) => `${organisation} ${jws}`).join(' ')}`
}

function agreementOf(canonical: string): SignedAgreement['agreement'] {
  try {
    const agreement = agreementSchema.parse(JSON.parse(canonical))
    // Another text with the same members could be read by others in another way.
    if (canonicalAgreement(agreement) === canonical) return agreement
  } catch {
    // Told below.
  }
  throw refused('An agreement that the hub names is malformed.')
}

function refused(message: string): DialsError {
  return new DialsError('AGREEMENT_REQUIRED', message)
}
