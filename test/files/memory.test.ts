import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import { longTest } from '../support/long-test.js'

const child = fileURLToPath(new URL('./support/harvest-child.ts', import.meta.url))
const peakMbMax = 600

/** Writes pieces to one file of a fresh folder, harvests it in a process of its own, and answers what that told and took. */
async function harvested(name: string, pieces: Iterable<string>): Promise<{ events: CatalogueEvent[]; peakMb: number; bytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'dials-large-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = createWriteStream(join(folder, name))
  for (const piece of pieces) if (!file.write(piece)) await once(file, 'drain')
  file.end()
  await once(file, 'close')
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', child, folder], { maxBuffer: 1 << 24 })
  return { ...(JSON.parse(stdout) as { events: CatalogueEvent[]; peakMb: number }), bytes: file.bytesWritten }
}

function* collection(features: number, positions: number): Generator<string> {
  yield '{"type":"FeatureCollection","features":['
  for (let at = 0; at < features; at++) {
    const ring = Array.from(
      { length: positions },
      (_, step) => `[${(-0.1 - step * 1.23456e-6).toFixed(9)},${(51.5 + at * 1e-7).toFixed(9)}]`,
    ).join()
    yield `${at === 0 ? '' : ','}{"type":"Feature","properties":{"name":"Place ${at}","n":${at}},"geometry":{"type":"Polygon","coordinates":[[${ring}]]}}`
  }
  yield ']}'
}

function* rows(count: number): Generator<string> {
  yield 'id,place,on,amount\n'
  for (let at = 0; at < count; at++)
    yield `${at},"Kilburn, ${at % 977}",2024-01-${String(1 + (at % 28)).padStart(2, '0')},${at % 1000}.25\n`
}

const files: [string, string, () => Iterable<string>, number][] = [
  ['GeoJSON of many features', 'many.geojson', () => collection(300_000, 10), 300_000],
  ['GeoJSON of a few large features', 'large.geojson', () => collection(40, 100_000), 40],
  ['CSV', 'long.csv', () => rows(3_500_000), 3_500_000],
]
for (const [what, name, pieces, count] of files)
  longTest(`100 MB of ${what} are read in bounded memory`, async () => {
    const { events, peakMb, bytes } = await harvested(name, pieces())
    expect(bytes).toBeGreaterThan(100e6)
    expect(events.map((event) => (event.kind === 'dataset' ? event.dataset.tables[0]?.rowCount : event))).toEqual([
      count,
      { kind: 'complete' },
    ])
    expect(peakMb).toBeLessThan(peakMbMax)
  })
