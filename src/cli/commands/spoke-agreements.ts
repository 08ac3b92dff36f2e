import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { isUuid } from '../../connector/is-uuid.js'
import { AgreementFolder } from '../../spoke/agreement-folder.js'
import { ConfigError } from '../../errors.js'
import { dataDirOption } from './options.js'

interface Options {
  dataDir: string
  refuse?: string
  allow?: string
}

const help = `
A spoke takes agreements from its hub and believes only signatures by the keys in its spoke.yaml. It does not learn when a party suspends one at the hub, if that hub
was taken over: what is refused here is refused whatever the hub says, from the next scan on, without a restart.
`

/** `dials spoke agreements` */
export function spokeAgreementsCommand(): Command {
  return new Command('agreements')
    .description('list the agreements that this spoke has verified, and refuse one')
    .addOption(dataDirOption('.data/spoke'))
    .option('--refuse <id>', 'let nothing out under this agreement any more')
    .option('--allow <id>', 'refuse it no longer')
    .addHelpText('after', help)
    .action(async ({ dataDir, refuse, allow }: Options) => {
      const folder = await AgreementFolder.open(join(resolve(dataDir), 'agreements'))
      for (const [id, isRefused] of [[refuse, true] as const, [allow, false] as const]) {
        if (id === undefined) continue
        if (!isUuid(id)) throw new ConfigError(id, '', 'is no id of an agreement: a UUID in lower case')
        await folder.refuse(id, isRefused)
      }
      const refused = await folder.refused()
      const held = await folder.list()
      const lines = held.map(({ agreement: { id, version, title, kind, discloser, recipients, validUntil } }) =>
        [
          id,
          `v${version}`,
          refused.has(id) ? 'REFUSED' : 'taken',
          kind,
          `${discloser} to ${recipients.join(', ')}`,
          `until ${validUntil}`,
          title,
        ].join('  '),
      )
      const others = [...refused].filter((id) => !held.some(({ agreement }) => agreement.id === id)).map((id) => `${id}  REFUSED`)
      process.stdout.write(`${[...lines, ...others].join('\n') || 'No agreement was used here yet, and none is refused.'}\n`)
    })
}
