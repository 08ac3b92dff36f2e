import { writeFile } from 'node:fs/promises'
import { Command } from 'commander'
import { DialsError } from '../../../errors.js'
import { auditEntries } from '../../audit-entries.js'
import { disclosuresOf, reportCsv, reportMarkdown } from '../../audit-report.js'
import { print } from '../../print.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

interface Options {
  organisation: string
  from: string
  to: string
  csv?: string
  url: string
  token?: string
}

const help = `
Each row is one recipient, purpose, agreement and table, with how often the table was disclosed in that time. A query whose end is not in the log counts: it may
have been answered. Markdown goes to the standard output, and with --csv the same table into a file.

Example:
  $ dials audit report --organisation london-borough-of-camden --from 2026-10-01 --to 2026-11-01 --csv october.csv > october.md
`

/** `dials audit report` */
export function auditReportCommand(): Command {
  return new Command('report')
    .description('what was disclosed of an organisation’s tables: by recipient, purpose, agreement and table')
    .requiredOption('--organisation <id>', 'whose tables')
    .requiredOption('--from <date>', 'from the beginning of that day (UTC)')
    .requiredOption('--to <date>', 'before that day')
    .option('--csv <file>', 'write the table as CSV as well')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async ({ organisation, from, to, csv, url, token }: Options, command: Command) => {
      for (const [name, day] of Object.entries({ from, to })) {
        const isDay = /^\d{4}-\d\d-\d\d$/.test(day) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
        if (!isDay) command.error(`error: --${name} has to be a day: 2026-10-01`)
      }
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      if (hub.token === undefined)
        throw new DialsError(
          'UNAUTHENTICATED',
          'A report needs a token of the organisation, or one with the scope audit:read: --token, or DIALS_TOKEN.',
        )
      const filter = { organisation, from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` }
      const disclosures = await disclosuresOf(organisation, auditEntries(hub, filter))
      if (csv !== undefined) await writeFile(csv, reportCsv(disclosures))
      await print(reportMarkdown({ organisation, from, to }, disclosures))
    })
}
