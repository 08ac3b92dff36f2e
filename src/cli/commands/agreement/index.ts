import { Command } from 'commander'
import { agreementChangeCommands } from './change.js'
import { agreementKeygenCommand } from './keygen.js'
import { agreementListCommand } from './list.js'
import { agreementShowCommand } from './show.js'
import { agreementSignCommand } from './sign.js'
import { agreementSubmitCommand } from './submit.js'

/** `dials agreement` */
export function agreementCommand(): Command {
  const command = new Command('agreement').description('make agreements about data, and sign them for an organisation')
  for (const below of [
    agreementKeygenCommand(),
    agreementSubmitCommand(),
    agreementListCommand(),
    agreementShowCommand(),
    agreementSignCommand(),
    ...agreementChangeCommands(),
  ])
    command.addCommand(below.exitOverride())
  return command
}
