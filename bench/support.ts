import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { Agent, createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The median and the 95th percentile of all runs, in milliseconds. */
export interface Timing {
  readonly p50: number
  readonly p95: number
}

/** Times several functions, which take turns after a warm-up, so that a machine that slows down slows all of them. */
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

/** Starts a bare HTTP server that sends what `answer` writes. */
export async function bareServer(answer: Parameters<typeof createServer>[1]): Promise<{ url: string; server: Server }> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

const agent = new Agent({ keepAlive: true })

/**
 * Runs one GraphQL operation over a kept-alive connection and reads the whole answer. Uses node:http, because `fetch` adds a millisecond to
 * the measured time.
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

/** A number of milliseconds as text. */
export const ms = (value: number) => `${value.toFixed(1)} ms`
/** The machine of a run, for its report. */
export const machine = () => `${cpus().length} cores, Node ${process.version}`

/** What `measured` found. */
export interface Measured {
  readonly milliseconds: number
  /** The peak memory of this process, in MiB. */
  readonly peakMiB: number
}

/** Times `work` and measures the peak memory while it runs. Resets the kernel's peak beforehand. */
export async function measured(work: () => Promise<void>): Promise<Measured> {
  await writeFile('/proc/self/clear_refs', '5')
  const start = performance.now()
  await work()
  const milliseconds = performance.now() - start
  return { milliseconds, peakMiB: Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024 }
}
