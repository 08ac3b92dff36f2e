import { Command } from 'commander'
import { agreementCheckCommand } from './check.js'
import { agreementKeygenCommand } from './keygen.js'
import { agreementNewCommand } from './new.js'
import { agreementSignCommand } from './sign.js'
import { agreementSubmitCommand } from './submit.js'

/** `dials agreement` */
export function agreementCommand(): Command {
  const command = new Command('agreement').description('make agreements about data, and sign them for an organisation')
  const below = [agreementNewCommand(), agreementCheckCommand(), agreementKeygenCommand(), agreementSubmitCommand(), agreementSignCommand()]
  for (const one of below) command.addCommand(one.exitOverride())
  return command
}
