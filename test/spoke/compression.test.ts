import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLoopback } from '../../connectors/spoke/loopback.js'
import { SpokeSource } from '../../connectors/spoke/spoke-source.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { type Bench, openBench } from '../support/query.js'
import { quietLog, startTestSpoke, type TestSpoke } from '../support/spoke.js'
import { auditOf } from '../support/audit.js'
import { patienceMs } from '../support/patience.js'

let bench: Bench
let camden: TestSpoke
beforeAll(async () => {
  bench = await openBench()
  camden = await startTestSpoke({ 'libraries.csv': `Name\n${Array.from({ length: 500 }, (_, row) => `Library ${row}`).join('\n')}\n` })
})
afterAll(async () => {
  await camden.remove()
  await bench.close()
})

/** The codecs of the parts that a hub receives when it reaches the spoke by this host. */
async function codecs(host: string): Promise<unknown[]> {
  const url = camden.url.replace('127.0.0.1', host)
  const source = new SpokeSource(
    {
      spokeId: 'camden',
      baseFolder: '',
      engine: bench.hub,
      openEngine: (options) => DuckDbEngine.open(options),
      scratchFolder: bench.folder,
      storeFolder: '',
      log: quietLog,
    },
    camden.signer,
    { url: () => Promise.resolve(url), stop: () => Promise.resolve() },
  )
  const planned = source.plan(
    { relation: { op: 'scan', table: 'libraries/libraries', columns: [{ name: 'Name', type: 'STRING' }] } },
    await source.capabilities(),
  )
  const session = await bench.hub.connect()
  try {
    const found: unknown[] = []
    for await (const { file } of source.execute(planned, {
      audit: auditOf(planned.pushed),
      signal: AbortSignal.timeout(patienceMs),
      rowsMax: 1000,
      bytesMax: 1_000_000,
      deadline: Date.now() + patienceMs,
    }).parts) {
      found.push(
        ...(await session.rows(`SELECT DISTINCT compression FROM parquet_metadata('${file.path}')`)).map(({ compression }) => compression),
      )
      await file.release()
    }
    return found
  } finally {
    await session.close()
  }
}

test('a spoke of this machine answers in snappy, one over a network in zstd', async () => {
  expect(await codecs('127.0.0.1')).toEqual(['SNAPPY'])
  // This name leads to this machine, but it is not a loopback name.
  expect(await codecs('0.0.0.0')).toEqual(['ZSTD'])
  expect(await Promise.all(['0.0.0.0', '127.0.0.1', '0.0.0.0', '127.0.0.1'].map(codecs)), 'side by side').toEqual([
    ['ZSTD'],
    ['SNAPPY'],
    ['ZSTD'],
    ['SNAPPY'],
  ])
})

test.each([
  ['http://127.0.0.1:4100', true],
  ['http://127.8.0.1', true],
  ['http://localhost:4100', true],
  ['https://[::1]:4100', true],
  ['https://spoke.camden.example', false],
  ['https://127.0.0.1.example', false],
  ['https://localhost.example', false],
  ['https://10.0.0.1', false],
])('%s: on this machine: %s', (url, expected) => {
  expect(isLoopback(url)).toBe(expected)
})
