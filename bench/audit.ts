/**
 * What the audit log costs. `npm run bench:audit`, or with a smaller log: `tsx bench/audit.ts [entries]`.
 * - one small query, and 32 clients at once, against the same hub with its log and that of its spoke on a null device;
 * - beside it, what a write that is flushed to the disk of the database takes;
 * - the verification of an exported log on one core, and the size of a receipt.
 */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { receiptExtraMax } from '../src/audit/log-auditor.js'
import { verifyLog } from '../src/audit/verify/verify-log.js'
import { startTestHub, type TestHub } from '../test/support/dials.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml } from '../test/support/workspace.js'
import { exportLog } from './audit-log.js'
import { inTurn, machine, measured, ms, post } from './support.js'

const entries = Number(process.argv[2] ?? 1_000_000)
const runs = 300
const rounds = 5
const seconds = 5
const clients = 32
const nullLog = new URL('null-log.js', import.meta.url).href

console.log(`over HTTP on loopback, ${machine()}`)
await costs()
await proves()
process.exit(0)

async function costs(): Promise<void> {
  const workspace = await openWorkspace({
    'hub.yaml': hubYaml({ camden: childSpoke('camden') }, 'Bench'),
    'camden/spoke.yaml': spokeYaml('camden'),
    'camden/data/libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n',
  })
  const start = async (dataFolder: string, env: NodeJS.ProcessEnv = {}): Promise<TestHub> => {
    const hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path(dataFolder), env })
    await hub.harvested('camden')
    return hub
  }
  const hub = await start('real')
  const without = await start('null', { NODE_OPTIONS: `--import ${nullLog}` })
  const body = JSON.stringify({ query: '{ query(input: { from: { table: "camden/libraries/libraries" } }) { rows receipt { proof } } }' })
  await checkReceipts(hub, without, body)

  const probe = await open(workspace.path('real/probe'), 'a')
  const page = Buffer.alloc(8192)
  const [real, none, flush] = await inTurn(
    runs,
    () => post(`${hub.url}/graphql`, body),
    () => post(`${without.url}/graphql`, body),
    async () => {
      await probe.appendFile(page)
      await probe.datasync()
    },
  )
  await probe.close()
  const added = real.p50 - none.p50
  const most = 2 * flush.p50 + 3
  console.log(
    `one small query: p50 ${ms(real.p50)}, with no log ${ms(none.p50)}: ${ms(added)} more; a flushed write takes ${ms(flush.p50)} ` +
      `(target: two of them + 3 ms = ${ms(most)}: ${verdict(added <= most)})`,
  )

  const load = async ({ url }: TestHub) => {
    const headers = { 'content-type': 'application/json' }
    const options = { url: `${url}/graphql`, method: 'POST', headers, body, connections: clients, duration: seconds, workers: 1 } as const
    const { requests, non2xx, errors } = await autocannon(options)
    if (non2xx + errors > 0) throw new Error(`${non2xx} answers without success, ${errors} errors`)
    return requests.average
  }
  const shares: number[] = []
  for (let round = 0; round < rounds; round++) {
    const [ours, theirs] = [await load(hub), await load(without)]
    shares.push(ours / theirs)
    console.log(
      `${clients} clients: ${ours.toFixed(0)} queries a second; with no log: ${theirs.toFixed(0)}; ${(ours / theirs).toFixed(2)} of it`,
    )
  }
  const share = shares.sort((left, right) => left - right)[Math.floor(rounds / 2)] as number
  console.log(`the median of ${rounds} rounds: ${share.toFixed(2)} (target 0.85: ${verdict(share >= 0.85)})`)
  await Promise.all([hub.stop(), without.stop()])
  await workspace.remove()
}

/** Only one of the two hubs has a log, or the comparison says nothing. */
async function checkReceipts(hub: TestHub, without: TestHub, body: string): Promise<void> {
  const [withLog, withNone] = [await post(`${hub.url}/graphql`, body), await post(`${without.url}/graphql`, body)]
  if (!withLog.includes('c2sp.org/tlog-proof') || !withNone.includes('"receipt":null'))
    throw new Error('the hubs are not with and without a log')
}

async function proves(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
  try {
    const log = await exportLog(folder, entries)
    const { milliseconds, peakMiB } = await measured(async () => {
      const { opened } = await verifyLog(folder, log.keys)
      if (opened !== entries) throw new Error(`only ${opened} entries were verified`)
    })
    const took = milliseconds / 1000
    console.log(
      `a log of ${entries.toLocaleString('en-GB')} entries verifies in ${took.toFixed(1)} s, with at most ${peakMiB.toFixed(0)} MiB (target 60 s: ${verdict(took < 60)})`,
    )
    const largest = log.columnsWithin(receiptExtraMax)
    const [usual, most] = [log.receiptBytes(5, receiptExtraMax), log.receiptBytes(largest, receiptExtraMax)]
    console.log(
      `a receipt: ${usual} bytes for 5 columns, ${most} for ${largest} columns, the most that are in it (target 4,000: ${verdict(most < 4000)})`,
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function verdict(isHeld: boolean): string {
  return isHeld ? 'held' : 'MISSED'
}
