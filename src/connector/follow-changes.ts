import { setTimeout as delay } from 'node:timers/promises'
import type { Source } from './source.js'

/** Milliseconds until a source that cannot be asked is asked again. */
const retryMs = 5_000
/** Milliseconds until a source that has answered is asked again: one that answers at once, whatever it is asked, keeps nobody busy. */
const againMs = 1_000

/** What happens while a source is followed. */
export interface Follower {
  /** Called after each change, and again where it failed. The next change is asked for once it has ended. */
  changed(): Promise<unknown>
  /** Called at the first of failures in a row. */
  failed(thrown: unknown): void
}

/** Asks a source for its changes until the signal ends. The state in which it is first met is no change. Never rejects. */
export async function followChanges(
  changes: NonNullable<Source['changes']>,
  { changed, failed }: Follower,
  signal: AbortSignal,
  pauseMs = retryMs,
): Promise<void> {
  let known: string | undefined
  let isFailing = false
  while (!signal.aborted) {
    try {
      const now = await changes(known, signal)
      if (known !== undefined && now !== known) await changed()
      known = now
      isFailing = false
    } catch (thrown) {
      if (signal.aborted) return
      if (!isFailing) failed(thrown)
      isFailing = true
    }
    await delay(isFailing ? pauseMs : Math.min(pauseMs, againMs), undefined, { signal, ref: false }).catch(() => undefined)
  }
}
