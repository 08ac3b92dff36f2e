import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { longTest } from '../support/long-test.js'
import {
  allGone,
  everyoneOf,
  familyOf,
  type HubFamily,
  hubFamily,
  lives,
  postmasterOf,
  scratchOf,
  signal,
  until,
} from '../support/processes.js'
import { openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

/** One data folder for all of these, as an operator has: each starts over what the last one left. */
let workspace: Workspace
let dataFolder: string
const seen = new Set<number>()
beforeAll(async () => {
  workspace = await openWorkspace(twoSpokes)
  dataFolder = workspace.path('data')
})
afterAll(async () => {
  signal([...seen], 'SIGKILL')
  await workspace.remove()
})

interface Started {
  readonly hub: TestHub
  readonly family: HubFamily
  readonly everyone: number[]
  readonly postmaster: number
}

async function start(): Promise<Started> {
  const hub = await startTestHub(workspace.hubYaml, { dataFolder })
  const family = await hubFamily(hub, 'camden', 'barnet')
  await hub.harvested('camden', 'barnet')
  const postmaster = (await postmasterOf(dataFolder)) as number
  const everyone = everyoneOf(family)
  for (const pid of [...everyone, postmaster]) seen.add(pid)
  return { hub, family, everyone, postmaster }
}

async function nothingIsLeft({ everyone, postmaster }: Pick<Started, 'everyone' | 'postmaster'>): Promise<void> {
  await allGone([...everyone, postmaster])
  expect(scratchOf(everyone)).toEqual([])
  expect(await postmasterOf(dataFolder)).toBeUndefined()
}

const harvests = async (hub: TestHub) => {
  const { data } = await hub.ask<{ spokes: { id: string; lastHarvest: { status: string; created: number; unchanged: number } }[] }>(
    '{ spokes { id lastHarvest { status created unchanged } } }',
  )
  return data?.spokes.map(({ id, lastHarvest: { status, created, unchanged } }) => [id, status, created, unchanged])
}

const count = async (hub: TestHub) =>
  (
    await hub.ask<{ query: { rows: unknown[] } }>(
      '{ query(input: { from: { table: "camden/libraries/libraries" }, measures: [{ function: COUNT }] }) { rows } }',
    )
  ).data?.query.rows

describe('a hub over its own database', () => {
  test('starts in an empty folder, and SIGTERM ends it and all that is its own', async () => {
    const started = await start()
    expect(await harvests(started.hub)).toEqual([
      ['camden', 'COMPLETE', 1, 0],
      ['barnet', 'COMPLETE', 1, 0],
    ])
    expect(scratchOf(started.everyone), 'of the hub and its two spokes').toHaveLength(3)
    expect(await started.hub.stop()).toBe(0)
    await nothingIsLeft(started)
  })

  test('starts again with its datasets, reads nothing anew, and Ctrl-C, which every process of the terminal gets, ends it well', async () => {
    const started = await start()
    expect(await harvests(started.hub)).toEqual([
      ['camden', 'COMPLETE', 0, 1],
      ['barnet', 'COMPLETE', 0, 1],
    ])
    signal(started.everyone, 'SIGINT')
    expect(await started.hub.exited).toBe(0)
    expect(started.hub.output()).not.toMatch(/starting it again|did not close well/)
    await nothingIsLeft(started)
  })

  for (const [name, sender] of [
    ['SIGTERM', 'a supervisor sends'],
    ['SIGHUP', 'a terminal that is closed sends'],
  ] as const)
    longTest(`ends as well by the ${name} that ${sender} to every process`, async () => {
      const started = await start()
      signal(started.everyone, name)
      expect(await started.hub.exited).toBe(0)
      expect(started.hub.output()).not.toContain('did not close well')
      await nothingIsLeft(started)
    })

  for (const [name, effect] of [
    ['SIGTERM', 'stops it'],
    ['SIGKILL', 'to the launcher ends all that it started'],
  ] as const)
    longTest(`${name} during the start ${effect}`, async () => {
      const program = dials(['hub', '--config', workspace.hubYaml, '--port', '0', '--data-dir', dataFolder])
      const family = await hubFamily(program, 'camden', 'barnet')
      for (const pid of everyoneOf(family)) seen.add(pid)
      // Its spokes have only just been started, and it waits for its database.
      signal([family.launcher], name)
      expect(await program.exited).toBe(name === 'SIGTERM' ? 0 : null)
      await nothingIsLeft({ everyone: everyoneOf(family), postmaster: -1 })
    })

  longTest('kill -9 of the launcher alone ends the others, and well', async () => {
    const started = await start()
    signal([started.family.launcher], 'SIGKILL')
    await nothingIsLeft(started)
    expect(started.hub.output()).toMatch(/"msg":"stopped"/)
  })

  test('kill -9 of the hub ends its spokes; PostgreSQL waits for the next hub, which sweeps what was left in memory', async () => {
    const killed = await start()
    signal([killed.family.hub], 'SIGKILL')
    expect(await killed.hub.exited).toBe(1)
    await allGone(killed.everyone)
    expect(lives(killed.postmaster)).toBe(true)
    expect(scratchOf([killed.family.hub])).toHaveLength(1)

    const next = await start()
    expect(next.postmaster, 'adopted').toBe(killed.postmaster)
    expect(scratchOf(killed.everyone)).toEqual([])
    expect(await count(next.hub)).toEqual([[2]])

    // And the next is killed with everything that it started at once.
    signal(next.everyone, 'SIGKILL')
    await allGone(next.everyone)
    const last = await start()
    expect(await harvests(last.hub)).toEqual([
      ['camden', 'COMPLETE', 0, 1],
      ['barnet', 'COMPLETE', 0, 1],
    ])
    expect(scratchOf(next.everyone)).toEqual([])
    expect(await last.hub.stop()).toBe(0)
    await nothingIsLeft(last)
  })

  test('its database killed under it, it starts that again and goes on', async () => {
    const started = await start()
    signal(
      familyOf(started.postmaster).map(({ pid }) => pid),
      'SIGKILL',
    )
    await allGone([started.postmaster])
    const postmaster = await until('the database runs again', () => postmasterOf(dataFolder))
    await until('the hub is ready again', async () => (await fetch(`${started.hub.url}/health/ready`)).status === 200)
    expect(await count(started.hub)).toEqual([[2]])
    const password = await readFile(workspace.path('data/postgres/password'), 'utf8')
    expect(password.length).toBeGreaterThan(20)
    expect(await started.hub.stop()).toBe(0)
    expect(started.hub.output()).toContain('the embedded database has stopped')
    expect(started.hub.output()).not.toContain(password)
    await nothingIsLeft({ ...started, postmaster })
  })
})
