import type { Viewer } from '../../identity/viewer.js'

/**
 * Runs a function when a viewer's token expires, unless the returned timer is cleared first. Returns undefined for a viewer without a
 * token. A token lives a day at most, so the timer cannot overflow.
 */
export function untilExpiry({ expiresAt }: Viewer, run: () => void): NodeJS.Timeout | undefined {
  return expiresAt === undefined ? undefined : setTimeout(run, Math.max(0, expiresAt * 1000 - Date.now()))
}
