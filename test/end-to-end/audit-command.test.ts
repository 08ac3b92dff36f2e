import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { type FreshDatabase, freshDatabase } from '../support/postgres.js'
import { until } from '../support/processes.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

const program = fileURLToPath(new URL('../../bin/dials.js', import.meta.url))
const camden = 'borough-of-camden'
const barnet = 'borough-of-barnet'
let workspace: Workspace
let issuer: TestIssuer
let database: FreshDatabase
let hub: TestHub

beforeAll(async () => {
  issuer = await startIssuer({ organisations: [camden, barnet] })
  workspace = await openWorkspace({
    'hub.yaml': `issuer: https://hub.example\n${hubYaml({ camden: childSpoke('camden'), barnet: childSpoke('barnet') })}${issuersYaml(issuer)}`,
    'camden/spoke.yaml': spokeYaml('camden'),
    'camden/data/libraries.csv': 'Name,Visits\nKilburn,3\nHolborn,4\n',
    'camden/data/secrets.csv': 'Name\nBox\n',
    'camden/data/catalogue.yaml': 'datasets:\n  secrets: { access: CLOSED }\n',
    'barnet/spoke.yaml': spokeYaml('barnet'),
    'barnet/data/parks.csv': 'Name,Trees\nLodge,7\n',
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('hub'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'barnet')
})
afterAll(async () => {
  await hub.stop()
  await issuer.close()
  await database.drop()
  await workspace.remove()
})

const audit = (args: string[], token = '') =>
  new Promise<{ code: number; output: string; errors: string }>((resolve) => {
    const env = { ...process.env, DIALS_TOKEN: token, DATABASE_URL: database.url }
    execFile(process.execPath, [program, 'audit', ...args], { env }, (error, output, errors) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors }),
    )
  })
const at = (...args: string[]) => [...args, '--url', hub.url]
const keys = () => workspace.path('hub.keys')
const operator = () => ['--config', workspace.hubYaml, '--data-dir', hub.dataFolder]
const askAs = async (organisation: string, table: string) =>
  hub.ask<{ query: { transaction: string; receipt: { proof: string } } | null }>(
    `{ query(input: { from: { table: "${table}" } }) { transaction rows receipt { proof } } }`,
    {},
    { authorization: `Bearer ${await issuer.token({ organisation })}` },
  )
/** Outcomes are written after the answer. */
const settled = () =>
  until('every transaction has ended', async () => {
    const { rows } = (await database.knex.raw(
      `select count(*) from audit_leaves i where phase = 'INTENT' and not exists (select from audit_leaves o where o.transaction = i.transaction and o.phase = 'OUTCOME')`,
    )) as { rows: [{ count: number }] }
    return rows[0].count === 0
  })

