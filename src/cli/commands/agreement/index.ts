import { Command } from 'commander'
import { agreementChangeCommands } from './change.js'
import { agreementCheckCommand } from './check.js'
import { agreementExportCommand } from './export.js'
import { agreementImportCommand } from './import.js'
import { agreementKeygenCommand } from './keygen.js'
import { agreementListCommand } from './list.js'
import { agreementNewCommand } from './new.js'
import { agreementShowCommand } from './show.js'
import { agreementSignCommand } from './sign.js'
import { agreementSubmitCommand } from './submit.js'

/** `dials agreement`, its commands in the order in which they are needed. */
export function agreementCommand(): Command {
  const command = new Command('agreement').description('make agreements about data, sign them for an organisation, and pass them on')
  const commands = [
    agreementKeygenCommand(),
    agreementNewCommand(),
    agreementCheckCommand(),
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
