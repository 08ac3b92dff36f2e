import { readFile, writeFile } from 'node:fs/promises'
import { Command, Option } from 'commander'
import { ConfigError } from '../../../errors.js'
import { packageFile } from '../../package-file.js'
import { print } from '../../print.js'

const templates = ['data-sharing-agreement', 'impact-assessment', 'operator-terms'] as const

const help = `
What is to be filled in stands in brackets: [to fill in: …]. The front matter of the data sharing agreement is what \`dials agreement check\` and
\`dials agreement submit\` read. No template is legal advice: a data protection officer has to read what you make of it.
`

/** `dials agreement new` */
export function agreementNewCommand(): Command {
  return new Command('new')
    .description('print a template to fill in')
    .addOption(new Option('--template <name>', 'which').choices(templates).makeOptionMandatory())
    .option('--out <file>', 'where to write it, in place of printing it; it is never replaced')
    .addHelpText('after', help)
    .action(async ({ template, out }: { template: (typeof templates)[number]; out?: string }) => {
      const text = await readFile(packageFile(`templates/${template}.md`), 'utf8')
      if (out === undefined) return print(text)
      await writeFile(out, text, { flag: 'wx' }).catch((thrown: NodeJS.ErrnoException) => {
        const mend = thrown.code === 'EEXIST' ? 'is there already, and is not replaced' : `cannot be written (${thrown.code ?? 'unknown'})`
        throw new ConfigError(out, '', `${mend}: give --out another name`)
      })
      process.stdout.write(`Written: ${out}\n`)
    })
}
