import { setMaxListeners } from 'node:events'
import { SourceTimeout } from '../../errors.js'

/** Who asks: the subject of a token, or the address of somebody without one. */
export interface Client {
  readonly id: string
  readonly isAnonymous: boolean
}

/** How many places there are: for one token's subject, for one address without a token, and for all without a token together. */
export interface Places {
  readonly ofToken: number
  readonly ofAddress: number
  readonly ofAnonymous: number
}

/**
 * Queries that run at once, from reading their sources to writing their rows. What all without a token have together is half of what a
 * spoke's engine runs at once, so the other half is free for tokens. At the hub they have an engine of their own.
 */
export const turnsMax: Places = { ofToken: 12, ofAddress: 4, ofAnonymous: 8 }

/** Waits for a turn, and returns a function that gives it back. Work that holds rows already goes `first`. */
export type TakeTurn = (order?: 'first' | 'last') => Promise<() => void>

/** The turns of queries, or of what else has places. Each client has a line of its own, and the lines are served one after the other, a turn at a time. */
export class Turns {
  readonly #running = new Map<string, number>()
  #anonymous = 0
  /** By client, in the order in which they will be served. No line is empty. */
  readonly #lines = new Map<string, { readonly client: Client; readonly waiting: (() => void)[] }>()

  constructor(private readonly max: Places = turnsMax) {}

  /** Waits for a turn of a client. Rejects when the signal ends. The function that it returns is called once. */
  async take(client: Client, signal: AbortSignal, order: 'first' | 'last' = 'last'): Promise<() => void> {
    if (signal.aborted) throw ended()
    if (this.#hasRoom(client)) this.#count(client, 1)
    else await this.#wait(client, signal, order)
    return () => {
      this.#count(client, -1)
      this.#serve()
    }
  }

  #hasRoom({ id, isAnonymous }: Client): boolean {
    const running = this.#running.get(id) ?? 0
    if (!isAnonymous) return running < this.max.ofToken
    return running < this.max.ofAddress && this.#anonymous < this.max.ofAnonymous
  }

  #count({ id, isAnonymous }: Client, change: 1 | -1): void {
    const running = (this.#running.get(id) ?? 0) + change
    if (running === 0) this.#running.delete(id)
    else this.#running.set(id, running)
    if (isAnonymous) this.#anonymous += change
  }

  #serve(): void {
    const [next] = [...this.#lines.values()].filter(({ client }) => this.#hasRoom(client))
    const enter = next?.waiting.shift()
    if (next === undefined || enter === undefined) return
    const { client, waiting } = next
    this.#lines.delete(client.id)
    if (waiting.length > 0) this.#lines.set(client.id, next)
    this.#count(client, 1)
    enter()
  }

  #wait(client: Client, signal: AbortSignal, order: 'first' | 'last'): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = this.#lines.get(client.id) ?? { client, waiting: [] }
      this.#lines.set(client.id, line)
      const enter = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        line.waiting.splice(line.waiting.indexOf(enter), 1)
        if (line.waiting.length === 0) this.#lines.delete(client.id)
        reject(ended())
      }
      // All queries of an operation wait by its one signal.
      setMaxListeners(0, signal)
      signal.addEventListener('abort', leave, { once: true })
      if (order === 'first') line.waiting.unshift(enter)
      else line.waiting.push(enter)
    })
  }
}

function ended(): SourceTimeout {
  return new SourceTimeout('The query ended while it waited for its turn.')
}
