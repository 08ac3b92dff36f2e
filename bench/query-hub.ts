import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTestHub, type TestHub } from '../test/support/dials.js'

const harvestMsMax = 15 * 60_000

/** A spoke: its id, and the source in its spoke.yaml. */
export interface SpokeEntry {
  readonly id: string
  readonly connector: string
  readonly config: string
}

/** A spoke over the Parquet files in `<id>/data`. */
export const filesSpoke = (id: string): SpokeEntry => ({ id, connector: 'files', config: '{ folder: ./data, defaultAccess: OPEN }' })

/** A spoke over the table `payments` of a PostgreSQL database. */
export const postgresSpoke = (id: string, url: string): SpokeEntry => ({
  id,
  connector: 'postgres',
  config: `{ url: "${url}?sslmode=disable", schemas: [public], tables: [payments], defaultAccess: OPEN, allowPowerfulRole: true }`,
})

/** The id of a spoke's only table. */
export const tableOf = (spoke: string) => `${spoke}/payments/payments`

/** Starts a hub with a process for each spoke. @param issuers of tokens, as in hub.yaml. */
export async function startHub(folder: string, spokes: readonly SpokeEntry[], issuers: readonly object[] = []): Promise<TestHub> {
  // JSON is YAML too.
  const yaml = ['name: Bench', `issuers: ${JSON.stringify(issuers)}`, 'spokes:']
  for (const { id, connector, config } of spokes) {
    await mkdir(join(folder, id), { recursive: true })
    await writeFile(join(folder, id, 'spoke.yaml'), `id: ${id}\nsources:\n  - connector: ${connector}\n    config: ${config}\n`, {
      mode: 0o600,
    })
    yaml.push(`  - id: ${id}`, `    organisation: { name: ${id} }`, '    connector: spoke', `    config: { process: ./${id}/spoke.yaml }`)
  }
  await writeFile(join(folder, 'hub.yaml'), yaml.join('\n'))
  return startTestHub(join(folder, 'hub.yaml'), { dataFolder: join(folder, 'hub') })
}

/** Waits until every spoke has been harvested. */
export async function harvested(hub: TestHub, spokes: readonly SpokeEntry[]): Promise<void> {
  const stop = new AbortController()
  const tooLate = delay(harvestMsMax, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`not all spokes were harvested in ${harvestMsMax / 60_000} minutes:\n${hub.output().slice(-2000)}`)
  })
  try {
    await Promise.race([hub.harvested(...spokes.map(({ id }) => id)), tooLate])
  } finally {
    stop.abort()
    await tooLate.catch(() => undefined)
  }
}

/** The body of a request for one query's rows, for `post`. */
export const queryBody = (input: object) =>
  JSON.stringify({ query: 'query Bench($input: QueryInput!) { query(input: $input) { complete rows } }', variables: { input } })

/** The rows in the answer to `queryBody`. */
export function rowsOf(text: string): unknown[][] {
  const { query } = (JSON.parse(text) as { data: { query: { complete: boolean; rows: unknown[][] } } }).data
  if (!query.complete) throw new Error('the hub’s answer is not complete')
  return query.rows
}

/** The event loop's delays in milliseconds since the last call: reading `/metrics` resets them. */
export async function eventLoop(hub: TestHub): Promise<{ p99: number; max: number }> {
  const text = await (await fetch(`${hub.url}/metrics`)).text()
  const figure = (name: string) => Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1]) * 1000
  return { p99: figure('p99'), max: figure('max') }
}
