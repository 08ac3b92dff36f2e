import { rename, rm, utimes, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { patienceMs } from '../support/patience.js'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { allGone, everyoneOf, type HubFamily, hubFamily, scratchOf, signal, until } from '../support/processes.js'
import { startRogue } from '../support/spoke.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, twoSpokes, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
let family: HubFamily
const rogues: { url: string; close(): Promise<void> }[] = []

beforeAll(async () => {
  const page = await startRogue((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to our new web site</h1>'),
  )
  const stalls = await startRogue(() => undefined)
  const down = await startRogue(() => undefined)
  await down.close()
  rogues.push(page, stalls)
  workspace = await openWorkspace({
    ...twoSpokes,
    'hub.yaml': hubYaml({
      camden: childSpoke('camden'),
      barnet: childSpoke('barnet'),
      page: ['spoke', `{ url: "${page.url}" }`],
      down: ['spoke', `{ url: "${down.url}" }`],
      stalls: ['spoke', `{ url: "${stalls.url}" }`],
      late: childSpoke('late'),
      nowhere: ['files', '{ folder: ./nowhere, defaultAccess: OPEN }'],
    }),
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  family = await hubFamily(hub, 'camden', 'barnet')
  await hub.harvested('camden', 'barnet')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await allGone(everyoneOf(family))
  for (const rogue of rogues) await rogue.close()
  await database.drop()
  await workspace.remove()
})

interface Spoke {
  id: string
  status: string
  lastHarvest: { status: string; error: string | null } | null
}
const spokes = async () => {
  const { data } = await hub.ask<{ spokes: Spoke[] }>('{ spokes { id status lastHarvest { status error } } }')
  return new Map(data?.spokes.map((spoke) => [spoke.id, spoke]))
}
const becomes = (id: string, status: string) => until(`${id} is ${status}`, async () => (await spokes()).get(id)?.status === status)

const libraries = (onSourceError: 'FAIL' | 'PARTIAL', tables = ['camden', 'barnet']) =>
  hub.ask<{ query: { rows: unknown[]; complete: boolean; version: string | null; sources: object[] } }>(
    'query ($input: QueryInput!) { query(input: $input) { rows complete version sources { spoke status rows error { code message } } } }',
    {
      input: {
        from: { union: tables.map((spoke) => `${spoke}/libraries/libraries`) },
        groupBy: [{ column: '_spoke' }],
        measures: [{ function: 'COUNT' }],
        orderBy: [{ column: '_spoke' }],
        onSourceError,
      },
    },
  )

describe('a source that is of no use', () => {
  test('is told as it is, and holds up no other', async () => {
    await becomes('stalls', 'DOWN')
    await becomes('page', 'DOWN')
    const states = await until('every harvest but the stalled one has ended', async () => {
      const now = await spokes()
      return ['page', 'down', 'nowhere'].every((id) => now.get(id)?.lastHarvest?.status === 'FAILED') && now
    })
    for (const id of ['camden', 'barnet'])
      expect(states.get(id)).toEqual({ id, status: 'UP', lastHarvest: { status: 'COMPLETE', error: null } })
    for (const id of ['page', 'down', 'stalls', 'nowhere']) expect([id, states.get(id)?.status]).toEqual([id, 'DOWN'])
    expect(states.get('page')?.lastHarvest?.error).toBe('What answers as the spoke page is not a spoke: it sent no catalogue.')
    expect(states.get('down')?.lastHarvest?.error).toBe('The spoke down cannot be reached, or broke off its answer.')
    expect(states.get('stalls')?.lastHarvest?.status).toBe('RUNNING')
    expect(states.get('nowhere')?.lastHarvest?.error).toMatch(/folder/)
    expect(JSON.stringify([...states]), 'no path, no address').not.toMatch(/\/tmp|127\.0\.0\.1/)
  })

  test('is harvested as soon as it answers, not an hour later', async () => {
    const before = await until('its harvest has failed', async () => {
      const late = (await spokes()).get('late')
      return late?.lastHarvest?.status === 'FAILED' && late
    })
    expect(before).toEqual({
      id: 'late',
      status: 'DOWN',
      lastHarvest: { status: 'FAILED', error: 'The process of the spoke late is not running. Try again in a moment.' },
    })
    await workspace.write({ 'late/data/libraries.csv': 'Name\nTooting\n', 'late/spoke.yaml': spokeYaml('late') })
    // The pauses between its starts have grown by now.
    await until('it is harvested', async () => (await spokes()).get('late')?.lastHarvest?.status === 'COMPLETE')
    await becomes('late', 'UP')
    expect((await libraries('FAIL', ['late'])).data?.query.rows).toEqual([['late', 1]])
  })
})

describe('a spoke process killed under a running hub', () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

  test('is DOWN while it does not come back, queries say so, the others go on, and it comes back by itself', async () => {
    const killed = family.spokes.get('camden') as number
    // Without its spoke.yaml no start of it succeeds, so that what is asked meanwhile does not depend on who is quicker.
    await rename(workspace.path('camden/spoke.yaml'), workspace.path('camden/away.yaml'))
    signal([killed], 'SIGKILL')
    await becomes('camden', 'DOWN')

    const failed = await libraries('FAIL')
    expect(failed).toMatchObject({ data: { query: null }, errors: [{ path: ['query'], extensions: { code: 'SOURCE_UNAVAILABLE' } }] })
    expect(failed.errors?.[0]?.extensions.transaction).toMatch(uuid)

    const partial = await libraries('PARTIAL')
    expect(partial.errors).toBeUndefined()
    expect(partial.data?.query).toMatchObject({
      rows: [['barnet', 1]],
      complete: false,
      version: null,
      sources: [
        { spoke: 'camden', status: 'FAILED', rows: null, error: { code: 'SOURCE_UNAVAILABLE' } },
        { spoke: 'barnet', status: 'OK', error: null },
      ],
    })
    expect((await libraries('FAIL', ['barnet'])).data?.query).toMatchObject({ rows: [['barnet', 1]], complete: true })
    expect((await spokes()).get('barnet')?.status).toBe('UP')

    await rename(workspace.path('camden/away.yaml'), workspace.path('camden/spoke.yaml'))
    await becomes('camden', 'UP')
    expect(await libraries('FAIL')).toMatchObject({
      data: {
        query: {
          rows: [
            ['barnet', 1],
            ['camden', 2],
          ],
          complete: true,
        },
      },
    })
    expect(scratchOf([killed]), 'its new process swept what the killed one left').toEqual([])
    family = await hubFamily(hub, 'camden', 'barnet')
  })

  test('is DOWN, and soon UP again, where nothing is in its way', async () => {
    signal([family.spokes.get('barnet') as number], 'SIGKILL')
    await becomes('barnet', 'DOWN')
    await becomes('barnet', 'UP')
    family = await hubFamily(hub, 'camden', 'barnet')
    expect((await libraries('FAIL')).data?.query.complete).toBe(true)
  })
})

describe('a harvest', () => {
  const command = (...args: string[]) => {
    const program = dials(['harvest', '--config', workspace.hubYaml, '--url', hub.url, '--data-dir', workspace.path('data'), ...args])
    return program.exited.then((code) => ({ code, output: program.output() }))
  }
  const data = (name: string) => workspace.path(`barnet/data/${name}`)
  /** What all harvests of barnet changed so far: the spoke tells its changes too, so that the harvest by command may come second. */
  const changed = () => {
    const runs = hub
      .output()
      .split('\n')
      .filter((line) => line.includes('"spoke":"barnet","run":') && line.endsWith('"msg":"harvested"}'))
      .map((line) => JSON.parse(line) as { created: number; updated: number; removed: number })
    const sum = (name: 'created' | 'updated' | 'removed') => runs.reduce((total, run) => total + run[name], 0)
    return [sum('created'), sum('updated'), sum('removed')]
  }

  test('says what was created, updated, unchanged and removed', async () => {
    const first = await command('barnet', '--json')
    expect([first.code, JSON.parse(first.output)]).toEqual([
      0,
      [
        {
          spoke: 'barnet',
          status: 'COMPLETE',
          created: 0,
          updated: 0,
          unchanged: 1,
          removed: 0,
          failed: 0,
          error: null,
          problems: [],
          listed: 1,
        },
      ],
    ])
    const [created = 0, updated = 0, removed = 0] = changed()
    const becomes = (more: { created: number; updated: number; removed: number }) =>
      expect.poll(changed, { timeout: patienceMs }).toEqual([created + more.created, updated + more.updated, removed + more.removed])
    // Touched but the same, changed, added, and one that cannot be read.
    await writeFile(data('parks.csv'), 'Name,Area\nMill Hill,20\n')
    await writeFile(data('trees.csv'), 'Species,Count\nPlane,100\nLime,7\n')
    expect(JSON.parse((await command('barnet', '--json')).output)).toMatchObject([{ status: 'COMPLETE', failed: 0 }])
    await becomes({ created: 2, updated: 0, removed: 0 })
    await utimes(data('libraries.csv'), new Date(), new Date())
    await writeFile(data('parks.csv'), 'Name,Area\nMill Hill,20\nScratchwood,57\n')
    await rename(data('trees.csv'), data('street-trees.csv'))
    await writeFile(data('broken.xlsx'), 'this is no workbook')
    const [run] = JSON.parse((await command('barnet', '--json')).output) as [{ status: string; problems: { sourceId: string }[] }]
    // street-trees is new, trees has gone; parks has other rows; libraries has another date; the workbook is told.
    expect(run).toMatchObject({ status: 'PARTIAL', failed: 1, problems: [{ sourceId: 'broken' }] })
    await becomes({ created: 3, updated: 2, removed: 1 })
    await rm(data('broken.xlsx'))
    expect(JSON.parse((await command('barnet', '--json')).output)).toMatchObject([
      { status: 'COMPLETE', created: 0, updated: 0, unchanged: 3, removed: 0 },
    ])

    const { data: found } = await hub.ask<{ datasets: { nodes: { id: string; status: string }[] } }>(
      '{ datasets(filter: { spokes: ["barnet"], status: [ACTIVE, MISSING] }) { nodes { id status } } }',
    )
    expect(found?.datasets.nodes).toEqual([
      { id: 'barnet/libraries', status: 'ACTIVE' },
      { id: 'barnet/parks', status: 'ACTIVE' },
      { id: 'barnet/street-trees', status: 'ACTIVE' },
      { id: 'barnet/trees', status: 'MISSING' },
    ])
  })

  test('of every spoke prints a table, says why those that failed did, and ends with exit code 1', async () => {
    const { code, output } = await command('camden', 'page', 'nowhere')
    expect(code).toBe(1)
    expect(output).toMatch(/│ spoke +│ status +│ created │ updated │ unchanged │ removed │ failed │/)
    expect(output).toMatch(/│ camden +│ COMPLETE │ 0 +│ 0 +│ 1 +│/)
    expect(output).toMatch(/^page: What answers as the spoke page is not a spoke/m)
    expect(output).toMatch(/^nowhere: .*folder/m)
    expect(output).toMatch(/^dials: Not every spoke could be harvested\.$/m)
    const unknown = await command('camdem')
    expect([unknown.code, unknown.output]).toEqual([1, "dials: There is no spoke 'camdem'. Did you mean 'camden'?\n"])
    const other = await command('camden', '--url', rogues[0]?.url ?? '')
    expect([other.code, other.output]).toEqual([1, `dials: What answers at ${rogues[0]?.url} is not a hub. Give the hub's --url.\n`])
  })

  test('is for holders of a token of `dials token`', async () => {
    const printed = dials(['token', '--config', workspace.hubYaml, '--data-dir', workspace.path('data')])
    expect(await printed.exited).toBe(0)
    const token = printed.output().trim()
    const mutation = 'mutation { harvest(spoke: "camden") { status unchanged spoke { id } } viewer: __typename }'
    const answer = await hub.ask(mutation, {}, { authorization: `Bearer ${token}` })
    expect(answer.data).toMatchObject({ harvest: { status: 'COMPLETE', unchanged: 1, spoke: { id: 'camden' } } })
    const [head, body, signature = ''] = token.split('.')
    const forged = await hub.ask(
      mutation,
      {},
      { authorization: `Bearer ${head}.${body}.${signature.replace(/./, (first) => (first === 'A' ? 'B' : 'A'))}` },
    )
    expect(forged.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
    const other = dials(['token', '--config', workspace.hubYaml, '--data-dir', workspace.path('data'), '--scope', 'catalogue:read'])
    await other.exited
    expect((await hub.ask(mutation, {}, { authorization: `Bearer ${other.output().trim()}` })).errors?.[0]?.extensions.code).toBe(
      'FORBIDDEN',
    )
  })
})
