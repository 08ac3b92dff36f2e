import type { Log } from '../connector/source.js'
import type { Running } from './start-spoke.js'

/**
 * Waits for SIGTERM or SIGINT, or for the parent process to go, and then closes gracefully: what runs is finished first. A second signal
 * ends at once.
 * @param options.ofHub a spoke that its hub started: a terminal sends SIGINT to both, and the hub says when to stop.
 */
export async function untilStopped(running: Running, log: Log, { ofHub = false } = {}): Promise<void> {
  await new Promise<void>((resolve) => {
    let stopping = false
    const signalled = () => {
      if (stopping) process.exit(130)
      stopping = true
      resolve()
    }
    process.on('SIGTERM', signalled)
    process.on('SIGINT', ofHub ? () => undefined : signalled)
    process.once('disconnect', resolve)
  })
  log.info({}, 'stopping')
  await running.close()
  log.info({}, 'stopped')
  if (process.connected) process.disconnect()
}
