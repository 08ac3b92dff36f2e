import { randomUUID } from 'node:crypto'
import type { Knex } from 'knex'
import { inject } from 'vitest'
import { connect } from '../../src/database/connect.js'
import type { DatabaseLog } from '../../src/database/database-log.js'

/** A log that ignores everything. */
export const quiet: DatabaseLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A database for one test. */
export interface FreshDatabase {
  readonly knex: Knex
  readonly url: string
  /** Makes a role of its own that may read every table and change none, and gives the url for it. */
  reader(): Promise<string>
  /** Closes its connections and drops it. */
  drop(): Promise<void>
}

/** The run's shared server, with another of its databases. */
function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${database}`
  return url.href
}

/** A database for one test on the run's shared server: migrated and without rows, or completely empty. */
export async function freshDatabase({ migrated = true }: { migrated?: boolean } = {}): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await asAdmin((admin) => admin.raw(`create database ${name} template ${migrated ? inject('postgresTemplate') : 'template0'}`))
  const url = urlOf(name)
  const knex = connect(url, { log: quiet, embedded: true })
  const reader = `reader_of_${name}`
  return {
    knex,
    url,
    async reader() {
      const password = randomUUID()
      await asAdmin((admin) => admin.raw(`create role ${reader} login password '${password}'; grant pg_read_all_data to ${reader}`))
      return Object.assign(new URL(url), { username: reader, password }).href
    },
    async drop() {
      await knex.destroy()
      await asAdmin(async (admin) => {
        await admin.raw(`drop database if exists ${name} with (force)`)
        await admin.raw(`drop role if exists ${reader}`)
      })
    },
  }
}

async function asAdmin(work: (admin: Knex) => Promise<unknown>): Promise<void> {
  const admin = connect(inject('postgresUrl'), { log: quiet, embedded: true })
  try {
    await work(admin)
  } finally {
    await admin.destroy()
  }
}
