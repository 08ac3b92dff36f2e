import type { Knex } from 'knex'
import { harvestSpoke, type HarvestOptions } from '../../src/catalogue/harvest-spoke.js'
import { type ConfiguredSpoke, syncConfigured } from '../../src/catalogue/sync-configured.js'
import { anonymous, type Viewer } from '../../src/identity/viewer.js'
import { quiet } from './postgres.js'

export const camden: ConfiguredSpoke = {
  id: 'camden',
  title: 'Camden',
  organisation: { id: 'london-borough-of-camden', name: 'London Borough of Camden', gss: 'E09000007' },
  connector: 'fake',
}
export const barnet: ConfiguredSpoke = {
  id: 'barnet',
  title: 'Barnet',
  organisation: { id: 'london-borough-of-barnet', name: 'London Borough of Barnet' },
  connector: 'fake',
}

/** A catalogue of two spokes, Camden first. */
export const configureTwo = (knex: Knex) => syncConfigured(knex, [camden, barnet])

export const harvest = (knex: Knex, source: HarvestOptions['source'], options: Partial<HarvestOptions> = {}) =>
  harvestSpoke({ knex, spokeId: 'camden', source, signal: new AbortController().signal, log: quiet, ...options })

export { anonymous }
export const ofBarnet: Viewer = { organisation: 'london-borough-of-barnet', scopes: [] }
export const operator: Viewer = { subject: 'op', scopes: ['hub:operate'] }
