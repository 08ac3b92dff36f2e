import { resolve } from 'node:path'
import { Command } from 'commander'
import { loadHubConfig, readEnvironment } from '../../config.js'
import { createLog } from '../log.js'
import { strikeSecrets, strikingSecrets } from '../strike-secrets.js'
import { untilStopped } from '../until-stopped.js'
import { hubAddSpokeCommand } from './hub-add-spoke.js'
import { dataDirOption, portOption } from './options.js'

interface Options {
  config: string
  port?: number
  dataDir: string
}

/** `dials hub`, which runs one unless it is told otherwise. */
export function hubCommand(): Command {
  return new Command('hub')
    .description('run a hub: the graph over the spokes of a hub.yaml; or add a spoke to it')
    .addCommand(runCommand().exitOverride(), { isDefault: true })
    .addCommand(hubAddSpokeCommand().exitOverride())
}

function runCommand(): Command {
  return new Command('run')
    .description('run a hub: the same without the word run')
    .requiredOption('--config <file>', 'the hub.yaml')
    .addOption(portOption())
    .addOption(dataDirOption('.data'))
    .action(async ({ config, port, dataDir }: Options) => {
      // Loaded only here, because the other commands and every spoke process start faster without it.
      const { startHub } = await import('../start-hub.js')
      const environment = readEnvironment()
      const loaded = loadHubConfig(config, environment)
      const log = createLog(environment, loaded.secrets, { hub: loaded.value.name })
      const start = async () => {
        const hub = await startHub({ loaded, dataFolder: resolve(dataDir), environment, log, ...(port === undefined ? {} : { port }) })
        process.stdout.write(strikeSecrets(`The graph of ${loaded.value.name}: ${hub.url}/graphql\n`, loaded.secrets))
        return hub
      }
      await strikingSecrets(loaded.secrets, () => untilStopped(start, log))
    })
}
