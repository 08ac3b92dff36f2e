import { Command } from 'commander'
import { parse } from 'lossless-json'
import { BadUserInput, ConfigError } from '../../../errors.js'
import { fromOdrl } from '../../../policy/odrl/from-odrl.js'
import { textOf } from '../../agreement-file.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'
import { submitAgreement } from './submit.js'

const help = `
The file is what dials agreement export has written, in the format odrl. It becomes an agreement of this hub, with an id of its own, that nobody has signed yet. A file
in which something is not understood is refused as a whole, with the place: what was passed over could have been a limit. The token needs the scope agreements:write,
and speaks for the discloser or a recipient.

Exit codes: 0 offered, 1 refused or no hub, 2 the command line is wrong or the file is no JSON.
`

/** `dials agreement import` */
export function agreementImportCommand(): Command {
  return new Command('import')
    .description('make an agreement at the hub as an ODRL file says, and offer it to its parties')
    .argument('<file>', 'the agreement in ODRL, as JSON-LD')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async (file: string, { url, token }: { url: string; token?: string }, command: Command) => {
      const input = fromOdrl(documentOf(await textOf(file), file))
      await submitAgreement({ url: hubUrl(url, command), token: bearerOf(token, command) }, input)
    })
}

function documentOf(text: string, file: string): unknown {
  // Of a member that stands twice JSON would keep the last alone, and so drop what the other says.
  const onDuplicateKey = ({ position }: { position: number }) => {
    const line = text.slice(0, position).split('\n').length
    throw new BadUserInput(`The ODRL document is refused: in line ${line} a member stands twice, and says two things.`)
  }
  try {
    parse(text, undefined, { onDuplicateKey })
    return JSON.parse(text) as unknown
  } catch (cause) {
    if (cause instanceof BadUserInput) throw cause
    if (cause instanceof RangeError) throw new BadUserInput('The ODRL document is nested too deeply.', { cause })
    throw new ConfigError(file, '', 'it is no JSON: give what dials agreement export has written', { cause })
  }
}
