/**
 * Asks a hub at a steady pace, in a process of its own so that no work of the attacker delays it. Its parent sends the probes once, and
 * any message afterwards asks for the times since the one before.
 */
import { Agent, request } from 'node:http'

/** What is asked how often. A probe with a body is a POST. */
export interface Probe {
  readonly url: string
  readonly everyMs: number
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The milliseconds that each answer took, and how many had another status than 200. */
export interface Probed {
  readonly times: readonly number[]
  readonly refused: number
}

process.once('message', (probes: readonly Probe[]) => {
  const running = probes.map(start)
  process.on('message', () => process.send?.(running.map((take) => take())))
  process.send?.([])
})

/** Starts a probe over a connection of its own. Returns the function that takes what it has found so far. */
function start({ url, everyMs, body, headers = {} }: Probe): () => Probed {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let times: number[] = []
  let refused = 0
  const askOnce = () => {
    const started = performance.now()
    const again = (status: number | undefined) => {
      const ms = performance.now() - started
      times.push(ms)
      if (status !== 200) refused++
      setTimeout(askOnce, Math.max(0, everyMs - ms))
    }
    const sent = request(url, { agent, method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      response.resume().once('close', () => again(response.statusCode))
    })
    sent.once('error', () => again(undefined)).end(body)
  }
  askOnce()
  return () => {
    const taken = { times, refused }
    times = []
    refused = 0
    return taken
  }
}
