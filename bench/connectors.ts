/**
 * How many rows a second the connector `postgres` writes into Parquet parts. The baseline of the same run reads the same rows as binary
 * COPY without parsing them. `UV_THREADPOOL_SIZE=24 npx tsx bench/connectors.ts [rows]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { to } from 'pg-copy-streams'
import { postgres } from '../connectors/postgres/index.js'
import { openDatabase } from '../src/database/open-database.js'
import { DuckDbEngine } from '../src/engine/duckdb.js'

const rows = Number(process.argv[2] ?? 1_000_000)
const rounds = 5
const log = { info: () => undefined, warn: console.warn, error: console.error }

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const scratchFolder = await mkdtemp('/dev/shm/seven-dials-bench-')
const database = await openDatabase({ dataFolder: folder, log })
const engine = await DuckDbEngine.open({ folders: [scratchFolder], memoryMb: 512 })
const source = await postgres.open(
  postgres.configSchema.parse({
    url: database.url,
    schemas: ['public'],
    tables: ['payments'],
    defaultAccess: 'OPEN',
    allowPowerfulRole: true,
  }),
  {
    spokeId: 'bench',
    baseFolder: folder,
    engine,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder,
    storeFolder: folder,
    log,
  },
)
try {
  await database.knex.raw(`CREATE TABLE payments AS SELECT
    n::int8 AS id, (n % 977)::int4 AS cost_centre, (n::int8 * 7919 % 1000003)::int8 AS uprn, 'E0' || (5000000 + n % 640) AS ward,
    'SW' || (n % 20) || ' ' || (n % 9) || 'AA' AS postcode, 'Supplier ' || (n % 5000) || ' Limited' AS supplier,
    date '2020-01-01' + (n % 2000)::int AS paid, timestamp '2020-01-01' + n * interval '1 minute' AS entered, n / 7.0::float8 AS ratio, (n % 3 = 0) AS is_capital
    FROM generate_series(1, ${rows}) AS n`)
  await database.knex.raw('VACUUM ANALYZE payments')
  for await (const event of source.harvest(undefined, AbortSignal.timeout(60_000))) {
    if (event.kind !== 'dataset') continue
    const columns =
      event.dataset.tables[0]?.columns.map(({ name, type, scale }) => ({ name, type, ...(scale === undefined ? {} : { scale }) })) ?? []
    const planned = source.plan(
      { relation: { op: 'scan', table: 'payments/payments', columns } },
      await source.capabilities(['payments/payments']),
    )
    const floor: number[] = []
    const read: number[] = []
    const work: number[] = []
    let bytes = 0
    for (let round = 0; round < rounds; round++) {
      floor.push(await timed(() => bareCopy(database.url, source.native(planned.pushed))))
      const before = process.cpuUsage()
      read.push(
        await timed(async () => {
          bytes = 0
          const { parts, report } = source.execute(planned, {
            signal: AbortSignal.timeout(60_000),
            rowsMax: rows,
            bytesMax: 2 ** 31,
            deadline: Date.now() + 60_000,
          })
          for await (const { file } of parts) {
            bytes += file.bytes
            await file.release()
          }
          if ((await report).rows !== rows) throw new Error('rows were lost')
        }),
      )
      const { user, system } = process.cpuUsage(before)
      work.push((user + system) / 1000)
    }
    print('bare COPY binary, the floor', floor)
    print('the connector, into parts', read)
    print('its own processor time alone', work)
    console.log(
      `${Math.round(bytes / rows)} bytes a row, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB, ${(median(floor) / median(read)).toFixed(2)} of the floor`,
    )
  }
} finally {
  await source.close()
  await engine.close()
  await database.close()
  await rm(folder, { recursive: true, force: true })
  await rm(scratchFolder, { recursive: true, force: true })
}

async function bareCopy(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, ssl: false })
  await client.connect()
  const stream = client.query(to(sql))
  stream.resume()
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject))
  await client.end()
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(times: number[]): number {
  return [...times].sort((left, right) => left - right)[Math.floor(times.length / 2)] as number
}

function print(what: string, times: number[]): void {
  const milliseconds = median(times)
  console.log(
    `${what.padEnd(30)} ${Math.round(milliseconds)} ms, ${(rows / milliseconds / 1000).toFixed(2)} M rows/s (${times.map((time) => Math.round(time)).join(', ')})`,
  )
}
