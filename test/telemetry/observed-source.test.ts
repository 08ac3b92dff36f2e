import { expect, test } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import type { Part, PlannedFragment, ScanOptions, Source } from '../../src/connector/source.js'
import { SourceUnavailable } from '../../src/errors.js'
import { HubMetrics } from '../../src/telemetry/metrics.js'
import { observedSource } from '../../src/telemetry/observed-source.js'

const part = (bytes: number): Part => ({ kind: 'parquet', file: { path: '', bytes, release: () => Promise.resolve() } })

/** What the figures say of one scan of these parts, read as `read` does. */
async function told(
  parts: () => AsyncIterable<Part>,
  read: (parts: AsyncIterable<Part>) => Promise<unknown>,
  signal = new AbortController().signal,
) {
  const source: Source = {
    harvest: () => parts() as never,
    capabilities: () => Promise.resolve(everything),
    plan: () => ({}) as PlannedFragment,
    native: () => '',
    execute: () => ({ parts: parts(), report: Promise.resolve({ truncated: false }) }),
    health: () => Promise.resolve({ status: 'UP' }),
    close: () => Promise.resolve(),
  }
  const metrics = new HubMetrics({ engine: () => ({ running: 0, waiting: 0 }), sources: () => [] })
  const options: ScanOptions = { signal, rowsMax: 1, bytesMax: 1, deadline: 0 }
  const scan = observedSource('camden', source, { metrics }).execute({} as PlannedFragment, options)
  await read(scan.parts).catch(() => undefined)
  const text = await metrics.text()
  return {
    outcomes: [...text.matchAll(/dials_scan_duration_seconds_count\{spoke="camden",outcome="(\w+)"\} (\d+)/g)].map(
      ([, outcome, count]) => `${outcome} ${count}`,
    ),
    bytes: Number(/dials_scan_bytes_total\{spoke="camden"\} (\d+)/.exec(text)?.[1]),
  }
}

const all = async (parts: AsyncIterable<Part>) => {
  for await (const _part of parts);
}
const one = async (parts: AsyncIterable<Part>) => {
  for await (const _part of parts) break
}

async function* two() {
  yield part(100)
  yield part(20)
}

async function* failing(thrown: unknown) {
  yield part(7)
  throw thrown
}

const stalling = (): AsyncIterable<Part> => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) })

test('a scan that is read to its end', async () => expect(await told(two, all)).toEqual({ outcomes: ['OK 1'], bytes: 120 }))

test('a scan that nobody reads on', async () => expect(await told(two, one)).toEqual({ outcomes: ['CANCELLED 1'], bytes: 100 }))

test('a scan that fails, with an error of ours or with any other', async () => {
  expect(await told(() => failing(new SourceUnavailable('down')), all)).toEqual({ outcomes: ['SOURCE_UNAVAILABLE 1'], bytes: 7 })
  expect(await told(() => failing('what'), all)).toEqual({ outcomes: ['INTERNAL_SERVER_ERROR 1'], bytes: 7 })
})

test('a scan that never answers is reported when its time is over, or when the query went on without it', async () => {
  const ended = (signal: AbortSignal) => (parts: AsyncIterable<Part>) => {
    void all(parts)
    return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
  }
  const timeout = AbortSignal.timeout(5)
  expect(await told(stalling, ended(timeout), timeout)).toEqual({ outcomes: ['SOURCE_TIMEOUT 1'], bytes: 0 })
  const left = new AbortController()
  setTimeout(() => left.abort(), 5)
  expect(await told(stalling, ended(left.signal), left.signal)).toEqual({ outcomes: ['CANCELLED 1'], bytes: 0 })
})
