import { resolve } from 'node:path'
import { Command } from 'commander'
import { formatVerifierKey } from '../../../audit/notes/keys.js'
import { loadHubConfig, readEnvironment } from '../../../config.js'
import { auditKeyFile } from '../../audit-keys.js'
import { operatorKey } from '../../hub-identity.js'
import { dataDirOption } from '../options.js'

interface Options {
  config: string
  dataDir: string
}

/** `dials audit rotate-key` */
export function auditRotateCommand(): Command {
  return new Command('rotate-key')
    .description('give the audit log of a hub a new signing key; proofs of the old one go on to hold')
    .requiredOption('--config <file>', 'the hub.yaml')
    .addOption(dataDirOption('.data'))
    .action(async ({ config, dataDir }: Options) => {
      const { value } = loadHubConfig(config, readEnvironment())
      const dataFolder = resolve(dataDir)
      // There has to be a hub: a key of none would sign nothing.
      await operatorKey(dataFolder)
      const keys = auditKeyFile({ config: value, dataFolder })
      await keys.rotate()
      const [newest] = await keys.open()
      process.stdout.write(
        `${newest === undefined ? '' : formatVerifierKey(newest)}\nRestart the hub, and give each spoke its hub.jwks anew. The log itself says when the key changed, in an entry that both keys have signed.\n`,
      )
    })
}
