import { resolve } from 'node:path'
import { Command } from 'commander'
import { HubLog } from '../../../audit/log/hub-log.js'
import { adminDraft } from '../../../audit/log/draft.js'
import { loadHubConfig, readEnvironment } from '../../../config.js'
import { openDatabase } from '../../../database/open-database.js'
import { DialsError } from '../../../errors.js'
import { auditKeyFile } from '../../audit-keys.js'
import { operatorKey } from '../../hub-identity.js'
import { quietLog } from '../../quiet-log.js'
import { version } from '../../version.js'
import { dataDirOption } from '../options.js'

interface Options {
  config: string
  dataDir: string
  spoke: string
}

const help = `
A hub asks nothing of a spoke any more once one of their audit logs has turned out to be another than it was: changed, cut or forked. Look first: the log of the
hub says what was seen. The spoke has its own view: where it has stopped too, its operator removes the file audit/hub.json in its data directory and starts it again.
`

/** `dials audit accept` */
export function auditAcceptCommand(): Command {
  return new Command('accept')
    .description('go on with a spoke whose audit log, or whose view of the hub’s, was found to be another')
    .requiredOption('--config <file>', 'the hub.yaml')
    .requiredOption('--spoke <id>', 'the spoke')
    .addOption(dataDirOption('.data'))
    .addHelpText('after', help)
    .action(async ({ config, dataDir, spoke }: Options) => {
      const environment = readEnvironment()
      const { value } = loadHubConfig(config, environment)
      const dataFolder = resolve(dataDir)
      await operatorKey(dataFolder)
      const { databaseUrl } = environment
      const database = await openDatabase({ dataFolder, log: quietLog, ...(databaseUrl ? { url: databaseUrl } : {}) })
      try {
        const log = new HubLog(database.knex, auditKeyFile({ config: value, dataFolder }), version(), quietLog)
        const stopped = await database
          .knex<{ spoke: string; stopped: string | null }>('audit_witnesses')
          .where({ spoke })
          .whereNotNull('stopped')
          .first()
        if (stopped === undefined) throw new DialsError('BAD_USER_INPUT', `Nothing has stopped the spoke ${spoke}.`)
        await log.append([
          {
            ...adminDraft('accept', { spoke }),
            spokes: [spoke],
            reasons: [`An operator goes on with ${spoke}, although ${stopped.stopped ?? ''}.`],
          },
        ])
        await database.knex('audit_witnesses').where({ spoke }).delete()
        process.stdout.write(`The hub goes on with ${spoke} within a minute.\n`)
      } finally {
        await database.close()
      }
    })
}
