import type { Viewer } from '../identity/viewer.js'

/** Operations that one client may have under way at once. */
export const operationsMax = 64

/** The one who is counted: a token’s subject with whoever vouches for it, or an address. */
export function clientOf({ subject, issuer = '' }: Viewer, address: string): string {
  return subject === undefined ? address : `${issuer} ${subject}`
}

/** Counts what is under way for each client: a token’s subject, or an address. */
export class Clients {
  readonly #running = new Map<string, number>()

  /** Answers a function to be called once at the end, or undefined where the client has too many already. */
  enter(client: string): (() => void) | undefined {
    const running = this.#running.get(client) ?? 0
    if (running >= operationsMax) return undefined
    this.#running.set(client, running + 1)
    return () => {
      const left = (this.#running.get(client) ?? 1) - 1
      if (left === 0) this.#running.delete(client)
      else this.#running.set(client, left)
    }
  }
}
