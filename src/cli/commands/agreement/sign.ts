import { Command } from 'commander'
import { giveSignature } from '../../agreement-at-hub.js'
import { readAgreementKey, signText } from '../../agreement-key.js'
import { agreementSummary } from '../../agreement-summary.js'
import { agreementOf } from '../../agreement-text.js'
import { askGraph } from '../../ask-graph.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Options {
  url: string
  token?: string
  id: string
  key: string
  yes?: boolean
}

const help = `
It shows all that is signed, and signs only with --yes: first without it, then with it. What is signed is the text that was shown here, whatever the hub does later.
`

/** `dials agreement sign` */
export function agreementSignCommand(): Command {
  return new Command('sign')
    .description('show an agreement, and sign it for an organisation')
    .requiredOption('--id <id>', 'the agreement')
    .requiredOption('--key <file>', 'the private key of the organisation: dials agreement keygen')
    .option('--yes', 'sign it')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async ({ url, token, id, key, yes = false }: Options, command: Command) => {
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      const jwk = await readAgreementKey(key)
      const asked = 'query ($id: ID!) { agreement(id: $id) { canonical } }'
      const { canonical } = await askGraph<{ canonical: string }>(hub, 'agreement', asked, { id })
      process.stdout.write(`${agreementSummary(agreementOf(canonical, id), canonical)}\n`)
      if (!yes) {
        process.stdout.write('Not signed: read it, and give --yes.\n')
        return
      }
      const state = await giveSignature(hub, id, await signText(canonical, jwk))
      process.stdout.write(`Signed. The agreement is ${state}.\n`)
    })
}
