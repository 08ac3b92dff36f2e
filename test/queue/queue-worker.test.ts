import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectionConfig } from '../../src/database/connect.js'
import { QueueWorker } from '../../src/queue/queue-worker.js'
import { openDatabaseProxy } from '../support/database-proxy.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'

let database: FreshDatabase
beforeEach(async () => {
  database = await freshDatabase()
})
afterEach(() => database.drop())

// A failure that is left to nobody ends the process, and here the run of tests.
test.each([
  ['ends well', 1],
  ['fails', 2],
])('a database that goes just as a job %s is no end of the hub, which writes that down when it is back', async (how, wanted) => {
  const proxy = await openDatabaseProxy(database.url)
  let runs = 0
  const worker = await QueueWorker.open({
    knex: database.knex,
    connection: () => connectionConfig(proxy.url, true),
    concurrency: 2,
    pollMs: 100,
    log: quiet,
    tasks: {
      async last() {
        runs += 1
        if (runs > 1) return
        await proxy.refuse()
        if (how === 'fails') throw new Error('it fails')
      },
    },
  })
  worker.start(async () => {
    if (runs === 0) await database.knex.raw(`select from graphile_worker.add_job('last', job_key => 'last')`)
  })
  await expect.poll(() => runs).toBe(1)
  await proxy.restore()
  await expect.poll(() => database.knex('graphile_worker.jobs').count()).toEqual([{ count: 0 }])
  expect(runs).toBe(wanted)
  await worker.stop(() => undefined)
  await proxy.close()
})
