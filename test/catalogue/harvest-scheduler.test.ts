import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Knex } from 'knex'
import { listSpokes } from '../../src/catalogue/catalogue-lists.js'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import { connectionConfig } from '../../src/database/connect.js'
import { HarvestScheduler } from '../../src/catalogue/harvest-scheduler.js'
import { syncConfigured } from '../../src/catalogue/sync-configured.js'
import type { HarvestOptions } from '../../src/catalogue/harvest-spoke.js'
import { SourceUnavailable } from '../../src/errors.js'
import { anonymous, barnet, camden, configureTwo } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'

let database: FreshDatabase
let scheduler: HarvestScheduler | undefined
beforeEach(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterEach(async () => {
  await scheduler?.stop()
  await database.drop()
})

const schedule = async (sources: Record<string, HarvestOptions['source']>, intervalMs = 3_600_000) =>
  (scheduler = await HarvestScheduler.open({
    knex: database.knex,
    connection: () => connectionConfig(database.url, true),
    sources: new Map(Object.entries(sources)),
    intervalMs,
    log: quiet,
  }))

/** A signal for a test to wait on. */
function gate() {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

const lastStatus = async (spokeId: string) =>
  (await createCatalogueLoaders(database.knex, anonymous).lastHarvestOfSpoke.load(spokeId))?.status

describe('HarvestScheduler', () => {
  it('harvests every spoke at its start, whatever another does, and stops what hangs', async () => {
    const hangs = gate()
    const third = { ...barnet, id: 'lambeth' }
    await syncConfigured(database.knex, [camden, barnet, third])
    const sources = {
      barnet: fakeSource(() => {
        hangs.open()
        return new Promise(() => undefined)
      }),
      lambeth: fakeSource(null, new SourceUnavailable('It is down.')),
      camden: fakeSource(dataset('libraries'), complete()),
    }
    const running = await schedule(sources)
    running.start()
    await hangs.opened
    // Each of the others is done, or this answers with its finished run.
    expect(await running.harvestNow('camden').then(({ id }) => settled(database.knex, id))).toMatchObject({ status: 'COMPLETE' })
    expect(await running.harvestNow('lambeth').then(({ id }) => settled(database.knex, id))).toMatchObject({
      status: 'FAILED',
      error: 'It is down.',
    })
    expect(await lastStatus('barnet')).toBe('RUNNING')
    await running.stop()
    expect(await createCatalogueLoaders(database.knex, anonymous).lastHarvestOfSpoke.load('barnet')).toMatchObject({
      status: 'FAILED',
      error: 'The harvest was stopped.',
    })
    expect((await listSpokes(database.knex)).map(({ id }) => id)).toEqual(['camden', 'barnet', 'lambeth'])
  })

  it('harvests again after its interval, and after a harvest that could not be run', async () => {
    const third = gate()
    let reads = 0
    const source = {
      async *harvest() {
        reads += 1
        if (reads === 3) third.open()
        yield complete()
      },
    }
    await database.knex.raw('alter table harvest_runs rename to hidden')
    const running = await schedule({ camden: source }, 1)
    running.start()
    await expect(running.harvestNow('camden')).rejects.toThrow()
    await database.knex.raw('alter table hidden rename to harvest_runs')
    await third.opened
    await running.stop()
    expect(reads).toBeGreaterThanOrEqual(3)
  })

  it('harvests one spoke when told to, and knows no other', async () => {
    const running = await schedule({ camden: fakeSource(dataset('a'), complete()) })
    running.start()
    expect(await running.harvestNow('camden')).toMatchObject({ spokeId: 'camden', status: 'COMPLETE' })
    await expect(running.harvestNow('nowhere')).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('goes on when the database ends its connections', async () => {
    const source = fakeSource(
      dataset('a'),
      () =>
        database.knex.raw(
          'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
        ),
      complete(),
    )
    const running = await schedule({ camden: source })
    running.start()
    expect(await running.harvestNow('camden')).toMatchObject({ status: 'COMPLETE' })
  })
})

/** The run once it is no longer under way. */
async function settled(knex: Knex, id: number): Promise<unknown> {
  for (;;) {
    const run = await knex('harvest_runs').where({ id }).whereNot({ status: 'RUNNING' }).first()
    if (run !== undefined) return run
  }
}
