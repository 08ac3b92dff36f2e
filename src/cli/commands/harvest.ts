import { Command } from 'commander'
import { DialsError } from '../../errors.js'
import { type Harvest, harvestSelection, harvestText } from '../harvest-text.js'
import { openOperatorHub } from '../operator-hub.js'
import { harmless } from '../query-text.js'
import { dataDirOption, hubUrl, urlOption } from './options.js'

interface Options {
  config: string
  dataDir: string
  url: string
  allowShrink?: true
  json?: true
}

const mutation = `mutation ($spoke: ID!, $allowShrink: Boolean!) { harvest(spoke: $spoke, allowShrink: $allowShrink) ${harvestSelection} }`
const listed = 'query ($spoke: ID!) { spoke(id: $spoke) { datasets { totalCount } } }'

/** `dials harvest` */
export function harvestCommand(): Command {
  return new Command('harvest')
    .description('have a running hub harvest spokes now')
    .argument('[spoke...]', 'ids of spokes; default: all of them')
    .requiredOption('--config <file>', 'the hub.yaml')
    .addOption(urlOption())
    .option('--allow-shrink', 'remove what the source no longer has, however much: for a harvest that was HELD')
    .option('--json', 'print JSON, for programs')
    .addOption(dataDirOption('.data'))
    .action(async (spokes: string[], { config, dataDir, url, allowShrink, json }: Options, command: Command) => {
      // The error is about one spoke and for its operator, so the message suffices without its code.
      const hub = await openOperatorHub(config, dataDir, { url: hubUrl(url, command), errorText: ({ message }) => harmless(message) })
      const wanted = spokes.length > 0 ? spokes : hub.config.spokes.map(({ id }) => id)
      const runs: (Harvest & { spoke: string; listed: number })[] = []
      for (const spoke of wanted) {
        const run = await hub.ask<Harvest>('harvest', mutation, { spoke, allowShrink: allowShrink === true })
        const { datasets } = await hub.ask<{ datasets: { totalCount: number } }>('spoke', listed, { spoke })
        runs.push({ spoke, ...run, listed: datasets.totalCount })
      }
      process.stdout.write(json ? `${JSON.stringify(runs)}\n` : `${harvestText(runs)}\n`)
      if (runs.some(({ status }) => status === 'FAILED')) throw new DialsError('SOURCE_UNAVAILABLE', 'Not every spoke could be harvested.')
    })
}
