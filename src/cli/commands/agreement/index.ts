import { Command } from 'commander'
import { agreementKeygenCommand } from './keygen.js'
import { agreementSignCommand } from './sign.js'
import { agreementSubmitCommand } from './submit.js'

/** `dials agreement` */
export function agreementCommand(): Command {
  const command = new Command('agreement').description('make agreements about data, and sign them for an organisation')
  for (const below of [agreementKeygenCommand(), agreementSubmitCommand(), agreementSignCommand()]) command.addCommand(below.exitOverride())
  return command
}
