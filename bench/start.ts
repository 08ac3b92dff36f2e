/** How long the demonstration needs until it answers: on an empty data folder, and again on the same folder. `npm run bench:start` */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dials } from '../test/support/dials.js'
import { machine } from './support.js'

const runs = 3

async function startOnce(dataFolder: string): Promise<number> {
  const started = performance.now()
  const demo = dials(['demo', '--port', '0', '--data-dir', dataFolder])
  await demo.line(/Stop with Ctrl-C/)
  const seconds = (performance.now() - started) / 1000
  await demo.stop()
  return seconds
}

const times: { first: number[]; later: number[] } = { first: [], later: [] }
for (let run = 0; run < runs; run++) {
  const dataFolder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
  times.first.push(await startOnce(dataFolder))
  times.later.push(await startOnce(dataFolder))
  await rm(dataFolder, { recursive: true, force: true })
}
const median = (values: number[]) => values.sort((left, right) => left - right)[Math.floor(values.length / 2)]?.toFixed(1)
console.log(`start to the printed answer (${machine()}, median of ${runs}): first ${median(times.first)} s, later ${median(times.later)} s`)
