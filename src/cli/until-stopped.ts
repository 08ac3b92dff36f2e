import type { Log } from '../connector/source.js'
import type { Running } from './start-spoke.js'

/** A signal to a process group comes twice, directly and through the launcher; within this time both count as one. */
const oneSignalMs = 1_000

/**
 * Starts, waits for SIGTERM, SIGINT or SIGHUP, or for the parent process to go, and then closes gracefully: work under way is finished
 * first. A signal during the start is handled after it. A second signal ends the process at once, with exit code 130. Throws what `start`
 * throws.
 * @param options.ofHub for a spoke that its hub started: a terminal sends SIGINT and SIGHUP to both, and the hub decides when the spoke
 * stops.
 */
export async function untilStopped(start: () => Promise<Running>, log: Log, { ofHub = false } = {}): Promise<void> {
  const asked = stopAsked(ofHub)
  try {
    const running = await start()
    await asked
    log.info({}, 'stopping')
    await running.close()
    log.info({}, 'stopped')
  } finally {
    // The listener for the parent's end keeps the channel open, and with it this process alive.
    if (process.connected) process.disconnect()
  }
}

function stopAsked(ofHub: boolean): Promise<void> {
  return new Promise((resolve) => {
    let askedAt: number | undefined
    const signalled = () => {
      if (askedAt !== undefined && Date.now() - askedAt > oneSignalMs) process.exit(130)
      askedAt ??= Date.now()
      resolve()
    }
    process.on('SIGTERM', signalled)
    for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, ofHub ? () => undefined : signalled)
    process.once('disconnect', resolve)
    // The parent may have gone before the listener was added.
    if (process.connected === false) resolve()
  })
}
