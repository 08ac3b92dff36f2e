import { resolve } from 'node:path'
import { Command } from 'commander'
import { loadHubConfig, readEnvironment } from '../../config.js'
import { signOperatorToken } from '../../identity/operator-token.js'
import { demoToken } from '../demo-token.js'
import { issuerOf, operatorKey } from '../hub-identity.js'

interface Options {
  config?: string
  dataDir?: string
  organisation?: string
  scope?: string[]
}

/** `dials token` */
export function tokenCommand(): Command {
  return new Command('token')
    .description('print a short-lived operator’s token, signed with the hub’s own key; or one for an organisation of the demonstration')
    .option('--config <file>', 'the hub.yaml; needed for an operator’s token')
    .option('--organisation <id>', 'get a token for this organisation from the running demonstration')
    .option('--scope <scope...>', 'scopes of the token (default: hub:operate for an operator, none for an organisation)')
    .option('--data-dir <folder>', 'folder of the hub’s own data (default: .data, and .data/demo for an organisation)')
    .action(async (options: Options, command: Command) => {
      process.stdout.write(
        `${await (options.organisation === undefined ? operatorToken(options, command) : organisationToken(options, options.organisation))}\n`,
      )
    })
}

async function operatorToken({ config, dataDir = '.data', scope = ['hub:operate'] }: Options, command: Command): Promise<string> {
  if (config === undefined)
    command.error('error: an operator’s token needs --config <file>, and one of the demonstration --organisation <id>')
  const loaded = loadHubConfig(config, readEnvironment())
  return signOperatorToken(issuerOf(loaded.value), await operatorKey(resolve(dataDir)), scope)
}

function organisationToken({ dataDir = '.data/demo', scope = [] }: Options, organisation: string): Promise<string> {
  return demoToken(resolve(dataDir), organisation, scope)
}
