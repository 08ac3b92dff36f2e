import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { RetriedPool } from '../../src/queue/retried-connections.js'

test('a pool that has ended neither connects nor fails: nobody handles the failure of what still asks it', async () => {
  const pool = new RetriedPool({ connectionString: 'postgres://nobody@127.0.0.1:1/none' })
  await expect(pool.connect()).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  await pool.end()
  const outcome = pool.connect().then(
    () => 'connected',
    () => 'failed',
  )
  expect(await Promise.race([outcome, turn('waits')])).toBe('waits')
})
