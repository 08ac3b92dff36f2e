import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HarvestScheduler } from '../../src/catalogue/harvest-scheduler.js'
import { harvestLock } from '../../src/catalogue/harvest-run.js'
import { connect, connectionConfig } from '../../src/database/connect.js'
import { sessionLocks } from '../../src/database/session-locks.js'
import { configureTwo } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import { until } from '../support/processes.js'

const script = fileURLToPath(new URL('../support/harvest-process.ts', import.meta.url))

let database: FreshDatabase
let scheduler: HarvestScheduler | undefined
let child: ChildProcess | undefined
beforeEach(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await scheduler?.stop()
  await database.drop()
})

/** A hub in a process of its own, in the middle of a harvest that would take a minute. */
async function startOther(): Promise<ChildProcess> {
  const other = (child = spawn(process.execPath, ['--import', 'tsx', script, database.url, '600', '100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  }))
  await once(other.stdout, 'data')
  await until('the run is under way', async () => (await runs()).some(({ status }) => status === 'RUNNING'))
  return other
}

/** Those of the catalogue's triggers, which keep the search index, are in the queue too. */
const harvestJobs = () => database.knex('graphile_worker.jobs').whereLike('task_identifier', 'harvest %')

const runs = async () =>
  (await database.knex('harvest_runs').orderBy('id').select('status', 'error')) as { status: string; error: string | null }[]

async function kill(other: ChildProcess): Promise<void> {
  const exited = once(other, 'exit')
  other.kill('SIGKILL')
  await exited
}

const open = async (source = fakeSource(dataset('a'), complete())) =>
  (scheduler = await HarvestScheduler.open({
    knex: database.knex,
    connection: () => connectionConfig(database.url, true),
    sources: new Map([['camden', source]]),
    intervalMs: 3_600_000,
    log: quiet,
  }))

describe('a hub that is killed in the middle of a harvest', () => {
  it('leaves nothing locked: the next hub harvests the spoke soon', async () => {
    await kill(await startOther())
    const next = await open()
    next.start()
    await until('it is harvested', async () => (await runs()).some(({ status }) => status === 'COMPLETE'))
    expect(await runs()).toMatchObject([{ status: 'FAILED', error: 'The hub stopped during this harvest.' }, { status: 'COMPLETE' }])
    // The run is written down before its job is ended.
    await expect.poll(() => harvestJobs().pluck('locked_by')).toEqual([null])
  })

  it('holds the next one up for moments only, where the server has yet to see that it has died', async () => {
    await kill(await startOther())
    const lingering = connect(database.url, { log: quiet, embedded: true })
    const release = await until('its lock is free', () => sessionLocks(lingering).tryLock(harvestLock('camden')))
    const next = await open()
    next.start()
    await until(
      'the harvest is put off',
      async () => (await harvestJobs().pluck('last_error'))[0] === 'Another hub holds the harvest of this spoke.',
    )
    expect(await runs()).toMatchObject([{ status: 'RUNNING' }])
    await release()
    await lingering.destroy()
    await until('it is harvested', async () => (await runs()).some(({ status }) => status === 'COMPLETE'))
    expect(await runs()).toMatchObject([{ status: 'FAILED' }, { status: 'COMPLETE' }])
  })

  it('is followed by a hub that ran beside it all the time, which did not disturb it while it lived', async () => {
    const source = fakeSource(dataset('a'), complete())
    const other = await startOther()
    const beside = await open(source)
    beside.start()
    // It waits: of a spoke one harvest runs over all hubs. Its own job for the spoke is in the queue.
    await until('its job is there', async () => (await harvestJobs().whereNull('locked_at')).length > 0)
    expect(source.cursors).toEqual([])
    expect(await runs()).toMatchObject([{ status: 'RUNNING' }])
    const answered = beside.harvestNow('camden')
    await kill(other)
    expect((await answered).status).not.toBe('RUNNING')
    await until('it is harvested', async () => (await runs()).some(({ status }) => status === 'COMPLETE'))
    expect((await runs())[0]).toEqual({ status: 'FAILED', error: 'The hub stopped during this harvest.' })
    expect(source.cursors).toContain(undefined)
  })
})
