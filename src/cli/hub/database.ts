import type { Knex } from 'knex'
import { syncConfigured } from '../../catalogue/sync-configured.js'
import type { HubConfig } from '../../config.js'
import { connectionConfig } from '../../database/connect.js'
import { migrate } from '../../database/migrate.js'
import { openDatabase } from '../../database/open-database.js'
import { organisationIdOf } from '../hub-identity.js'
import type { HubStart } from './options.js'

/** The hub's database, migrated, with the spokes of hub.yaml in its catalogue. */
export interface HubDatabase {
  readonly knex: Knex
  /** How the queue of jobs connects. */
  readonly queueConnection: () => ReturnType<typeof connectionConfig>
}

/** Connects to the database of the environment, or starts the embedded one. */
export async function startDatabase({ config, dataFolder, environment, log, undo }: HubStart): Promise<HubDatabase> {
  const { databaseUrl } = environment
  const database = await openDatabase({ dataFolder, log, ...(databaseUrl ? { url: databaseUrl } : {}) })
  undo.add(() => database.close())
  await migrate(database.knex)
  await syncConfigured(database.knex, config.spokes.map(configuredSpoke))
  return { knex: database.knex, queueConnection: () => connectionConfig(database.url, databaseUrl === undefined) }
}

function configuredSpoke({ id, title, organisation, connector }: HubConfig['spokes'][number]) {
  const { name, gss } = organisation
  return { id, title: title ?? name, organisation: { id: organisationIdOf(organisation), name, ...(gss ? { gss } : {}) }, connector }
}
