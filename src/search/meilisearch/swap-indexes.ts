import { setTimeout as sleep } from 'node:timers/promises'
import { errorCodeOf, failed, type Server, unavailable } from './server.js'

/**
 * Puts one index in the place of another, in one step. A key that is restricted to some indexes is not told of the task that does it: then
 * it is seen by when the index in that place was made.
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
      if (Date.now() > deadline) throw unavailable(new Error('The indexes have not been swapped in time.'))
      await sleep(100)
    }
  }
}
