import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTestHub, type TestHub } from '../test/support/dials.js'

const harvestMsMax = 15 * 60_000

/** A spoke: its id and what its spoke.yaml says of its one source. */
export interface SpokeEntry {
  readonly id: string
  readonly connector: string
  readonly config: string
}

/** Of a spoke over Parquet files in `<id>/data`. */
export const filesSpoke = (id: string): SpokeEntry => ({ id, connector: 'files', config: '{ folder: ./data, defaultAccess: OPEN }' })

/** Of a spoke over a PostgreSQL database's table `payments`. */
export const postgresSpoke = (id: string, url: string): SpokeEntry => ({
  id,
  connector: 'postgres',
  config: `{ url: "${url}?sslmode=disable", schemas: [public], tables: [payments], defaultAccess: OPEN }`,
})

/** The id of the one table that each of these spokes has. */
export const tableOf = (spoke: string) => `${spoke}/payments/payments`

/** A hub with a process of its own for each spoke, started. */
export async function startHub(folder: string, spokes: readonly SpokeEntry[]): Promise<TestHub> {
  const yaml = ['name: Bench', 'spokes:']
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

/** Waits until each spoke has been harvested. */
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

/** A body for `post`: one query, of which the rows alone are read. */
export const queryBody = (input: object) =>
  JSON.stringify({ query: 'query Bench($input: QueryInput!) { query(input: $input) { complete rows } }', variables: { input } })

/** The rows of an answer to it. */
export function rowsOf(text: string): unknown[][] {
  const { query } = (JSON.parse(text) as { data: { query: { complete: boolean; rows: unknown[][] } } }).data
  if (!query.complete) throw new Error('the hub’s answer is not complete')
  return query.rows
}

/** The event loop's delays since the last look, in milliseconds: `/metrics` counts anew each time that it is read. */
export async function eventLoop(hub: TestHub): Promise<{ p99: number; max: number }> {
  const text = await (await fetch(`${hub.url}/metrics`)).text()
  const figure = (name: string) => Number(new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1]) * 1000
  return { p99: figure('p99'), max: figure('max') }
}
