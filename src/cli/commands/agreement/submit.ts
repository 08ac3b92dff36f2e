import { Command } from 'commander'
import { ConfigError } from '../../../errors.js'
import { offerAgreement } from '../../agreement-at-hub.js'
import { agreementOfInput, findingText, lintHere, readAgreementFile } from '../../agreement-file.js'
import type { Hub } from '../../ask-graph.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

const help = `
The file is the input of createAgreement of the graph, as YAML, JSON, or the front matter of a Markdown file: docs/agreements.md has one. The text of a Markdown
file is not sent, and not signed. The token needs the scope agreements:write, and speaks for the discloser or a recipient.
`

/** `dials agreement submit` */
export function agreementSubmitCommand(): Command {
  return new Command('submit')
    .description('make an agreement at the hub, and offer it to its parties')
    .argument('<file>', 'what is agreed')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async (file: string, { url, token }: { url: string; token?: string }, command: Command) => {
      const { input, blanks } = await readAgreementFile(file)
      if (blanks.length > 0) throw new ConfigError(file, '', `it is not filled in yet: dials agreement check ${file} says what is missing`)
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      process.stderr.write(warnings(input, file))
      await submitAgreement(hub, input)
    })
}

/** What is known here alone, one line each. The hub decides: it may know a form of agreements that this program does not know. */
function warnings(input: object, file: string): string {
  try {
    const findings = lintHere(agreementOfInput(input, file)).filter(({ level }) => level !== 'NOTE')
    return findings.map((finding) => `${findingText(finding)}\n`).join('')
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown
    return `Not checked here: ${thrown.message}\n`
  }
}

/** Makes an agreement at a hub, offers it to its parties, and prints which it is. @throws DialsError as askGraph. */
export async function submitAgreement(hub: Hub, input: object): Promise<void> {
  const { id, state, digest } = await offerAgreement(hub, input)
  process.stdout.write(`${id} ${state}, SHA-256 ${digest}\nEach party signs it: dials agreement sign --id ${id} --key <file>\n`)
}
