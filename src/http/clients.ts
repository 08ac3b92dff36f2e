import { type Client, type Places, Turns } from '../api/limits/turns.js'
import { deadlineAfter } from '../connector/deadline.js'
import { type DialsError, toDialsError } from '../errors.js'
import type { Viewer } from '../identity/viewer.js'
import { holderOf } from '../net/holder-of.js'
import { Shares } from '../net/shares.js'
import { TooBusy } from '../net/too-busy.js'

/** Operations that may be under way at once. An answer that its client has not read yet is one too, because it occupies memory. */
export const operationsMax: Places = { ofToken: 64, ofAddress: 32, ofAnonymous: 96 }

/**
 * Operations that may wait for their place among those: an office of many people behind one address asks in bursts. One that waits
 * occupies only its request, whose bytes are bounded (net/limits.ts).
 */
export const waitingMax: Places = { ofToken: 64, ofAddress: 128, ofAnonymous: 256 }

/** Downloads that may be under way at once. One whose client reads slowly occupies room for its rows, and nothing of its sources. */
export const downloadsMax: Places = { ofToken: 16, ofAddress: 8, ofAnonymous: 32 }

/** Arrow streams that may be under way at once: each has a thread, which holds about 100 MB until its client has read all. */
export const arrowStreamsMax: Places = { ofToken: 3, ofAddress: 2, ofAnonymous: 6 }

/** Identifies a client: a token's issuer and subject, or an address. */
export function clientOf({ subject, issuer = '' }: Viewer, address: string): Client {
  return subject === undefined ? { id: holderOf(address), isAnonymous: true } : { id: `${issuer} ${subject}`, isAnonymous: false }
}

/** Milliseconds that an operation waits at most, shorter than what common proxies wait for an answer. */
const waitMsMax = 45_000

/** Counts the operations of each client, over all transports, and lets them wait for their places. */
export class Clients {
  readonly #ofTokens: Shares
  readonly #anonymous: Shares
  readonly #places: Turns

  /** @param places how many may be under way. Default: as many as operations of the graph. */
  constructor(
    private readonly waitMs = waitMsMax,
    private readonly places = operationsMax,
  ) {
    this.#ofTokens = new Shares(taken(places, 'ofToken'), Infinity)
    this.#anonymous = new Shares(taken(places, 'ofAddress'), taken(places, 'ofAnonymous'))
    this.#places = new Turns(places)
  }

  /**
   * Waits for a place and begins an operation. Resolves to a function to call once at its end, or to the error if too many wait already, or
   * if it waited too long, or if the signal ends first.
   */
  async enter(viewer: Viewer, address: string, signal: AbortSignal): Promise<(() => void) | DialsError> {
    const client = clientOf(viewer, address)
    const shares = client.isAnonymous ? this.#anonymous : this.#ofTokens
    const passed = shares.take(client.id)
    if (passed !== undefined) return tooMany(this.places, client, passed)
    // The signal of a socket outlives its operations, so it is wrapped: listeners would otherwise pile up on it.
    const patience = deadlineAfter(this.waitMs, AbortSignal.any([signal]))
    try {
      const leave = await this.#places.take(client, patience.signal)
      return () => {
        leave()
        shares.give(client.id)
      }
    } catch (thrown) {
      shares.give(client.id)
      return signal.aborted ? toDialsError(thrown) : waitedTooLong(this.waitMs)
    } finally {
      patience.clear()
    }
  }
}

/** Operations that are taken at all: under way, or waiting. */
function taken(places: Places, whose: keyof Places): number {
  return places[whose] + waitingMax[whose]
}

const again = 'Nothing is wrong with this one: ask it again in a moment'

function tooMany(places: Places, { isAnonymous }: Client, passed: 'each' | 'all'): TooBusy {
  if (!isAnonymous)
    return new TooBusy('each', `More than ${taken(places, 'ofToken')} operations of yours are under way or waiting. ${again}.`)
  const [most, whose] =
    passed === 'each' ? [taken(places, 'ofAddress'), 'of your address without a token'] : [taken(places, 'ofAnonymous'), 'without a token']
  return new TooBusy('each', `More than ${most} operations ${whose} are under way or waiting. ${again}, or send a token.`)
}

function waitedTooLong(ms: number): TooBusy {
  return new TooBusy(
    'each',
    `As many operations as one client may have are under way, and this one waited ${ms / 1000} s for its place. ${again}.`,
  )
}
