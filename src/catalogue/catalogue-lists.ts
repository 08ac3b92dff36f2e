import type { Knex } from 'knex'
import { type OrganisationRow, organisationSelection, type SpokeRow, spokeSelection } from './rows.js'

/** Every configured spoke, in the order of the configuration. Everybody may see spokes. */
export async function listSpokes(knex: Knex): Promise<SpokeRow[]> {
  return knex('spokes').where({ configured: true }).orderBy('position').select(spokeSelection)
}

/** Every organisation that has a configured spoke, by name. Everybody may see organisations. */
export async function listOrganisations(knex: Knex): Promise<OrganisationRow[]> {
  return knex('organisations')
    .whereIn('id', knex('spokes').where({ configured: true }).select('organisation_id'))
    .orderBy([{ column: 'name' }, { column: 'id' }])
    .select(organisationSelection)
}
