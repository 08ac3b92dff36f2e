/**
 * The hub under load, and whether response times reveal hidden datasets. `npm run bench:http`
 * - autocannon runs a catalogue query against the hub, and against the same server answering from memory, each in its own process;
 * - 10,000 reads of hidden datasets alternate with 10,000 of absent ones: their medians should differ by no more than those of two halves
 * of the absent ones;
 * - a small operation runs before and after a load of malformed bodies.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { startTestHub } from '../test/support/dials.js'
import { inTurn, machine, ms, post } from './support.js'

const seconds = 5
const rounds = 3
const connections = 10
const hiddenCount = 500

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const data = join(folder, 'camden/data')
await mkdir(data, { recursive: true })
const datasets: string[] = ['datasets:']
for (let at = 0; at < 40; at++) await writeFile(join(data, `open-${at}.csv`), 'Name,Postcode,Cost\nKilburn,NW6 5UH,1.50\n')
for (let at = 0; at < hiddenCount; at++) {
  await writeFile(join(data, `hidden-${at}.csv`), 'Name\nKilburn\n')
  datasets.push(`  hidden-${at}: { access: CLOSED, listing: PARTIES }`)
}
await writeFile(join(data, 'catalogue.yaml'), datasets.join('\n'))
await writeFile(
  join(folder, 'camden/spoke.yaml'),
  'id: camden\nsources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: OPEN }\n',
)
await writeFile(
  join(folder, 'hub.yaml'),
  'name: Bench\nspokes:\n  - id: camden\n    organisation: { name: Camden }\n    connector: spoke\n    config: { process: ./camden/spoke.yaml }\n',
)
const hub = await startTestHub(join(folder, 'hub.yaml'))
await hub.harvested('camden')
const graph = `${hub.url}/graphql`
console.log(`over HTTP on loopback, ${machine()}`)

const body = JSON.stringify({
  query:
    '{ datasets(first: 20) { totalCount nodes { id title access publisher { id name } tables { id title rowCount columns { name type nullable semanticType } } } } }',
})
const answer = join(folder, 'answer.json')
await writeFile(answer, await post(graph, body))
const constant = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('constant-graph.ts', import.meta.url)), answer], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
const [printed] = (await once(constant.stdout, 'data')) as [Buffer]
const constantUrl = `${printed.toString().trim()}/graphql`

const load = async (url: string) => {
  const { requests, non2xx, errors } = await autocannon({
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    connections,
    duration: seconds,
    workers: 1,
  })
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers without success, ${errors} errors`)
  return requests.average
}
const shares: number[] = []
for (let round = 0; round < rounds; round++) {
  const [ours, fromMemory] = [await load(graph), await load(constantUrl)]
  shares.push(ours / fromMemory)
  console.log(
    `a page of 20 datasets: ${ours.toFixed(0)} a second; the same from memory: ${fromMemory.toFixed(0)}; ${(ours / fromMemory).toFixed(2)} of it`,
  )
}
console.log(`the median of ${rounds} rounds: ${median(shares).toFixed(2)}`)

const times: Record<'hidden' | 'absent', number[]> = { hidden: [], absent: [] }
for (let at = 0; at < 10_000; at++) {
  const id = at % hiddenCount
  for (const [kind, name] of at % 2 === 0
    ? ([
        ['hidden', `hidden-${id}`],
        ['absent', `absent-${id}`],
      ] as const)
    : ([
        ['absent', `absent-${id}`],
        ['hidden', `hidden-${id}`],
      ] as const)) {
    const query = JSON.stringify({ query: `{ dataset(id: "camden/${name}") { id } }` })
    const started = performance.now()
    const text = await post(graph, query)
    times[kind].push(performance.now() - started)
    if (text !== '{"data":{"dataset":null}}\n') throw new Error(text)
  }
}
const halves = [0, 1].map((half) => median(times.absent.filter((_, at) => at % 2 === half)))
console.log(
  `a hidden dataset: ${ms(median(times.hidden))}, an absent one: ${ms(median(times.absent))}; apart by ${(Math.abs(median(times.hidden) - median(times.absent)) * 1000).toFixed(0)} µs, ` +
    `two halves of the absent by ${(Math.abs((halves[0] as number) - (halves[1] as number)) * 1000).toFixed(0)} µs`,
)
const malformed = [
  '',
  '{',
  '[]',
  '1',
  '{"query":1}',
  '{"query":"{"}',
  '{"query":"{ nothing }"}',
  '{"query":"{ a","variables":[]}',
  '['.repeat(200_000),
  `{"query":"{ ${'x '.repeat(50_000)}`,
]
const small = JSON.stringify({ query: '{ viewer { subject } }' })
const calm = async () =>
  inTurn(
    300,
    () => post(graph, small),
    () => post(constantUrl, body),
  )
const [before] = await calm()
for (let round = 0; round < 300; round++) {
  await Promise.all(
    malformed.map((text) =>
      fetch(graph, { method: 'POST', headers: { 'content-type': 'application/json' }, body: text }).then((response) => response.text()),
    ),
  )
}
const [after] = await calm()
console.log(`a small operation before and after ${300 * malformed.length} malformed bodies: ${ms(before.p50)} and ${ms(after.p50)}`)
await hub.stop()
constant.kill()
await rm(folder, { recursive: true, force: true })
process.exit(0)

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] as number
}
