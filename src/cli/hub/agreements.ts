import type { Knex } from 'knex'
import { AgreementStore } from '../../agreements/agreement-store.js'
import type { Auditor } from '../../audit/auditor.js'
import type { PurposeTree } from '../../policy/purposes.js'
import { purposesOf } from '../purposes-of.js'
import { signatoriesOf } from '../signatories.js'
import type { HubStart } from './options.js'

/** The agreements of the hub, and the purposes that it knows. */
export interface HubAgreements {
  readonly agreements: AgreementStore
  readonly purposes: PurposeTree
}

/** Opens the agreements. @throws ConfigError where a file of keys or purposes is not right. */
export function openAgreements({ loaded }: HubStart, knex: Knex, auditor: Auditor): HubAgreements {
  return { agreements: new AgreementStore(knex, auditor, signatoriesOf(loaded)), purposes: purposesOf(loaded) }
}
