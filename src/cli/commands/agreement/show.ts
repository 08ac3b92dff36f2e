import { Command } from 'commander'
import { agreementSummary } from '../../agreement-summary.js'
import { agreementOf } from '../../agreement-text.js'
import { askGraph } from '../../ask-graph.js'
import { print } from '../../print.js'
import { harmless } from '../../query-text.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Shown {
  readonly canonical: string
  readonly state: string
  readonly reason: string | null
  readonly signatures: readonly { readonly organisation: { readonly id: string }; readonly signedAt: string }[]
}

/** `dials agreement show` */
export function agreementShowCommand(): Command {
  return new Command('show')
    .description('show all that an agreement says, its state, and who has signed it')
    .argument('<id>', 'the agreement')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async (id: string, { url, token }: { url: string; token?: string }, command: Command) => {
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      const asked = 'query ($id: ID!) { agreement(id: $id) { canonical state reason signatures { organisation { id } signedAt } } }'
      const { canonical, state, reason, signatures } = await askGraph<Shown>(hub, 'agreement', asked, { id })
      const lines = [
        agreementSummary(agreementOf(canonical, id), canonical),
        `  state: ${state}${reason === null ? '' : `, ${harmless(reason)}`}`,
        ...signatures.map(({ organisation, signedAt }) => `  signed by ${organisation.id} at ${signedAt}`),
      ]
      await print(`${lines.join('\n')}\n`)
    })
}
