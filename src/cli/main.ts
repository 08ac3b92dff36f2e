import { Command, CommanderError, Option } from 'commander'
import { databaseError } from '../database/database-error.js'
import { ConfigError, DialsError } from '../errors.js'
import { ListenError } from './listen.js'
import { version } from './version.js'

/** The commands, in the order of the help. What one of them needs is read for that one alone: the engine takes longer to read than a hub to answer. */
const commands: Readonly<Record<string, (argv: readonly string[]) => Promise<Command>>> = {
  demo: async () => (await import('./commands/demo.js')).demoCommand(),
  hub: async () => (await import('./commands/hub.js')).hubCommand(),
  spoke: async () => (await import('./commands/spoke.js')).spokeCommand(),
  harvest: async () => (await import('./commands/harvest.js')).harvestCommand(),
  query: async () => (await import('./commands/query.js')).queryCommand(),
  search: async (argv) => (await import('./commands/search.js')).searchCommand(argv),
  connector: async () => (await import('./commands/connector.js')).connectorCommand(),
  audit: async () => (await import('./commands/audit/index.js')).auditCommand(),
  agreement: async () => (await import('./commands/agreement/index.js')).agreementCommand(),
  token: async () => (await import('./commands/token.js')).tokenCommand(),
  schema: async () => (await import('./commands/schema.js')).schemaCommand(),
}

/** Exit codes: 0 success, 1 failure, 2 the command line or a configuration file is wrong. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('dials')
    .description('Seven Dials: one GraphQL graph over the data catalogues of many organisations, while each keeps its own data')
    .version(version(), '--version', 'print the version of this program')
    .exitOverride()
    .addOption(new Option('--trace', 'show stack traces of errors').hideHelp())
  const [, , first = ''] = argv
  const wanted = Object.hasOwn(commands, first) ? [first] : Object.keys(commands)
  for (const name of wanted) program.addCommand((await (commands[name] as (typeof commands)[string])(argv)).exitOverride())
  try {
    await program.parseAsync(argv)
    return 0
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
    process.stderr.write(`dials: ${program.opts()['trace'] === true && thrown instanceof Error ? thrown.stack : reason(thrown)}\n`)
    return thrown instanceof ConfigError ? 2 : 1
  }
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
