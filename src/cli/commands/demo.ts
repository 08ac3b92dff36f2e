import { resolve } from 'node:path'
import { packageFile } from '../package-file.js'
import Table from 'cli-table3'
import { Command } from 'commander'
import { loadHubConfig, readEnvironment } from '../../config.js'
import { askGraph } from '../ask-graph.js'
import { mainJob, type MainJobAnswer } from '../main-job.js'
import { createLog } from '../log.js'
import type { RunningHub } from '../start-hub.js'
import { untilStopped } from '../until-stopped.js'
import { dataDirOption, portOption } from './options.js'

interface Options {
  port?: number
  dataDir: string
}

/** `dials demo`: what `npm start` runs. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('run the demonstration: a hub and five spoke processes over examples/london')
    .addOption(portOption())
    .addOption(dataDirOption('.data/demo'))
    .action(async ({ port, dataDir }: Options) => {
      const { startHub } = await import('../start-hub.js')
      const environment = readEnvironment()
      const loaded = loadHubConfig(packageFile('examples/london/hub.yaml'), environment)
      const log = createLog({ ...environment, logLevel: environment.variables['LOG_LEVEL'] ?? 'warn' }, loaded.secrets, { hub: loaded.value.name })
      process.stdout.write('Starting a hub and five spokes …\n')
      await untilStopped(async () => {
        const hub = await startHub({ loaded, dataFolder: resolve(dataDir), environment, log, ...(port === undefined ? {} : { port }) })
        try {
          await show(hub, loaded.value.spokes.map(({ id }) => id))
        } catch (thrown) {
          await hub.close()
          throw thrown
        }
        return hub
      }, log)
    })
}

async function show(hub: RunningHub, spokeIds: readonly string[]): Promise<void> {
  await Promise.all(spokeIds.map((id) => hub.harvestNow(id)))
  const { spokes } = await askGraph<{ spokes: SpokeLine[] }>(hub.url, '{ spokes { id title status datasets { totalCount } } }')
  const { query } = await askGraph<{ query: MainJobAnswer }>(hub.url, mainJob())
  process.stdout.write(`${spokesTable(spokes)}\n\nLibraries, toilets and polling stations by borough, as it came back over HTTP:\n${answerTable(query)}\n\n`)
  process.stdout.write(`The graph: ${hub.url}/graphql   Stop with Ctrl-C.\n`)
}

interface SpokeLine {
  id: string
  title: string
  status: string
  datasets: { totalCount: number }
}

const plain = { style: { head: [], border: [] } }

function spokesTable(spokes: readonly SpokeLine[]): string {
  const table = new Table({ head: ['spoke', 'organisation', 'status', 'datasets'], ...plain })
  for (const { id, title, status, datasets } of spokes) table.push([id, title, status, datasets.totalCount])
  return table.toString()
}

function answerTable({ columns, rows }: MainJobAnswer): string {
  const table = new Table({ head: columns.map(({ name }) => name), ...plain })
  for (const row of rows) table.push(row.map((cell) => String(cell ?? '')))
  return table.toString()
}
