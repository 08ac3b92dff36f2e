import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds of each run: the median and the 95th percentile. */
export interface Timing {
  readonly p50: number
  readonly p95: number
}

/** Times each kind of work in turn, after a warm-up, so that a machine that slows down slows all. */
export async function inTurn<const Works extends readonly (() => Promise<unknown>)[]>(
  runs: number,
  ...works: Works
): Promise<{ [At in keyof Works]: Timing }> {
  const times = works.map((): number[] => [])
  for (let run = -Math.ceil(runs / 5); run < runs; run++) {
    for (const [index, work] of works.entries()) {
      const started = performance.now()
      await work()
      if (run >= 0) times[index]?.push(performance.now() - started)
    }
  }
  return times.map(timing) as { [At in keyof Works]: Timing }
}

function timing(times: number[]): Timing {
  times.sort((left, right) => left - right)
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN
  return { p50: at(0.5), p95: at(0.95) }
}

/** A bare HTTP server: whatever `answer` writes. */
export async function bareServer(answer: Parameters<typeof createServer>[1]): Promise<{ url: string; server: Server }> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const agent = new Agent({ keepAlive: true })

/**
 * One GraphQL operation over HTTP, read whole, over a connection that is kept. By node:http, since `fetch` itself takes a millisecond of
 * what is measured.
 */
export async function post(url: string, body: string): Promise<string> {
  const { status, text } = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(pieces).toString() }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
  if (status !== 200 || text.includes('"errors":[')) throw new Error(text.slice(0, 500))
  return text
}

export const ms = (value: number) => `${value.toFixed(1)} ms`
export const machine = () => `${cpus().length} cores, Node ${process.version}`

export interface Measured {
  readonly milliseconds: number
  /** Of this process, all that it holds. */
  readonly peakMiB: number
}

/** The kernel is told to forget the peak before the work. */
export async function measured(work: () => Promise<void>): Promise<Measured> {
  await writeFile('/proc/self/clear_refs', '5')
  const start = performance.now()
  await work()
  const milliseconds = performance.now() - start
  return { milliseconds, peakMiB: Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024 }
}
