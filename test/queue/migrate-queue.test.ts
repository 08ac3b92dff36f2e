import { expect, test } from 'vitest'
import { connectionConfig } from '../../src/database/connect.js'
import { QueueWorker } from '../../src/queue/queue-worker.js'
import { freshDatabase, quiet } from '../support/postgres.js'

/** The newest revision of the queue's schema that a hub has left behind: graphile-worker 0.18 (docs/decisions/0020). */
const newestRevision = 20

test('a queue that a newer graphile-worker has migrated runs jobs, and the log warns of it', async () => {
  const database = await freshDatabase()
  const warnings: unknown[] = []
  let runs = 0
  const open = () =>
    QueueWorker.open({
      knex: database.knex,
      connection: () => connectionConfig(database.url, true),
      concurrency: 1,
      pollMs: 100,
      log: { ...quiet, warn: (fields: object) => void warnings.push(fields) },
      tasks: {
        once() {
          runs += 1
        },
      },
    })
  await (await open()).stop(() => undefined)
  expect(warnings).toEqual([])
  await database.knex('graphile_worker.migrations').insert({ id: newestRevision, breaking: false })

  const worker = await open()
  expect(warnings).toEqual([{ reason: expect.stringContaining(`schema revision ${newestRevision}`) }])
  worker.start(async () => {
    await database.knex.raw(`select from graphile_worker.add_job('once', job_key => 'once')`)
  })
  await expect.poll(() => runs).toBe(1)
  await expect.poll(() => database.knex('graphile_worker.jobs').count()).toEqual([{ count: 0 }])
  await worker.stop(() => undefined)
  await database.drop()
})
