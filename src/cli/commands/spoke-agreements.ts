import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { isUuid } from '../../connector/is-uuid.js'
import { AgreementFolder, type HeldCopy } from '../../spoke/agreement-folder.js'
import { ConfigError } from '../../errors.js'
import { isThere } from '../is-there.js'
import { harmless } from '../query-text.js'
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
      const path = join(resolve(dataDir), 'agreements')
      // A folder that is made here would be one that no spoke looks into.
      if (!(await isThere(path)))
        throw new ConfigError(dataDir, '', 'is no data directory of a spoke that has run: give --data-dir as the spoke has it')
      const folder = await AgreementFolder.open(path)
      for (const [id, isRefused] of [[refuse, true] as const, [allow, false] as const]) {
        if (id === undefined) continue
        if (!isUuid(id)) throw new ConfigError(id, '', 'is no id of an agreement: a UUID in lower case')
        await folder.refuse(id, isRefused)
      }
      const refused = await folder.refused()
      const held = await folder.list()
      const lines = held.map((copy) => lineOf(copy, refused.has(copy.id)))
      const others = [...refused].filter((id) => !held.some((copy) => copy.id === id)).map((id) => `${id}  REFUSED`)
      process.stdout.write(`${[...lines, ...others].map(harmless).join('\n') || 'No agreement was used here yet, and none is refused.'}\n`)
    })
}

function lineOf({ id, version, agreement }: HeldCopy, isRefused: boolean): string {
  const state = isRefused ? 'REFUSED' : 'taken'
  if (agreement === undefined)
    return [id, `v${version}`, state, 'this copy is damaged: the spoke takes the agreement from its hub again'].join('  ')
  const { title, kind, discloser, recipients, validUntil } = agreement
  return [id, `v${version}`, state, kind, `${discloser} to ${recipients.join(', ')}`, `until ${validUntil}`, title].join('  ')
}
