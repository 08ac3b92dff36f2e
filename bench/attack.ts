/**
 * What an anonymous outsider can do to a hub by load. `npm run attack`, or `npm run attack -- --url URL` against a hub that runs already.
 * Each attack runs for a few seconds, from an address of its own. Meanwhile a prober asks for /health/live every 20 ms, and a viewer with a
 * token (`--token`, where the hub runs already) asks a small query every 100 ms. The target: /health/live within 100 ms, and the memory of
 * the hub's process below 300 MB above idle. `--only WORDS` runs the attacks whose name has these words.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startTestHub } from '../test/support/dials.js'
import { startIssuer } from '../test/support/issuer.js'
import { hubFamily } from '../test/support/processes.js'
import { attacks } from './attack/attacks.js'
import { Fire } from './attack/fire.js'
import type { Probe, Probed } from './attack/prober.js'
import { targetsOf } from './attack/targets.js'
import { machine } from './support.js'

const attackMs = 4_000
const target = { liveMs: 100, memoryMiB: 300 }
const { values: options } = parseArgs({ options: { url: { type: 'string' }, token: { type: 'string' }, only: { type: 'string' } } })

const own = options.url === undefined ? await startOwn() : undefined
const url = own?.url ?? (options.url as string)
const token = own?.token ?? options.token
const targets = await targetsOf(url)
const probes: Probe[] = [
  { url: `${url}/health/live`, everyMs: 20 },
  {
    url: `${url}/graphql`,
    everyMs: 100,
    body: JSON.stringify({ query: `{ query(input: { from: { table: ${JSON.stringify(targets.tables[0])} }, limit: 5 }) { rows } }` }),
    headers: { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
  },
]
const prober = fork(fileURLToPath(new URL('attack/prober.ts', import.meta.url)))
await told(probes)
await new Promise((resolve) => setTimeout(resolve, 2_000))
const idle = (await told('take')).map(({ times }) => times)
console.log(`${machine()}; before: /health/live ${figures(idle[0])}, a viewer's query ${figures(idle[1])}`)
const idleMiB = own && memoryOf(own.pid, 'VmRSS')

for (const { name, run } of attacks.filter((attack) => attack.name.includes(options.only ?? ''))) {
  // The kernel's peak begins anew.
  if (own) writeFileSync(`/proc/${own.pid}/clear_refs`, '5')
  await told('take')
  const fire = new Fire(url, attackMs, own && '127.0.0.2')
  await run(fire, targets)
  const [live, viewer] = (await told('take')) as [Probed, Probed]
  const { sent, bytes, answers } = fire.tally
  const above = own && memoryOf(own.pid, 'VmHWM') - (idleMiB ?? 0)
  const isMissed = Math.max(...live.times) > target.liveMs || live.refused > 0 || (above ?? 0) > target.memoryMiB
  console.log(
    `${isMissed ? 'MISSED' : 'held'}: ${name}: sent ${sent}, ${(bytes / 1e6).toFixed(1)} MB; ` +
      `answered ${[...answers].map(([what, count]) => `${count} × ${what}`).join(', ') || 'nothing'}; ` +
      `/health/live ${figures(live.times)}${live.refused > 0 ? ` (${live.refused} refused)` : ''}; ` +
      `viewer ${figures(viewer.times)}${viewer.refused > 0 ? ` (${viewer.refused} refused)` : ''}` +
      (above === undefined ? '' : `; ${above.toFixed(0)} MiB above idle`),
  )
  await new Promise((resolve) => setTimeout(resolve, 1_000))
}
prober.kill()
await own?.stop()
process.exit(0)

/** Sends the prober a message and waits for its answer. */
async function told(message: 'take' | readonly Probe[]): Promise<Probed[]> {
  prober.send(message)
  const [answer] = (await once(prober, 'message')) as [Probed[]]
  return answer
}

function figures(times: readonly number[] = []): string {
  const sorted = [...times].sort((left, right) => left - right)
  return `median ${(sorted[Math.floor(sorted.length / 2)] ?? NaN).toFixed(0)}, worst ${(sorted.at(-1) ?? NaN).toFixed(0)} ms`
}

/** A figure of a process's memory in MiB. */
function memoryOf(pid: number, figure: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${figure}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Starts a hub over two spokes of 250 small tables each, and one with a table of 1,000 columns and one of 200,000 rows. */
async function startOwn() {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-attack-'))
  const issuer = await startIssuer()
  const small = 'Name,Postcode,Cost\nKilburn,NW6 5UH,1.50\nSwiss Cottage,NW3 3HF,2.25\n'
  const smalls = Array.from({ length: 250 }, (_, at) => [`small-${at}.csv`, small] as const)
  const columns = Array.from({ length: 1000 }, (_, at) => at)
  const rows = Array.from({ length: 200_000 }, (_, at) => `${(at * 7919) % 200_003},Road ${at % 977},${(at % 500) / 100}`)
  const tables = {
    camden: smalls,
    barnet: smalls,
    gla: [
      ['wide.csv', `${columns.map((at) => `c${at}`).join(',')}\n${`${columns.join(',')}\n`.repeat(20)}`],
      ['long.csv', `Number,Road,Cost\n${rows.join('\n')}\n`],
    ] as const,
  }
  for (const [spoke, files] of Object.entries(tables)) {
    await mkdir(join(folder, spoke, 'data'), { recursive: true })
    await writeFile(
      join(folder, spoke, 'spoke.yaml'),
      `id: ${spoke}\nsources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: OPEN }\n`,
    )
    for (const [name, text] of files) await writeFile(join(folder, spoke, 'data', name), text)
  }
  const spokes = Object.keys(tables)
  const config = {
    name: 'Attacked',
    issuers: [issuer.config],
    spokes: spokes.map((id) => ({ id, organisation: { id, name: id }, connector: 'spoke', config: { process: `./${id}/spoke.yaml` } })),
  }
  // JSON is YAML too.
  await writeFile(join(folder, 'hub.yaml'), JSON.stringify(config))
  const hub = await startTestHub(join(folder, 'hub.yaml'), { env: { LOG_LEVEL: 'warn' } })
  const { hub: pid } = await hubFamily(hub, ...spokes)
  const count = async () =>
    Number((await hub.ask<{ datasets: { totalCount: number } }>('{ datasets { totalCount } }')).data?.datasets.totalCount)
  while ((await count()) < 502) await new Promise((resolve) => setTimeout(resolve, 200))
  return {
    url: hub.url,
    pid,
    token: await issuer.token({ exp: Math.floor(Date.now() / 1000) + 3_600 }),
    async stop() {
      await hub.stop()
      await issuer.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
