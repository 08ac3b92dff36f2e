import type { Viewer } from '../identity/viewer.js'

/** Operations that one client may have under way at once. */
export const operationsMax = 64

/** Identifies a client: a token's issuer and subject, or an address. */
export function clientOf({ subject, issuer = '' }: Viewer, address: string): string {
  return subject === undefined ? address : `${issuer} ${subject}`
}

/** Counts the operations under way for each client. */
export class Clients {
  readonly #running = new Map<string, number>()

  /** Returns a function to call once at the end, or undefined if the client has too many operations already. */
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