describe('dials audit', () => {
  let receipt = ''
  beforeAll(async () => {
    const { data } = await askAs(barnet, 'camden/libraries/libraries')
    receipt = data?.query?.receipt.proof ?? ''
    await askAs(camden, 'barnet/parks/parks')
    expect((await askAs(barnet, 'camden/secrets/secrets')).errors?.[0]?.extensions.code).toBe('UNKNOWN_TABLE')
    await settled()
    await writeFile(keys(), await (await fetch(`${hub.url}/audit/keys`)).text())
    await writeFile(workspace.path('receipt'), receipt)
  })

  test('verify accepts a receipt as text and as the header of a download, and refuses a changed one', async () => {
    const { code, output } = await audit(['verify', workspace.path('receipt'), '--key', keys()])
    expect([code, output]).toEqual([
      0,
      expect.stringMatching(/^It holds: entry \d+ of hub\.example\/audit[^]*"table": "camden\/libraries\/libraries"/),
    ])
    const response = await fetch(`${hub.url}/tables/barnet/parks/parks.csv`)
    await response.text()
    await writeFile(workspace.path('header'), response.headers.get('dials-receipt') ?? '')
    const json = await audit(['verify', workspace.path('header'), '--key', keys(), '--json'])
    expect(JSON.parse(json.output)).toMatchObject({ holds: true, entry: { kind: 'download', phase: 'INTENT' } })
    await writeFile(
      workspace.path('changed'),
      receipt.replace(/index (\d+)/, (_, index) => `index ${Number(index) + 1}`),
    )
    const changed = await audit(['verify', workspace.path('changed'), '--key', keys()])
    expect([changed.code, changed.errors]).toEqual([1, expect.stringContaining('It does not hold')])
    expect(await audit(['verify', workspace.path('receipt')])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('--key is missing'),
    })
  })

  test('export writes a log that holds, with the entries of the token’s organisation and no others', async () => {
    const folder = workspace.path('log')
    const checkpoint = await (await fetch(`${hub.url}/audit/checkpoint`)).text()
    await writeFile(workspace.path('earlier'), checkpoint)
    await askAs(camden, 'camden/libraries/libraries')
    await settled()
    const exported = await audit(at('export', folder), await issuer.token({ organisation: camden }))
    expect([exported.code, exported.errors]).toEqual([0, ''])
    const verified = await audit(['verify', folder, '--key', keys(), '--since', workspace.path('earlier')])
    expect([verified.code, verified.output]).toEqual([0, expect.stringMatching(/of other parties.*It goes on from the earlier checkpoint/)])
    const openings = await readFile(workspace.path('log/openings/0.ndjson'), 'utf8')
    expect(openings).toContain('camden/libraries/libraries')
    // Camden asked for Barnet's parks itself; of Barnet's own people it sees what they asked of Camden.
    expect(openings).not.toMatch(/"party":"borough-of-barnet"|secrets/)
    const nobody = await audit(at('export', workspace.path('public')))
    expect(nobody.code).toBe(0)
    expect(await readFile(workspace.path('public/openings/0.ndjson'), 'utf8')).not.toContain('entry')
  })

  test('tail and report show an organisation its own entries', async () => {
    const token = await issuer.token({ organisation: camden })
    const tail = await audit(at('tail', '--lines', '100'), token)
    expect([tail.code, tail.output]).toEqual([
      0,
      expect.stringMatching(/INTENT query by borough-of-barnet for borough-of-camden: camden\/libraries\/libraries/),
    ])
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    const csv = workspace.path('report.csv')
    const period = ['--organisation', camden, '--from', day(-1), '--to', day(2)]
    const report = await audit(at('report', ...period, '--csv', csv), token)
    expect([report.code, report.output]).toEqual([
      0,
      expect.stringMatching(/^\| borough-of-barnet \| none said \|.*\| camden\/libraries\/libraries \| 1 \| 0 \| 0 \|/m),
    ])
    expect(await readFile(csv, 'utf8')).toMatch(/^borough-of-barnet,none said,,,camden\/libraries\/libraries,1,0,0,Name; Visits\r$/m)
    // Barnet learns of no entry that a hidden table was named.
    const other = await audit(
      at('report', '--organisation', camden, '--from', day(-1), '--to', day(2)),
      await issuer.token({ organisation: barnet }),
    )
    expect(other.output).toContain('Nothing was disclosed.')
    expect((await audit(at('report', ...period))).errors).toContain('needs a token')
  })

  test('an issuer does not give the scope that opens all entries', async () => {
    const token = await issuer.token({ organisation: barnet, scope: 'audit:read hub:operate' })
    const { data } = await hub.ask<{ viewer: { scopes: string[] } }>('{ viewer { scopes } }', {}, { authorization: `Bearer ${token}` })
    expect(data?.viewer.scopes).toEqual([])
  })

  test('erase takes what is said and keeps what is proved, and says so in the log', async () => {
    const { data } = await askAs(barnet, 'camden/libraries/libraries')
    const transaction = data?.query?.transaction ?? ''
    await settled()
    expect((await audit(['erase', ...operator(), '--transaction', transaction])).output).toContain('This would erase 4 entries')
    expect((await audit(['erase', ...operator(), '--transaction', transaction, '--yes'])).output).toContain('Erased: 4 entries')
    const person = ['--issuer', issuer.url, '--subject', 'jane']
    expect((await audit(['erase', ...operator(), ...person, '--yes'])).output).toContain('Erased: 1 key of pseudonyms')
    await writeFile(workspace.path('kept'), data?.query?.receipt.proof ?? '')
    expect((await audit(['verify', workspace.path('kept'), '--key', keys()])).code).toBe(0)
    const folder = workspace.path('after')
    await audit(at('export', folder), await issuer.token({ organisation: camden }))
    expect((await audit(['verify', folder, '--key', keys()])).code).toBe(0)
    expect(await readFile(workspace.path('after/openings/0.ndjson'), 'utf8')).not.toContain(transaction)
    expect((await audit(['erase', ...operator()])).code).toBe(2)
  })

  test('rotate-key gives the log a new key, and the old one goes on to verify what it has signed', async () => {
    expect((await audit(['rotate-key', ...operator()])).output).toContain('hub.example/audit+')
    await hub.stop()
    hub = await startTestHub(workspace.hubYaml, { dataFolder: hub.dataFolder, env: { DATABASE_URL: database.url } })
    await hub.harvested('camden', 'barnet')
    const { data } = await askAs(barnet, 'camden/libraries/libraries')
    await writeFile(workspace.path('new'), data?.query?.receipt.proof ?? '')
    expect((await audit(['verify', workspace.path('new'), '--key', keys()])).code).toBe(1)
    await writeFile(keys(), await (await fetch(`${hub.url}/audit/keys`)).text())
    for (const kept of ['new', 'receipt']) expect((await audit(['verify', workspace.path(kept), '--key', keys()])).code).toBe(0)
  })
})
