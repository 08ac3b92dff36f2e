import { resolve } from 'node:path'
import { Command } from 'commander'
import { type Erasure, erase } from '../../../audit/log/erase.js'
import { HubLog } from '../../../audit/log/hub-log.js'
import { adminDraft } from '../../../audit/log/draft.js'
import { loadHubConfig, readEnvironment } from '../../../config.js'
import { DialsError } from '../../../errors.js'
import { openDatabase } from '../../../database/open-database.js'
import { auditKeyFile } from '../../audit-keys.js'
import { operatorKey } from '../../hub-identity.js'
import { quietLog } from '../../quiet-log.js'
import { version } from '../../version.js'
import { dataDirOption } from '../options.js'

interface Options {
  config: string
  dataDir: string
  before?: string
  transaction?: string
  subject?: string
  issuer?: string
  yes?: true
}

const help = `
Erased are nonces and entries, which can then be read by nobody, and for a person the key of their pseudonyms, so that nobody can tell any more which were theirs.
What proves stays: the places in the log, its checkpoints, and every receipt that somebody keeps.

Examples:
  $ dials audit erase --config hub.yaml --before 2020-12-01 --yes
  $ dials audit erase --config hub.yaml --issuer https://identity.camden.example --subject jane --yes
`

/** `dials audit erase` */
export function auditEraseCommand(): Command {
  return new Command('erase')
    .description('erase what the audit log says, and keep what it proves')
    .requiredOption('--config <file>', 'the hub.yaml')
    .addOption(dataDirOption('.data'))
    .option('--before <date>', 'entries that were written before that day (UTC)')
    .option('--transaction <id>', 'the entries of one transaction')
    .option('--issuer <url>', 'with --subject: the issuer of the person’s tokens')
    .option('--subject <subject>', 'the key of the pseudonyms of this person')
    .option('--yes', 'do it: without it the command only says what it would erase')
    .addHelpText('after', help)
    .action(async (options: Options, command: Command) => {
      const environment = readEnvironment()
      const config = loadHubConfig(options.config, environment).value
      const what = erasureOf(options, command)
      const dataFolder = resolve(options.dataDir)
      await operatorKey(dataFolder)
      const { databaseUrl } = environment
      const database = await openDatabase({ dataFolder, log: quietLog, ...(databaseUrl ? { url: databaseUrl } : {}) })
      try {
        const log = new HubLog(database.knex, auditKeyFile({ config, dataFolder }), version(), quietLog)
        // That something was erased stays in the log.
        if (options.yes === true) await log.append([{ ...adminDraft('erase', what), reasons: ['Entries or pseudonyms were erased.'] }])
        const count = await erase(database.knex, what, options.yes === true)
        const things =
          'subject' in what ? `${count} key${count === 1 ? '' : 's'} of pseudonyms` : `${count.toLocaleString('en-GB')} entries`
        process.stdout.write(options.yes === true ? `Erased: ${things}.\n` : `This would erase ${things}. Say --yes to do it.\n`)
      } finally {
        await database.close()
      }
    })
}

function erasureOf({ before, transaction, issuer, subject }: Options, command: Command): Erasure {
  const given = [before, transaction, subject].filter((one) => one !== undefined)
  if (given.length !== 1) command.error('error: say one of --before, --transaction, and --issuer with --subject')
  if (before !== undefined) {
    if (!/^\d{4}-\d\d-\d\d$/.test(before)) command.error('error: --before has to be a day: 2020-12-01')
    return { before: new Date(`${before}T00:00:00Z`) }
  }
  if (transaction !== undefined) return { transaction }
  if (issuer === undefined || subject === undefined) throw new DialsError('BAD_USER_INPUT', 'A person has an issuer too: --issuer.')
  return { issuer, subject }
}
