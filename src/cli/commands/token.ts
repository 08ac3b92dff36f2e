import { resolve } from 'node:path'
import { Command } from 'commander'
import { loadHubConfig, readEnvironment } from '../../config.js'
import { loadHubKey } from '../../identity/hub-key.js'
import { signOperatorToken } from '../../identity/operator-token.js'
import { hubKeyFile, issuerOf } from '../hub-identity.js'
import { dataDirOption } from './options.js'

interface Options {
  config: string
  dataDir: string
  scope: string[]
}

/** `dials token` */
export function tokenCommand(): Command {
  return new Command('token')
    .description('print a short-lived operator’s token, signed with the hub’s own key')
    .requiredOption('--config <file>', 'the hub.yaml')
    .option('--scope <scope...>', 'what it may do', ['hub:operate'])
    .addOption(dataDirOption('.data'))
    .action(async ({ config, dataDir, scope }: Options) => {
      const loaded = loadHubConfig(config, readEnvironment())
      const key = await loadHubKey(hubKeyFile(resolve(dataDir)))
      process.stdout.write(`${await signOperatorToken(issuerOf(loaded.value), key, scope)}\n`)
    })
}
