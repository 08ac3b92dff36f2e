import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { connect } from '../../src/database/connect.js'
import { migrate } from '../../src/database/migrate.js'
import { type Database, openDatabase } from '../../src/database/open-database.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The superuser's URL of the run's PostgreSQL. */
    postgresUrl: string
    /** The migrated database that `freshDatabase` clones. */
    postgresTemplate: string
  }
}

const templateName = 'seven_dials_template'

const log = { info: () => undefined, warn: console.warn, error: console.error }

/**
 * Starts one embedded PostgreSQL for the whole run, with a migrated database to clone. It may lose data in a crash, which makes tests
 * faster.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'seven-dials-test-'))
  const database = await openDatabase({ dataFolder: folder, log })
  const teardown = async () => {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) await database.knex.raw(`alter system set ${setting} = off`)
    await database.knex.raw('select pg_reload_conf()')
    await makeTemplate(database)
  } catch (error) {
    await teardown()
    throw error
  }
  project.provide('postgresUrl', database.url)
  project.provide('postgresTemplate', templateName)
  return teardown
}

async function makeTemplate({ knex, url }: Database): Promise<void> {
  await knex.raw(`create database ${templateName}`)
  const templateUrl = new URL(url)
  templateUrl.pathname = `/${templateName}`
  const template = connect(templateUrl.href, { log, embedded: true })
  try {
    await migrate(template)
  } finally {
    await template.destroy()
  }
}
