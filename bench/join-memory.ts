/**
 * The memory of the hub in a join of two tables of ten million rows each, at two spokes, to about a million rows: a page of it, its groups,
 * and the whole of it as a Parquet file. `npm run bench:join-memory`, or smaller: `tsx bench/join-memory.ts [rows a spoke]`. The bound: what
 * the engine may have (`engineMemoryMb`, 1,024 by default). With a token: without one a query has a fifth of it, and such a join is refused.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startIssuer } from '../test/support/issuer.js'
import { hubFamily } from '../test/support/processes.js'
import { openLocal } from './query-data.js'
import { filesSpoke, harvested, queryBody, startHub, tableOf } from './query-hub.js'
import { machine, ms } from './support.js'

const rows = Number(process.argv[2] ?? 10_000_000)
const shared = Math.ceil(rows / 10)
const spokes = [filesSpoke('one'), filesSpoke('other')]
const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const local = await openLocal()
// The last tenth of the keys of the one are the first of the other, and no rows of either are in their order.
for (const [index, { id }] of spokes.entries()) {
  await mkdir(join(folder, id, 'data'), { recursive: true })
  const columns = `${index * (rows - shared)} + i AS uprn, 'E0' || (5000000 + hash(i) % 640) AS ward, (hash(i, 1) % 500000 / 100)::DECIMAL(12, 2) AS amount`
  await local.connection.run(
    `COPY (SELECT ${columns} FROM range(${rows}) t(i) ORDER BY hash(i, 2)) TO '${join(folder, id, 'data/payments.parquet')}' (FORMAT parquet)`,
  )
}
await local.close()
const issuer = await startIssuer()
const hub = await startHub(folder, spokes, [issuer.config])
await harvested(hub, spokes)
const family = await hubFamily(hub, ...spokes.map(({ id }) => id))
const from = {
  from: { table: tableOf('one'), as: 'l' },
  joins: [{ table: { table: tableOf('other'), as: 'r' }, on: [{ left: 'uprn', right: 'uprn' }] }],
}
const select = ['l.uprn', 'l.ward', 'r.amount'].map((column) => ({ column, as: column.slice(2) }))
const page = { ...from, select, orderBy: [{ column: 'uprn', direction: 'DESC' }], limit: 100, timeoutMs: 120_000 }
const groups = {
  ...from,
  groupBy: [{ column: 'l.ward', as: 'ward' }],
  measures: [{ function: 'COUNT' }, { function: 'SUM', column: 'r.amount', as: 'total' }],
  timeoutMs: 120_000,
}
const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${await issuer.token({ exp: Math.floor(Date.now() / 1000) + 3_600 })}`,
}
const idle = memoryOf('VmRSS')
console.log(
  `${machine()}; two tables of ${rows.toLocaleString('en')} rows, ${shared.toLocaleString('en')} keys in both; hub idle ${mib(idle)}`,
)
await measured('a page, sorted', `/graphql`, queryBody(page))
await measured('groups', '/graphql', queryBody(groups))
await measured('all rows as Parquet', '/query?format=parquet', JSON.stringify({ ...from, select, timeoutMs: 120_000 }))
await hub.stop()
await issuer.close()
await rm(folder, { recursive: true, force: true })
process.exit()

async function measured(what: string, path: string, body: string): Promise<void> {
  writeFileSync(`/proc/${family.hub}/clear_refs`, '5')
  const started = performance.now()
  const answer = await fetch(`${hub.url}${path}`, { method: 'POST', headers, body })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const told = path === '/graphql' ? bytes.toString('utf8', 0, 200) : `${answer.status}, ${(bytes.byteLength / 1e6).toFixed(1)} MB`
  console.log(`${what}: ${ms(performance.now() - started)}; the hub's memory at most ${mib(memoryOf('VmHWM') - idle)} above idle; ${told}`)
}

/** A figure of the hub's memory in bytes. */
function memoryOf(figure: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${figure}:\\s+(\\d+)`).exec(readFileSync(`/proc/${family.hub}/status`, 'utf8'))?.[1]) * 1024
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MiB`
}
