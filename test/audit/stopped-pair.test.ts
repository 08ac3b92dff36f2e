import { readFile, rm, truncate } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { patienceMs } from '../support/patience.js'
import { type FreshDatabase, freshDatabase } from '../support/postgres.js'
import { until } from '../support/processes.js'
import { openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'
import { long } from '../support/long.js'

/** A hub with the spoke processes camden and barnet, which witness each other's logs at every start. */
let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
const start = async () => {
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('hub'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'barnet')
}
const audit = (name: string) => workspace.path(`hub/spokes/camden/audit/${name}`)

interface Row {
  readonly spoke: string
  readonly stopped: string | null
  readonly cosigned: string | null
  readonly note: string
}
const witnessed = (spoke: string) => database.knex<Row>('audit_witnesses').where({ spoke }).first() as Promise<Row | undefined>
const stopped = (spoke: string) => until(`${spoke} is stopped`, async () => (await witnessed(spoke))?.stopped)
/** Both sides have seen what the other has written. */
const seen = async () => {
  const before = await witnessed('camden')
  expect(await hub.stop()).toBe(0)
  await start()
  await until('the logs are compared', async () => {
    const now = await witnessed('camden')
    return now?.note !== before?.note && (now?.cosigned ?? null) !== null
  })
}

/** The names that a query finds, or its error. */
async function names(...spokes: string[]): Promise<unknown> {
  const from =
    spokes.length === 1
      ? `{ table: "${spokes[0]}/libraries/libraries" }`
      : `{ union: [${spokes.map((spoke) => `"${spoke}/libraries/libraries"`).join(', ')}] }`
  const { data, errors } = await hub.ask<{ query: { rows: unknown[][] } | null }>(
    `{ query(input: { from: ${from}, select: [{ column: "Name" }] }) { rows } }`,
  )
  return data?.query?.rows.flat().sort() ?? { code: errors?.[0]?.extensions.code, message: errors?.[0]?.message }
}
const accept = async () => {
  const program = dials(['audit', 'accept', '--config', workspace.hubYaml, '--data-dir', workspace.path('hub'), '--spoke', 'camden'], {
    DATABASE_URL: database.url,
  })
  expect([await program.exited, program.output()]).toEqual([0, 'The hub goes on with camden within a minute.\n'])
}
/** It tells who has to look, and nothing of what was seen, which the operator's log says. */
const refusal = {
  code: 'SOURCE_UNAVAILABLE',
  message: 'Nothing is asked of the spoke camden until an operator of this hub has looked: an audit log was changed.',
}
/** Within a minute, as the command says. */
const answersAgain = () => expect.poll(() => names('camden'), { timeout: 2 * patienceMs, interval: 250 }).toEqual(['Holborn', 'Kilburn'])

beforeEach(async () => {
  workspace = await openWorkspace(twoSpokes)
  database = await freshDatabase()
  await start()
  expect(await names('camden', 'barnet')).toEqual(['Hendon', 'Holborn', 'Kilburn'])
})
afterEach(async () => {
  expect(await hub.stop()).toBe(0)
  await database.drop()
  await workspace.remove()
})

describe('a spoke that the witness has stopped', { tags: [long] }, () => {
  it('because its log was cut is refused with its plain reason, others go on, and it answers once its operator accepts', async () => {
    await seen()
    expect(await hub.stop()).toBe(0)
    await truncate(audit('log.ndjson'))
    await start()
    expect(await stopped('camden')).toMatch(/the audit log of the spoke was changed: .*the tree has shrunk/)
    await expect.poll(() => names('camden')).toEqual(refusal)
    expect(await names('camden', 'barnet')).toEqual(refusal)
    expect(await names('barnet')).toEqual(['Hendon'])
    // Refused before the spoke is asked.
    expect(await readFile(audit('log.ndjson'), 'utf8')).toBe('')
    await accept()
    await answersAgain()
  }, 240_000)

  it('because it has seen the hub’s log cut reads nothing until its operator has looked too', async () => {
    const tables = ['audit_leaves', 'audit_nodes', 'audit_checkpoints', 'audit_log']
    for (const table of tables) await database.knex.raw(`create table saved_${table} as table ${table}`)
    await seen()
    await names('camden')
    await seen()
    expect(await hub.stop()).toBe(0)
    for (const table of tables) await database.knex.raw(`truncate ${table}; insert into ${table} select * from saved_${table}`)
    await start()
    expect(await stopped('camden')).toMatch(/says of this hub's log: .*the tree has shrunk/)
    await expect.poll(() => names('camden')).toEqual(refusal)
    // The hub would go on. The spoke has its own view, and says so again.
    await accept()
    expect(await hub.stop()).toBe(0)
    await start()
    await stopped('camden')
    await expect.poll(() => names('camden')).toEqual(refusal)
    await accept()
    await rm(audit('hub.json'))
    expect(await hub.stop()).toBe(0)
    await start()
    await answersAgain()
  }, 240_000)
})
