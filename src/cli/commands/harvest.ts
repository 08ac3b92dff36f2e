import { resolve } from 'node:path'
import Table from 'cli-table3'
import { Command } from 'commander'
import { loadHubConfig, readEnvironment } from '../../config.js'
import { DialsError } from '../../errors.js'
import { signOperatorToken } from '../../identity/operator-token.js'
import { askGraph } from '../ask-graph.js'
import { issuerOf, operatorKey } from '../hub-identity.js'
import { dataDirOption } from './options.js'

interface Options {
  config: string
  dataDir: string
  url: string
  allowShrink?: true
  json?: true
}

interface Run {
  status: string
  created: number
  updated: number
  unchanged: number
  removed: number
  failed: number
  error: string | null
  problems: { sourceId: string | null; message: string }[]
}

const mutation = `mutation ($spoke: ID!, $allowShrink: Boolean!) { harvest(spoke: $spoke, allowShrink: $allowShrink) { status created updated unchanged removed failed error problems { sourceId message } } }`

/** `dials harvest` */
export function harvestCommand(): Command {
  return new Command('harvest')
    .description('harvest spokes now, at a hub that is running')
    .argument('[spoke...]', 'ids of spokes; default: all of them')
    .requiredOption('--config <file>', 'the hub.yaml')
    .option('--url <url>', 'where the hub listens', 'http://localhost:4000')
    .option('--allow-shrink', 'let through a harvest that was HELD: what the source no longer shows is removed, however much')
    .option('--json', 'print JSON, for programs')
    .addOption(dataDirOption('.data'))
    .action(async (spokes: string[], { config, dataDir, url, allowShrink, json }: Options) => {
      const loaded = loadHubConfig(config, readEnvironment())
      const key = await operatorKey(resolve(dataDir))
      const wanted = spokes.length > 0 ? spokes : loaded.value.spokes.map(({ id }) => id)
      const runs: (Run & { spoke: string })[] = []
      for (const spoke of wanted) {
        const token = await signOperatorToken(issuerOf(loaded.value), key, ['hub:operate'])
        const { harvest } = await askGraph<{ harvest: Run }>(url, mutation, { spoke, allowShrink: allowShrink === true }, token)
        runs.push({ spoke, ...harvest })
      }
      process.stdout.write(json ? `${JSON.stringify(runs)}\n` : `${tableOf(runs)}\n`)
      if (runs.some(({ status }) => status === 'FAILED')) throw new DialsError('SOURCE_UNAVAILABLE', 'Not every spoke could be harvested.')
    })
}

function tableOf(runs: readonly (Run & { spoke: string })[]): string {
  const table = new Table({ head: ['spoke', 'status', 'created', 'updated', 'unchanged', 'removed', 'failed'], style: { head: [], border: [] } })
  for (const { spoke, status, created, updated, unchanged, removed, failed } of runs) table.push([spoke, status, created, updated, unchanged, removed, failed])
  const problems = runs.flatMap(({ spoke, error, problems }) => [
    ...(error === null ? [] : [`${spoke}: ${error}`]),
    ...problems.map(({ sourceId, message }) => `${spoke}${sourceId === null ? '' : `/${sourceId}`}: ${message}`),
  ])
  return [table.toString(), ...problems].join('\n')
}
