import type { Log } from '../connector/source.js'
import type { Running } from './start-spoke.js'

/**
 * Waits for SIGTERM or SIGINT, or for the parent process to go, and then closes gracefully: what runs is finished first. A second signal
 * ends at once. A child leaves SIGINT to its parent, since a terminal sends it to both.
 */
export async function untilStopped(running: Running, log: Log): Promise<void> {
  const child = process.connected === true
  await new Promise<void>((resolve) => {
    let stopping = false
    const stop = () => {
      if (stopping) process.exit(130)
      stopping = true
      resolve()
    }
    process.on('SIGTERM', stop)
    process.on('SIGINT', child ? () => undefined : stop)
    if (child) process.once('disconnect', stop)
  })
  log.info({}, 'stopping')
  await running.close()
  if (child) process.disconnect?.()
}
