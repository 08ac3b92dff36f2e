import Table from 'cli-table3'
import { Command } from 'commander'
import { DialsError } from '../../errors.js'
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
      const runs: (Run & { spoke: string })[] = []
      for (const spoke of wanted)
        runs.push({ spoke, ...(await hub.ask<Run>('harvest', mutation, { spoke, allowShrink: allowShrink === true })) })
      process.stdout.write(json ? `${JSON.stringify(runs)}\n` : `${tableOf(runs)}\n`)
      if (runs.some(({ status }) => status === 'FAILED')) throw new DialsError('SOURCE_UNAVAILABLE', 'Not every spoke could be harvested.')
    })
}

function tableOf(runs: readonly (Run & { spoke: string })[]): string {
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
  return [table.toString(), ...problems].join('\n')
}
