/**
 * A process that tests start: it harvests the spoke `camden`, whose source reports its datasets slowly enough to be killed in the middle.
 * Arguments: the database, the number of datasets, and the milliseconds between two of them. Prints `harvesting` when it has read the
 * first.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { HarvestScheduler } from '../../src/catalogue/harvest-scheduler.js'
import { connect, connectionConfig } from '../../src/database/connect.js'
import { complete, dataset } from './fake-source.js'

const [url = '', count = '0', pauseMs = '0'] = process.argv.slice(2)
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

const source = {
  async *harvest() {
    for (let n = 0; n < Number(count); n += 1) {
      if (n === 0) console.log('harvesting')
      yield dataset(`d${n}`)
      await delay(Number(pauseMs))
    }
    yield complete()
  },
}

const scheduler = await HarvestScheduler.open({
  knex: connect(url, { log, embedded: true }),
  connection: () => connectionConfig(url, true),
  sources: new Map([['camden', source]]),
  intervalMs: 3_600_000,
  log,
})
scheduler.start()
