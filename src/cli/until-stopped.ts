import type { Log } from '../connector/source.js'
import type { Running } from './start-spoke.js'

/** A signal to a whole process group comes twice, straight and by the launcher: within this time it is one. */
const oneSignalMs = 1_000

/**
 * Starts, waits for SIGTERM, SIGINT or SIGHUP, or for the parent process to go, and then closes gracefully: what runs is finished first.
 * What comes during the start is heeded when that is over. A second signal ends at once, with exit code 130. Throws what `start` throws.
 * @param options.ofHub a spoke that its hub started: a terminal sends SIGINT and SIGHUP to both, and the hub says when to stop.
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
    // Listening for its end keeps the channel to the parent, and with it this process, alive.
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
    // The parent may have gone before anybody listened.
    if (process.connected === false) resolve()
  })
}
