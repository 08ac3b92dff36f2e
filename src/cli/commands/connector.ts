import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { readEnvironment } from '../../config.js'
import type { HubSigner, Log, SourceContext } from '../../connector/source.js'
import { DuckDbEngine } from '../../engine/duckdb.js'
import { ConfigError, DialsError } from '../../errors.js'
import { RequestSigner } from '../../identity/scan-token.js'
import { type Check, checkConnector, isWell, troubledDatasets } from '../check-connector.js'
import { checkText } from '../check-text.js'
import { type ConfiguredSource, configuredSources } from '../configured-sources.js'
import { issuerOf, operatorKey } from '../hub-identity.js'
import { createLog } from '../log.js'
import { checkSource } from '../open-source.js'
import { openScratch } from '../scratch.js'
import { strikeSecrets, strikingSecrets } from '../strike-secrets.js'
import { dataDirOption } from './options.js'

/** So many datasets of a source are named at the end. */
const namesMax = 10

interface Options {
  config: string
  dataDir: string
  json?: true
}

/** `dials connector` */
export function connectorCommand(): Command {
  return new Command('connector').description('check the sources of a configuration').addCommand(checkCommand().exitOverride())
}

function checkCommand(): Command {
  return new Command('check')
    .description(
      'check each source: what a harvest would bring, its capabilities, its problems, and how long each step took; no row is printed',
    )
    .argument('[source...]', 'names of sources as this command prints them, or ids of spokes; default: all')
    .requiredOption('--config <file>', 'a spoke.yaml or a hub.yaml')
    .option('--json', 'print JSON, for programs')
    .addOption(dataDirOption('.data'))
    .action(async (names: string[], { config, dataDir, json }: Options) => {
      const environment = readEnvironment()
      const wanted = configuredSources(config, environment).filter(
        ({ name, spokeId }) => names.length === 0 || names.includes(name) || names.includes(spokeId),
      )
      if (wanted.length === 0) throw new ConfigError(config, '', `has no source of the name ${names.join(' or ')}`)
      const secrets = wanted.flatMap(({ loaded }) => loaded.secrets)
      await strikingSecrets(secrets, async () => {
        const log = createLog({ ...environment, logLevel: 'silent' }, secrets, {})
        const checks: { source: string; connector: string; check: Check }[] = []
        for (const source of wanted) {
          const check = await withInterrupt((signal) => checkOne(source, resolve(dataDir), log, signal))
          checks.push({ source: source.name, connector: source.entry.connector, check })
          if (json === undefined)
            process.stdout.write(`${strikeSecrets(checkText(source.name, source.entry.connector, check), secrets)}\n\n`)
        }
        if (json) process.stdout.write(`${strikeSecrets(JSON.stringify(checks, plain), secrets)}\n`)
        const ill = checks
          .filter(({ check }) => !isWell(check))
          .map(({ source, check }) => [source, ...named(troubledDatasets(check))].join(' '))
        if (ill.length > 0) throw new DialsError('SOURCE_UNAVAILABLE', `Not well: ${ill.join(', ')}.`)
      })
    })
}

async function checkOne(configured: ConfiguredSource, dataFolder: string, log: Log, signal: AbortSignal): Promise<Check> {
  const { name, spokeId, loaded, place, entry, hub } = configured
  const open = checkSource(loaded, place, entry)
  const scratch = await openScratch(log)
  const store = await mkdtemp(join(tmpdir(), 'seven-dials-check-'))
  try {
    const engine = await DuckDbEngine.open({ folders: [scratch.folder, store], memoryMb: 1024 })
    try {
      const signer: HubSigner | undefined =
        hub === undefined || entry.connector !== 'spoke' ? undefined : new RequestSigner(issuerOf(hub), await operatorKey(dataFolder))
      const context: SourceContext = {
        spokeId,
        baseFolder: loaded.folder,
        engine,
        openEngine: (options) => DuckDbEngine.open(options),
        scratchFolder: scratch.folder,
        storeFolder: store,
        log,
        ...(signer === undefined
          ? {}
          : {
              signer,
              startSpoke: () => {
                throw new Error('a spoke that its hub starts is checked by its own sources')
              },
            }),
      }
      const source = await open(context)
      try {
        return await checkConnector(source, signal, progress(name))
      } finally {
        await source.close()
      }
    } finally {
      await engine.close()
    }
  } finally {
    await rm(store, { recursive: true, force: true })
    await scratch.close()
  }
}

/** Names datasets behind the name of their source: the first of them. */
function named(datasets: readonly string[]): string[] {
  if (datasets.length === 0) return []
  const more = datasets.length > namesMax ? ` and ${datasets.length - namesMax} more` : ''
  return [`(${datasets.slice(0, namesMax).join(', ')}${more})`]
}

/** Reports every hundred datasets to a person at a terminal. */
function progress(name: string): (datasets: number) => void {
  return (datasets) => {
    if (process.stderr.isTTY && datasets % 100 === 0) process.stderr.write(`${name}: ${datasets} datasets so far\n`)
  }
}

/** Ctrl-C ends the check, and removes its files. */
async function withInterrupt<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const end = () => stop.abort(new DialsError('SOURCE_TIMEOUT', 'The check was interrupted.'))
  process.once('SIGINT', end).once('SIGTERM', end)
  try {
    return await work(stop.signal)
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end)
  }
}

const plain = (_key: string, value: unknown) => (value instanceof Set ? [...(value as Set<unknown>)] : value)
