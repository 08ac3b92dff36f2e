import type { JSONWebKeySet } from 'jose'
import type { Knex } from 'knex'
import { AgreementStore } from '../../agreements/agreement-store.js'
import type { Auditor } from '../../audit/auditor.js'
import type { HubConfig, Loaded } from '../../config.js'
import type { LegalBases } from '../../policy/legal-bases.js'
import type { PurposeTree } from '../../policy/purposes.js'
import { knownLegalBases } from '../agreement-file.js'
import { purposesOf } from '../purposes-of.js'
import { signatoriesOf } from '../signatories.js'

/** What agreements are judged by. */
export interface Governance {
  /** The keys by which each organisation signs. */
  readonly keys: ReadonlyMap<string, JSONWebKeySet>
  readonly purposes: PurposeTree
}

/** Reads the files of keys and purposes, so that a wrong hub.yaml starts nothing. @throws ConfigError where one is not right. */
export function checkGovernance(loaded: Loaded<HubConfig>): Governance {
  return { keys: signatoriesOf(loaded), purposes: purposesOf(loaded) }
}

/** The agreements of the hub, and the purposes and legal bases that it knows. */
export interface HubAgreements {
  readonly agreements: AgreementStore
  readonly purposes: PurposeTree
  readonly legalBases: LegalBases
}

/** Opens the agreements. */
export function openAgreements({ keys, purposes }: Governance, knex: Knex, auditor: Auditor): HubAgreements {
  return { agreements: new AgreementStore(knex, auditor, keys), purposes, legalBases: knownLegalBases() }
}
