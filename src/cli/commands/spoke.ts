import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { JSONWebKeySet } from 'jose'
import { issuersSchema, loadSpokeConfig, readEnvironment } from '../../config.js'
import type { Listening } from '../../spoke/child.js'
import { parseJwks } from '../hub-keys.js'
import { createLog } from '../log.js'
import { strikingSecrets } from '../strike-secrets.js'
import { untilStopped } from '../until-stopped.js'
import { dataDirOption, portOption } from './options.js'
import { spokeAgreementsCommand } from './spoke-agreements.js'
import { spokeInitCommand } from './spoke-init.js'
import { spokePublishCommand } from './spoke-publish.js'

interface Options {
  config: string
  port?: number
  dataDir: string
  hubIssuer?: string
  hubJwks?: string
  hubIssuers?: string
  hubSignatories?: string
  hubOrganisation?: string
  engineThreads?: number
  logLevel?: string
}

/** `dials spoke`, which runs one unless it is told otherwise. */
export function spokeCommand(): Command {
  return new Command('spoke')
    .description(
      'run a spoke: an organisation’s own data, served to its hub; write its spoke.yaml; publish what it has; or refuse agreements',
    )
    .addCommand(runCommand().exitOverride(), { isDefault: true })
    .addCommand(spokeInitCommand().exitOverride())
    .addCommand(spokePublishCommand().exitOverride())
    .addCommand(spokeAgreementsCommand().exitOverride())
}

function runCommand(): Command {
  return new Command('run')
    .description('run a spoke: the same without the word run')
    .requiredOption('--config <file>', 'the spoke.yaml')
    .addOption(portOption())
    .addOption(dataDirOption('.data/spoke'))
    .addOption(new Option('--hub-issuer <issuer>', 'the hub, where spoke.yaml names none').hideHelp())
    .addOption(new Option('--hub-jwks <file>', 'its public keys').hideHelp())
    .addOption(new Option('--hub-issuers <file>', 'the issuers that it knows').hideHelp())
    .addOption(new Option('--hub-signatories <file>', 'the keys by which organisations sign agreements there').hideHelp())
    .addOption(new Option('--hub-organisation <id>', 'the organisation, where spoke.yaml names none').hideHelp())
    .addOption(new Option('--log-level <level>', 'how much it logs').hideHelp())
    .addOption(new Option('--engine-threads <n>', 'threads of its engine').argParser(Number).hideHelp())
    .action(async (options: Options) => {
      const { config, port, dataDir, hubIssuer, hubJwks, hubIssuers, hubSignatories, hubOrganisation, engineThreads, logLevel } = options
      const { startSpoke } = await import('../start-spoke.js')
      const environment = readEnvironment()
      const loaded = loadSpokeConfig(config, environment)
      const log = createLog({ ...environment, logLevel: logLevel ?? environment.logLevel }, loaded.secrets, { spoke: loaded.value.id })
      const hub =
        hubIssuer !== undefined && hubJwks !== undefined
          ? { issuer: hubIssuer, jwks: parseJwks(readFileSync(hubJwks, 'utf8'), hubJwks) }
          : undefined
      const issuers = hubIssuers === undefined ? [] : issuersSchema.parse(JSON.parse(readFileSync(hubIssuers, 'utf8')))
      const ofHub = hub !== undefined
      const start = async () => {
        const spoke = await startSpoke({
          loaded,
          dataFolder: resolve(dataDir),
          issuers,
          log,
          ...(port === undefined ? {} : { port }),
          ...(ofHub ? { hub } : {}),
          ...(hubSignatories === undefined ? {} : { signatories: readSignatories(hubSignatories) }),
          ...(hubOrganisation === undefined ? {} : { organisation: hubOrganisation }),
          ...(engineThreads === undefined ? {} : { engineThreads }),
        })
        // A spoke that is run by hand has no hub to report to: its parent is the launcher.
        if (ofHub) process.send?.({ listening: spoke.url } satisfies Listening)
        else process.stdout.write(`The spoke ${loaded.value.id}: ${spoke.url}\n`)
        return spoke
      }
      await strikingSecrets(loaded.secrets, () => untilStopped(start, log, { ofHub }))
    })
}

function readSignatories(file: string): ReadonlyMap<string, JSONWebKeySet> {
  return new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, JSONWebKeySet>))
}
