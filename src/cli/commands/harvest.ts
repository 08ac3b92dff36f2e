import Table from 'cli-table3'
import { Command } from 'commander'
import { DialsError } from '../../errors.js'
import { openOperatorHub } from '../operator-hub.js'
import { harmless } from '../query-text.js'
import { unlistedText } from '../seen-text.js'
import { dataDirOption, hubUrl, urlOption } from './options.js'

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

/** A run as it is printed. `listed`: how many datasets of its spoke everybody sees. */
interface ToldRun extends Run {
  spoke: string
  listed: number
}

const mutation = `mutation ($spoke: ID!, $allowShrink: Boolean!) { harvest(spoke: $spoke, allowShrink: $allowShrink) { status created updated unchanged removed failed error problems { sourceId message } spoke { datasets { totalCount } } } }`

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
      const runs: ToldRun[] = []
      for (const spoke of wanted) {
        const variables = { spoke, allowShrink: allowShrink === true }
        const { spoke: of, ...run } = await hub.ask<Run & { spoke: { datasets: { totalCount: number } } }>('harvest', mutation, variables)
        runs.push({ spoke, ...run, listed: of.datasets.totalCount })
      }
      process.stdout.write(json ? `${JSON.stringify(runs)}\n` : `${tableOf(runs)}\n`)
      if (runs.some(({ status }) => status === 'FAILED')) throw new DialsError('SOURCE_UNAVAILABLE', 'Not every spoke could be harvested.')
    })
}

function tableOf(runs: readonly ToldRun[]): string {
  const table = new Table({
    head: ['spoke', 'status', 'created', 'updated', 'unchanged', 'removed', 'failed'],
    style: { head: [], border: [] },
  })
  for (const { spoke, status, created, updated, unchanged, removed, failed } of runs)
    table.push([spoke, status, created, updated, unchanged, removed, failed])
  const problems = runs.flatMap(({ spoke, error, problems }) => [
    ...(error === null ? [] : [`${spoke}: ${error}`]),
    ...problems.map(({ sourceId, message }) => `${spoke}${sourceId === null ? '' : `/${sourceId}`}: ${message}`),
  ])
  const unlisted = runs.flatMap(({ spoke, created, updated, unchanged, listed }) => {
    const text = unlistedText(created + updated + unchanged, listed)
    return text === undefined ? [] : [`${spoke}: ${text}`]
  })
  return [table.toString(), ...problems, ...unlisted].join('\n')
}
