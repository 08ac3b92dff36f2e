import type { Client } from '../api/limits/turns.js'
import type { Viewer } from '../identity/viewer.js'
import { holderOf } from '../net/holder-of.js'
import { Shares } from '../net/shares.js'
import { TooBusy } from '../net/too-busy.js'

/** Operations that may be under way at once: those of one token's subject, of one address without a token, and of all without a token. */
export const operationsMax = { ofToken: 64, ofAddress: 32, ofAnonymous: 96 } as const

/** Identifies a client: a token's issuer and subject, or an address. */
export function clientOf({ subject, issuer = '' }: Viewer, address: string): Client {
  return subject === undefined ? { id: holderOf(address), isAnonymous: true } : { id: `${issuer} ${subject}`, isAnonymous: false }
}

/** Counts the operations under way for each client, over all transports. */
export class Clients {
  readonly #ofTokens = new Shares(operationsMax.ofToken, Infinity)
  readonly #anonymous = new Shares(operationsMax.ofAddress, operationsMax.ofAnonymous)

  /** Begins an operation. Returns a function to call once at its end, or the error if too many are under way already. */
  enter(viewer: Viewer, address: string): (() => void) | TooBusy {
    const { id, isAnonymous } = clientOf(viewer, address)
    const shares = isAnonymous ? this.#anonymous : this.#ofTokens
    const passed = shares.take(id)
    if (passed === undefined) return () => shares.give(id)
    if (!isAnonymous) return tooMany(`More than ${operationsMax.ofToken} operations of yours are under way. Wait for some of them.`)
    const [most, whose] =
      passed === 'each' ? [operationsMax.ofAddress, 'of your address without a token'] : [operationsMax.ofAnonymous, 'without a token']
    return tooMany(`More than ${most} operations ${whose} are under way. Wait for some of them, or send a token.`)
  }
}

function tooMany(message: string): TooBusy {
  return new TooBusy('each', message)
}
