import { Command } from 'commander'
import { auditAcceptCommand } from './accept.js'
import { auditEraseCommand } from './erase.js'
import { auditExportCommand } from './export.js'
import { auditReportCommand } from './report.js'
import { auditRotateCommand } from './rotate.js'
import { auditTailCommand } from './tail.js'
import { auditVerifyCommand } from './verify.js'

/** `dials audit` */
export function auditCommand(): Command {
  const command = new Command('audit').description('verify, export and read the audit log')
  for (const below of [
    auditVerifyCommand(),
    auditExportCommand(),
    auditReportCommand(),
    auditTailCommand(),
    auditEraseCommand(),
    auditRotateCommand(),
    auditAcceptCommand(),
  ])
    command.addCommand(below.exitOverride())
  return command
}
