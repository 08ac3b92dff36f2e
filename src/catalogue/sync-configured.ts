import type { Knex } from 'knex'
import { closeAbandonedRuns } from './harvest-run.js'

/** A spoke of hub.yaml. Ids are lower-case kebab. */
export interface ConfiguredSpoke {
  readonly id: string
  readonly title: string
  readonly organisation: { readonly id: string; readonly name: string; readonly gss?: string | undefined }
  readonly connector: string
}

/**
 * Makes the catalogue list exactly these spokes, in this order. A spoke that is no longer configured disappears from every read with its
 * datasets, and comes back unchanged when it is configured again. Also closes the harvests of a killed hub. Called when a hub starts.
 */
export async function syncConfigured(knex: Knex, spokes: readonly ConfiguredSpoke[]): Promise<void> {
  const organisations = new Map(spokes.map(({ organisation }) => [organisation.id, organisation]))
  const listed = spokes.map(({ id, title, organisation, connector }, position) => {
    return { id, title, organisation_id: organisation.id, connector, position }
  })
  await knex.transaction(async (transaction) => {
    // Serialises hubs that start at once, whose updates would otherwise deadlock. Harvests are not blocked, because they only read spokes.
    await transaction.raw('lock table spokes in share row exclusive mode')
    await transaction.raw(
      `insert into organisations (id, name, gss)
       select id, name, gss from json_to_recordset(?::json) as o (id text, name text, gss text)
       on conflict (id) do update set name = excluded.name, gss = excluded.gss`,
      [JSON.stringify([...organisations.values()])],
    )
    await transaction.raw('update spokes set configured = false where configured and not id = any(?)', [listed.map(({ id }) => id)])
    await transaction.raw(
      `insert into spokes (id, organisation_id, title, connector, position, configured)
       select id, organisation_id, title, connector, position, true
       from json_to_recordset(?::json) as s (id text, organisation_id text, title text, connector text, position integer)
       on conflict (id) do update set organisation_id = excluded.organisation_id, title = excluded.title, connector = excluded.connector,
         position = excluded.position, configured = true`,
      [JSON.stringify(listed)],
    )
  })
  await closeAbandonedRuns(knex)
}
