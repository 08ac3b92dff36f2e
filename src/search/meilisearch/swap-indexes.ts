import { setTimeout as sleep } from 'node:timers/promises'
import { errorCodeOf, failed, type Server, unavailable } from './server.js'
import { Reason } from '../../errors.js'

/**
 * Swaps one index with another, in one step. A key that is restricted to some indexes may not see the task of the swap; its success is then
 * known from the creation date of the index in that place.
 */
export async function swapIndexes(server: Server, live: string, rebuild: string): Promise<void> {
  const madeAt = async (uid: string) => (await server.ask(() => server.client.getRawIndex(uid))).createdAt
  const expected = await madeAt(rebuild)
  const taskUid = await server.enqueue(() => server.client.swapIndexes([{ indexes: [live, rebuild], rename: false }]))
  try {
    const task = await server.end(taskUid)
    if (task.status !== 'succeeded') throw failed(task)
  } catch (error) {
    if (errorCodeOf(error) !== 'task_not_found') throw error
    const deadline = Date.now() + server.times.taskMs
    while ((await madeAt(live)) !== expected) {
      if (Date.now() > deadline) throw unavailable(new Reason('The indexes have not been swapped in time.'))
      await sleep(100)
    }
  }
}
