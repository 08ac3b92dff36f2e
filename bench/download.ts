/**
 * Downloads of one table from one spoke process. `npm run bench:download`, or smaller: `tsx bench/download.ts [rows]`. For each format: rows a second, the first
 * byte, the memory of the hub's process above idle, and the lag of its event loop meanwhile. Then 100,000 rows as CSV against the COPY of one
 * local DuckDB over the same file, in turns.
 */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatNames } from '../src/api/download-url.js'
import { hubFamily } from '../test/support/processes.js'
import { columns, generate, openLocal } from './query-data.js'
import { eventLoop, filesSpoke, harvested, startHub, tableOf } from './query-hub.js'
import { inTurn, machine } from './support.js'

const rows = Number(process.argv[2] ?? 10_000_000)
const few = 100_000
const targets: Record<string, number> = { parquet: 1_000_000, csv: 600_000 }

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const local = await openLocal()
const spoke = filesSpoke('files')
const parquet = join(folder, 'files', 'data', 'payments.parquet')
try {
  await generate(local.connection, 0, rows, parquet)
  const hub = await startHub(folder, [spoke])
  await harvested(hub, [spoke])
  const { hub: pid } = await hubFamily(hub, 'files')
  console.log(`${rows.toLocaleString('en-GB')} rows × ${columns.length} columns over HTTP on loopback, ${machine()}`)
  for (const format of (formatNames as readonly string[]).filter((name) => name !== 'geojson' && name !== 'xlsx')) {
    const idle = memoryOf(pid, 'VmRSS')
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    const { bytes, firstMs, allMs } = await download(`${hub.url}/tables/${tableOf('files')}.${format}`)
    const rate = rows / (allMs / 1000)
    const target = targets[format]
    const { p99 } = await eventLoop(hub)
    console.log(
      `${format}: ${(rate / 1e6).toFixed(2)} M rows/s${target === undefined ? '' : ` (target ${target / 1e6}: ${rate >= target ? 'held' : 'MISSED'})`}, ` +
        `${(bytes / 1e6).toFixed(0)} MB in ${(allMs / 1000).toFixed(1)} s, first byte ${firstMs.toFixed(0)} ms, ` +
        `${(memoryOf(pid, 'VmHWM') - idle).toFixed(0)} MiB above idle (files in memory not counted), event loop p99 ${p99.toFixed(0)} ms`,
    )
  }
  const out = join(folder, 'out.csv')
  const [ours, theirs] = await inTurn(
    9,
    () => download(`${hub.url}/tables/${tableOf('files')}.csv?limit=${few}`),
    () => local.connection.run(`COPY (FROM '${parquet}' LIMIT ${few}) TO '${out}' (FORMAT csv, HEADER)`),
  )
  console.log(
    `${few.toLocaleString('en-GB')} rows as CSV: ${ours.p50.toFixed(0)} ms against ${theirs.p50.toFixed(0)} ms of COPY in one local DuckDB: ${(ours.p50 / theirs.p50).toFixed(1)} × (target 2)`,
  )
  await hub.stop()
} finally {
  await local.close()
  await rm(folder, { recursive: true, force: true })
}

async function download(url: string): Promise<{ bytes: number; firstMs: number; allMs: number }> {
  const started = performance.now()
  const request = get(url, { agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode}`)
  let bytes = 0
  let firstMs = NaN
  response.on('data', (chunk: Buffer) => {
    if (bytes === 0) firstMs = performance.now() - started
    bytes += chunk.length
  })
  await once(response, 'end')
  return { bytes, firstMs, allMs: performance.now() - started }
}

/** A figure of a process's memory, in MiB. */
function memoryOf(pid: number, figure: 'VmRSS' | 'VmHWM'): number {
  const [, kib = ''] = new RegExp(`^${figure}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1024
}
