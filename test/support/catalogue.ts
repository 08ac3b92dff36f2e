import type { Knex } from 'knex'
import { harvestSpoke, type HarvestOptions } from '../../src/catalogue/harvest-spoke.js'
import { type ConfiguredSpoke, syncConfigured } from '../../src/catalogue/sync-configured.js'
import { anonymous, type Viewer } from '../../src/identity/viewer.js'
import { quiet } from './postgres.js'

/** The configured spoke `camden`. */
export const camden: ConfiguredSpoke = {
  id: 'camden',
  title: 'Camden',
  organisation: { id: 'london-borough-of-camden', name: 'London Borough of Camden', gss: 'E09000007' },
  connector: 'fake',
}
/** The configured spoke `barnet`. */
export const barnet: ConfiguredSpoke = {
  id: 'barnet',
  title: 'Barnet',
  organisation: { id: 'london-borough-of-barnet', name: 'London Borough of Barnet' },
  connector: 'fake',
}

/** Adds two spokes to the catalogue, Camden first. */
export const configureTwo = (knex: Knex) => syncConfigured(knex, [camden, barnet])

/** Harvests a source as the spoke `camden`. */
export const harvest = (knex: Knex, source: HarvestOptions['source'], options: Partial<HarvestOptions> = {}) =>
  harvestSpoke({ knex, spokeId: 'camden', source, signal: new AbortController().signal, log: quiet, ...options })

export { anonymous }
/** A viewer of Barnet. */
export const ofBarnet: Viewer = { organisation: 'london-borough-of-barnet', scopes: [] }
/** A viewer who may operate the hub. */
export const operator: Viewer = { subject: 'op', scopes: ['hub:operate'] }
