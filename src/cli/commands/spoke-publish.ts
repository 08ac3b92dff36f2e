import { Command } from 'commander'
import { loadSpokeConfig, readEnvironment } from '../../config.js'
import { DialsError } from '../../errors.js'
import { askGraph } from '../ask-graph.js'
import { type Harvest, harvestSelection, harvestText } from '../harvest-text.js'
import { harmless } from '../query-text.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from './options.js'

interface Options {
  config: string
  url: string
  token?: string
  json?: true
}

const mutation = `mutation ($spoke: ID!) { harvest(spoke: $spoke) ${harvestSelection} }`

/** `dials spoke publish` */
export function spokePublishCommand(): Command {
  return new Command('publish')
    .description('have the hub harvest this spoke now, with a token of its organisation, and print what came of it')
    .requiredOption('--config <file>', 'the spoke.yaml')
    .addOption(urlOption())
    .addOption(tokenOption())
    .option('--json', 'print JSON, for programs')
    .action(async ({ config, url, token, json }: Options, command: Command) => {
      const { id: spoke } = loadSpokeConfig(config, readEnvironment()).value
      const hub = {
        url: hubUrl(url, command),
        token: bearerOf(token, command),
        errorText: ({ message }: { message: string }) => harmless(message),
      }
      const run = { spoke, ...(await askGraph<Harvest>(hub, 'harvest', mutation, { spoke })) }
      process.stdout.write(json ? `${JSON.stringify(run)}\n` : `${harvestText([run])}\n`)
      if (run.status === 'FAILED') throw new DialsError('SOURCE_UNAVAILABLE', 'The spoke could not be harvested.')
    })
}
