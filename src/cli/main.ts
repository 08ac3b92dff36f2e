import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { databaseError } from '../database/database-error.js'
import { ConfigError, DialsError } from '../errors.js'
import { connectorCommand } from './commands/connector.js'
import { demoCommand } from './commands/demo.js'
import { harvestCommand } from './commands/harvest.js'
import { hubCommand } from './commands/hub.js'
import { queryCommand } from './commands/query.js'
import { schemaCommand } from './commands/schema.js'
import { searchCommand } from './commands/search.js'
import { spokeCommand } from './commands/spoke.js'
import { tokenCommand } from './commands/token.js'
import { ListenError } from './listen.js'
import { packageFile } from './package-file.js'

/** Exit codes: 0 success, 1 failure, 2 the command line or a configuration file is wrong. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('dials')
    .description('Seven Dials: one GraphQL graph over the data catalogues of many organisations, while each keeps its own data')
    .version(version(), '--version', 'print the version of this program')
    .exitOverride()
    .addOption(new Option('--trace', 'show stack traces of errors').hideHelp())
  for (const command of [
    demoCommand(),
    hubCommand(),
    spokeCommand(),
    harvestCommand(),
    queryCommand(),
    searchCommand(argv),
    connectorCommand(),
    tokenCommand(),
    schemaCommand(),
  ])
    program.addCommand(command.exitOverride())
  try {
    await program.parseAsync(argv)
    return 0
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    process.stderr.write(`dials: ${program.opts()['trace'] === true && thrown instanceof Error ? thrown.stack : reason(thrown)}\n`)
    return thrown instanceof ConfigError ? 2 : 1
  }
}

function version(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version
}

function reason(thrown: unknown): string {
  const known = databaseError(thrown)
  if (known !== thrown && known instanceof DialsError) return `${known.message} (${(thrown as Error).message})`
  if (thrown instanceof ConfigError || thrown instanceof ListenError || thrown instanceof DialsError) return thrown.message
  const { code, syscall, path } = thrown as NodeJS.ErrnoException
  if (path !== undefined && syscall !== undefined && ['EACCES', 'EPERM', 'EROFS'].includes(code ?? ''))
    return `${path}: this user may not use it (${code}). Give --data-dir a folder of this user, or run as the user whose it is.`
  return `${thrown instanceof Error ? thrown.message : String(thrown)} (dials --trace shows where)`
}

process.exitCode = await main(process.argv)
