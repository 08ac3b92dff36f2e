import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitmentOf, type Opening, parseOpening } from '../../src/audit/entry.js'
import { GrowingTree } from '../../src/audit/merkle/growing-tree.js'
import { leafHash } from '../../src/audit/merkle/hash.js'
import { consistencyRanges } from '../../src/audit/merkle/ranges.js'
import { hashesOfRanges } from '../../src/audit/merkle/stored-hashes.js'
import { verifyConsistency } from '../../src/audit/merkle/verify.js'
import type { TreeHead } from '../../src/audit/notes/checkpoint.js'
import { parseVerifierKey } from '../../src/audit/notes/keys.js'
import { parseProof } from '../../src/audit/notes/tlog-proof.js'
import { LogReader } from '../../src/audit/read/log-reader.js'
import { verifyReceipt } from '../../src/audit/verify/verify-receipt.js'
import { openDatabase } from '../../src/database/open-database.js'
import { startTestHub, type TestHub } from '../support/dials.js'
import { long, runsOf, seed } from '../support/long.js'
import { quiet } from '../support/postgres.js'
import { allGone, everyoneOf, familyOf, hubFamily, postmasterOf, signal, until } from '../support/processes.js'
import { openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

/** RUNS=300 takes eight minutes. */
const kills = runsOf(20, 20)
const clients = 4
const from = seed.seed ?? Date.now() % 2 ** 31
/** While one of them is down the other answers, so that the load goes on. */
const spokes = ['camden', 'barnet']
const tableOf = (spoke: string) => `${spoke}/libraries/libraries`

/** Rows that reached a client, with what proves that they were recorded. */
interface Received {
  readonly spoke: string
  readonly transaction: string
  readonly receipt: string
}

let workspace: Workspace
let dataFolder: string
let hub: TestHub
const received: Received[] = []
const start = () => startTestHub(workspace.hubYaml, { dataFolder })
beforeAll(async () => {
  workspace = await openWorkspace(twoSpokes)
  dataFolder = workspace.path('data')
  hub = await start()
  await hub.harvested(...spokes)
})
afterAll(async () => {
  await hub.stop()
  await workspace.remove()
})

/** One answer of the graph. Undefined where there are no rows. */
async function query(spoke: string): Promise<Received | undefined> {
  const { data } = await hub.ask<{ query: { rows: unknown[]; receipt: { transaction: string; proof: string } } | null }>(
    `{ query(input: { from: { table: "${tableOf(spoke)}" } }) { rows receipt { transaction proof } } }`,
  )
  if (!data?.query) return undefined
  expect(data.query.rows).not.toEqual([])
  const { transaction, proof } = data.query.receipt
  return { spoke, transaction, receipt: proof }
}

/** One download. It counts from its first byte, also where it is cut off then. */
async function download(spoke: string): Promise<Received | undefined> {
  const response = await fetch(`${hub.url}/tables/${tableOf(spoke)}.csv`)
  const reader = response.ok ? response.body?.getReader() : undefined
  if (reader === undefined || (await reader.read()).value === undefined) return undefined
  await reader.cancel()
  const receipt = Buffer.from(response.headers.get('dials-receipt') ?? '', 'base64').toString()
  const { entry } = parseOpening(String(parseProof(receipt).extra)) as Opening
  return { spoke, transaction: entry.transaction, receipt }
}

/** Asks again and again until it is told to stop, whatever becomes of the hub. */
async function ask(spoke: string, stopped: AbortSignal): Promise<void> {
  for (let at = 0; !stopped.aborted; at++) {
    const got = await (at % 4 === 3 ? download(spoke) : query(spoke)).catch((thrown: unknown) => {
      // What fetch and a cut-off answer throw where the hub has died.
      if (thrown instanceof TypeError || thrown instanceof SyntaxError) return undefined
      throw thrown
    })
    if (got === undefined) await delay(20)
    else received.push(got)
  }
}

async function killSpoke(id: string): Promise<void> {
  const pid = (await hubFamily(hub, id)).spokes.get(id) as number
  signal([pid], 'SIGKILL')
  await allGone([pid])
}

const victims = {
  async hub() {
    const family = await hubFamily(hub, ...spokes)
    signal([family.hub], 'SIGKILL')
    await hub.exited
    await allGone(everyoneOf(family))
    hub = await start()
  },
  camden: () => killSpoke('camden'),
  barnet: () => killSpoke('barnet'),
  async database() {
    const postmaster = await until('the database runs', () => postmasterOf(dataFolder))
    const all = familyOf(postmaster).map(({ pid }) => pid)
    signal(all, 'SIGKILL')
    await allGone(all)
  },
}

/** A hub takes longest to start again, so it is killed less often. */
const victim = fc.constantFrom<keyof typeof victims>('hub', 'camden', 'barnet', 'database', 'database')
const plans = fc.sample(fc.record({ victim, afterMs: fc.nat(250) }), { numRuns: kills, seed: from })

test(
  `what reached a client is in the log, and stays provable, whoever is killed, ${kills} times (SEED=${from})`,
  { tags: [long] },
  async () => {
    const stop = new AbortController()
    const asking = Array.from({ length: clients }, (_, at) => ask(spokes[at % spokes.length] as string, stop.signal))
    try {
      for (const { victim, afterMs } of plans) {
        const before = received.length
        await until('it answers', () => received.length > before)
        await delay(afterMs)
        await victims[victim]()
      }
      const before = received.length
      await until('all answer after the last', () => spokes.every((spoke) => received.slice(before).some((one) => one.spoke === spoke)))
    } finally {
      stop.abort()
      await Promise.all(asking)
    }
    expect(await hub.stop()).toBe(0)
    expect(received.length).toBeGreaterThan(kills)
    await checkHubLog()
    for (const spoke of spokes) await checkSpokeLog(spoke)
    console.info(`${kills} kills, ${received.length} answers`)
  },
)

/** Every answer has a durable intent, every receipt verifies, and the log of each goes on to the last one. */
async function checkHubLog(): Promise<void> {
  const { knex, close } = await openDatabase({ dataFolder, log: quiet })
  try {
    const leaves = (await knex('audit_leaves').orderBy('index').select('index', 'commitment', 'phase', 'part', 'transaction')) as {
      index: number
      commitment: Buffer
      phase: string
      part: string
      transaction: string
    }[]
    expect(leaves.map(({ index }) => index)).toEqual(leaves.map((_, at) => at))
    const reader = new LogReader(knex)
    const last = (await reader.checkpoint()) as TreeHead
    const tree = new GrowingTree({ size: 0, peaks: [] })
    for (const { commitment } of leaves) tree.append(leafHash(commitment))
    expect([last.size, last.root.equals(tree.root())]).toEqual([leaves.length, true])

    const keys = (await reader.verifierKeys()).map(parseVerifierKey)
    const intents = new Set(leaves.filter(({ phase }) => phase === 'INTENT').map(({ transaction, part }) => `${transaction} ${part}`))
    const heads = new Map<string, TreeHead>()
    for (const { transaction, receipt } of received) {
      expect([intents.has(`${transaction} REQUESTER`), intents.has(`${transaction} DISCLOSER`)], transaction).toEqual([true, true])
      const { opening, index, head } = verifyReceipt(receipt, keys)
      expect(opening.entry).toMatchObject({ transaction, phase: 'INTENT' })
      expect(commitmentOf(opening).equals(leaves[index]?.commitment as Buffer)).toBe(true)
      heads.set(`${head.size} ${head.root.toString('hex')}`, head)
    }
    for (const { size, root } of heads.values()) {
      const proof = await hashesOfRanges(size === last.size ? [] : consistencyRanges(size, last.size), reader.readHashes)
      verifyConsistency(size, last.size, proof, root, last.root)
    }
  } finally {
    await close()
  }
}

/** Its log is whole, and has an intent for every answer: the spoke has read nothing that it did not write down first. */
async function checkSpokeLog(spoke: string): Promise<void> {
  const lines = (await readFile(workspace.path(`data/spokes/${spoke}/audit/log.ndjson`), 'utf8')).split('\n')
  expect(lines.pop()).toBe('')
  const entries = lines.map((line) => parseOpening(line)?.entry)
  expect(entries).not.toContain(undefined)
  const intents = new Set(entries.filter((entry) => entry?.phase === 'INTENT').map((entry) => entry?.transaction))
  expect(received.filter((one) => one.spoke === spoke && !intents.has(one.transaction))).toEqual([])
}
