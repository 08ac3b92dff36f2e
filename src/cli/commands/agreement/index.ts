import { Command } from 'commander'
import { agreementChangeCommands } from './change.js'
import { agreementExportCommand } from './export.js'
import { agreementImportCommand } from './import.js'
import { agreementKeygenCommand } from './keygen.js'
import { agreementListCommand } from './list.js'
import { agreementShowCommand } from './show.js'
import { agreementSignCommand } from './sign.js'
import { agreementSubmitCommand } from './submit.js'

/** `dials agreement` */
export function agreementCommand(): Command {
  const command = new Command('agreement').description('make agreements about data, sign them for an organisation, and pass them on')
  const commands = [
    agreementKeygenCommand(),
    agreementSubmitCommand(),
    agreementListCommand(),
    agreementShowCommand(),
    agreementSignCommand(),
    ...agreementChangeCommands(),
    agreementExportCommand(),
    agreementImportCommand(),
  ]
  for (const below of commands) command.addCommand(below.exitOverride())
  return command
}
