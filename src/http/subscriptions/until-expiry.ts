import type { Viewer } from '../../identity/viewer.js'

/**
 * Runs something when a viewer's token ends, unless the timer is cleared before; nothing where the viewer has none. A token lives a day at
 * most.
 */
export function untilExpiry({ expiresAt }: Viewer, run: () => void): NodeJS.Timeout | undefined {
  return expiresAt === undefined ? undefined : setTimeout(run, Math.max(0, expiresAt * 1000 - Date.now()))
}
