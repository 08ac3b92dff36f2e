import { readFile, rename, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from '../../src/audit/entry.js'
import { type DatabaseProxy, openDatabaseProxy } from '../support/database-proxy.js'
import { startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { until } from '../support/processes.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

/** One hub with one spoke process, whose database can be cut off. */
let workspace: Workspace
let database: FreshDatabase
let proxy: DatabaseProxy
let hub: TestHub
const start = () => startTestHub(workspace.hubYaml, { dataFolder: workspace.path('hub'), env: { DATABASE_URL: proxy.url } })
beforeAll(async () => {
  workspace = await openWorkspace({
    'hub.yaml': hubYaml({ camden: childSpoke('camden') }),
    'camden/spoke.yaml': spokeYaml('camden'),
    'camden/data/libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n',
  })
  database = await freshDatabase()
  proxy = await openDatabaseProxy(database.url)
  hub = await start()
  await hub.harvested('camden')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await proxy.close()
  await database.drop()
  await workspace.remove()
})

const table = 'camden/libraries/libraries'

/** What a client got: its rows, or the code and the words of the error. */
interface Got {
  readonly isAnswered: boolean
  readonly code?: string | undefined
  readonly message?: string | undefined
}

const graph = (operation: string) => async (): Promise<Got> => {
  const { errors } = await hub.ask(operation)
  return { isAnswered: errors === undefined, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message }
}

/** Every way by which rows, counts, or how they would be read leave a hub. */
const ways: Record<string, () => Promise<Got>> = {
  query: graph(`{ query(input: { from: { table: "${table}" } }) { rows receipt { proof } } }`),
  explain: graph(`{ explain(input: { from: { table: "${table}" } }) { text } }`),
  'Table.rows': graph(`{ table(id: "${table}") { rows { rows } } }`),
  'Table.groups': graph(`{ table(id: "${table}") { groups(by: [{ column: "Postcode" }], measures: [{ function: COUNT }]) { rows } } }`),
  async download() {
    const response = await fetch(`${hub.url}/tables/${table}.csv`)
    const text = await response.text()
    if (response.ok) return { isAnswered: true }
    expect([response.status, response.headers.get('content-type')]).toEqual([503, 'application/problem+json; charset=utf-8'])
    expect(response.headers.get('dials-receipt')).toBeNull()
    const { code, detail } = JSON.parse(text) as { code: string; detail: string }
    return { isAnswered: false, code, message: detail }
  },
}

/** What the spoke has written into its own log: it reads nothing that is not there. */
const scans = async (): Promise<Entry[]> => {
  const text = await readFile(workspace.path('hub/spokes/camden/audit/log.ndjson'), 'utf8')
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line) => (JSON.parse(line) as { entry: Entry }).entry).filter(({ phase }) => phase === 'INTENT')
}

const refuseLeaves = (body: string) => async () => {
  await database.knex.raw(`create function refuse() returns trigger language plpgsql as 'begin ${body.replaceAll("'", "''")} end'`)
  await database.knex.raw('create trigger refuse before insert on audit_leaves execute function refuse()')
}
const acceptLeaves = async () => void (await database.knex.raw('drop function refuse cascade'))
const readOnly = async (value: 'on' | 'off') => {
  // A session may write again only where it says so; those of the hub begin anew.
  await database.knex.raw(
    `set default_transaction_read_only = off; alter database ${new URL(database.url).pathname.slice(1)} set default_transaction_read_only = ${value}`,
  )
  await database.knex.raw(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  await until('the hub has other sessions', async () => (await hub.ask('{ spokes { id } }')).errors === undefined)
}

const faults: Record<string, { begin: () => Promise<unknown>; end: () => Promise<unknown>; reason: RegExp; code?: string }> = {
  'whose disk is full': {
    begin: refuseLeaves(`raise exception 'could not extend file' using errcode = '53100';`),
    end: acceptLeaves,
    reason: /disk of the catalogue database is full/,
  },
  'that is read-only': { begin: () => readOnly('on'), end: () => readOnly('off'), reason: /read-only/ },
  'that is lost while it writes': {
    begin: refuseLeaves('perform pg_terminate_backend(pg_backend_pid()); return null;'),
    end: acceptLeaves,
    reason: /cannot be reached/,
  },
  // Without it the hub does not even know the table: it says so before the log is asked.
  'that is gone': { begin: () => proxy.refuse(), end: () => proxy.restore(), reason: /cannot be reached/, code: 'SOURCE_UNAVAILABLE' },
}

/** Every way is refused with the reason, and the spoke reads nothing. */
async function refused({ reason, code = 'AUDIT_UNAVAILABLE' }: { reason: RegExp; code?: string }): Promise<void> {
  const before = (await scans()).length
  for (const [way, ask] of Object.entries(ways))
    expect(await ask(), way).toEqual({ isAnswered: false, code, message: expect.stringMatching(reason) })
  expect(await scans()).toHaveLength(before)
}

/** Every way is answered again, by itself. */
async function answered(): Promise<void> {
  const before = (await scans()).length
  for (const [way, ask] of Object.entries(ways)) await until(`${way} is answered again`, async () => (await ask()).isAnswered)
  expect((await scans()).length).toBeGreaterThan(before)
}

describe('an audit log in a database', () => {
  it.each(Object.keys(faults))('%s: nothing is read, the reason is told, and it recovers by itself', async (name) => {
    const { begin, end, ...told } = faults[name] as (typeof faults)[string]
    try {
      await begin()
      await refused(told)
    } finally {
      await end()
    }
    await answered()
  })

  it('has the intent before the spoke writes its own', async () => {
    const before = (await scans()).length
    const asked = await database.knex.transaction(async (transaction) => {
      await transaction('audit_log').forUpdate().select('size')
      const asking = hub.ask<{ query: { rows: unknown[]; receipt: { transaction: string; leafIndex: number } } }>(
        `{ query(input: { from: { table: "${table}" } }) { rows receipt { transaction leafIndex } } }`,
      )
      await until('the hub waits for its log', async () => {
        const { rows } = (await database.knex.raw(
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%update audit_log set%'`,
        )) as { rows: unknown[] }
        return rows.length > 0
      })
      expect(await scans()).toHaveLength(before)
      return { asking }
    })
    const { receipt, rows } = (await asked.asking).data?.query ?? {}
    expect(rows).toHaveLength(2)
    const leaves = await database.knex('audit_leaves').where({ transaction: receipt?.transaction, phase: 'INTENT' }).orderBy('index')
    expect(leaves.map(({ part }) => part)).toEqual(['REQUESTER', 'DISCLOSER'])
    expect(leaves[0]?.index).toBe(receipt?.leafIndex)
    const [scan] = (await scans()).slice(before)
    expect(scan).toMatchObject({ transaction: receipt?.transaction, reasons: [`Entry ${leaves[1]?.index} of the audit log of the hub.`] })
    expect(new Date(scan?.time ?? '') >= leaves[1]?.time).toBe(true)
  })
})

describe('an audit log whose signing key is missing', () => {
  it('after a restart: nothing is read until its file is back, and no other key is made', async () => {
    const file = workspace.path('hub/audit-keys.json')
    expect(await hub.stop()).toBe(0)
    await rename(file, `${file}.kept`)
    hub = await start()
    await hub.harvested('camden')
    await refused({ reason: /missing.*audit-keys\.json/ })
    await writeFile(file, '{', { flag: 'wx' })
    await refused({ reason: /malformed/ })
    await rename(`${file}.kept`, file)
    await answered()
  })
})
