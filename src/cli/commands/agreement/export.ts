import { Readable } from 'node:stream'
import { Command, Option } from 'commander'
import type { Sensitivity } from '../../../connector/column.js'
import { toOdrl } from '../../../policy/odrl/to-odrl.js'
import { type RegisterFacts, registerCsv, registerRow } from '../../../policy/register-row.js'
import { agreementOf } from '../../agreement-text.js'
import { askGraph } from '../../ask-graph.js'
import { replaceFile } from '../../replace-file.js'
import { toFile, toOutput } from '../../transfer.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

const formats = ['odrl', 'register', 'json'] as const
type Format = (typeof formats)[number]

interface Options {
  url: string
  token?: string
  id: string
  format: Format
  contact?: string
  out?: string
}

const help = `
Formats: odrl is a policy in JSON-LD, which dials agreement import reads back; register is the row of a public register, as CSV with a head; json is the very text
that the parties sign, byte for byte. The row of the register has no row filter and no name of a column; what the hub does not know is 'not recorded' in it.

Examples:
  $ dials agreement export --id 5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10 --out candidates.jsonld
  $ dials agreement export --id 5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10 --format register --contact dpo@camden.example

Exit codes: 0 written, 1 refused or no hub, 2 the command line is wrong or the file cannot be written.
`

/** `dials agreement export` */
export function agreementExportCommand(): Command {
  return new Command('export')
    .description('write an agreement for another system, or its row for a public register')
    .requiredOption('--id <id>', 'the agreement')
    .addOption(new Option('--format <format>', 'what to write').choices(formats).default('odrl'))
    .option('--contact <text>', 'whom the public may ask about it; for --format register')
    .option('--out <file>', 'write to this file, instead of standard output')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async ({ url, token, id, format, contact, out }: Options, command: Command) => {
      if (contact !== undefined && format !== 'register') command.error('error: --contact is for --format register')
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      const shown = await askGraph<Shown>(hub, 'agreement', `query ($id: ID!) { agreement(id: $id) ${selections[format]} }`, { id })
      const bytes = Readable.from([Buffer.from(textIn(format, shown, id, contact))])
      if (out === undefined) await toOutput(bytes)
      else await replaceFile(out, (file, signal) => toFile(bytes, file, signal))
    })
}

/** What the hub shows of an agreement; for the register with what the agreement itself does not say. */
interface Shown {
  readonly canonical: string
  readonly purposes?: readonly { iri: string; label: string }[]
  readonly discloser?: Organisation
  readonly recipients?: readonly Organisation[]
  readonly tables?: readonly { tableId: string; table: { columns: readonly ShownColumn[] } | null }[]
}

interface Organisation {
  readonly id: string
  readonly name: string
}

interface ShownColumn {
  readonly name: string
  readonly semanticType: string | null
  readonly sensitivity: Sensitivity
}

const selections: Readonly<Record<Format, string>> = {
  odrl: '{ canonical }',
  register:
    '{ canonical purposes { iri label } discloser { id name } recipients { id name } tables { tableId table { columns { name semanticType sensitivity } } } }',
  json: '{ canonical }',
}

function textIn(format: Format, shown: Shown, id: string, contact: string | undefined): string {
  const agreement = agreementOf(shown.canonical, id)
  switch (format) {
    case 'odrl':
      return `${JSON.stringify(toOdrl(agreement), undefined, 2)}\n`
    case 'register':
      return registerCsv([registerRow(agreement, factsIn(shown, contact))])
    case 'json':
      return shown.canonical
  }
}

/** A hub that knows no label or name gives the IRI or the id in its place: that is none. */
function factsIn({ purposes = [], discloser, recipients = [], tables = [] }: Shown, contact: string | undefined): RegisterFacts {
  const organisations = [...(discloser === undefined ? [] : [discloser]), ...recipients]
  return {
    purposes: new Map(purposes.filter(({ iri, label }) => label !== iri).map(({ iri, label }) => [iri, label])),
    organisations: new Map(organisations.filter(({ id, name }) => name !== id).map(({ id, name }) => [id, name])),
    columns: new Map(
      tables.map(({ tableId, table }) => [
        tableId,
        new Map(
          (table?.columns ?? []).map(({ name, sensitivity, semanticType }) => [
            name,
            { sensitivity, semanticType: semanticType ?? undefined },
          ]),
        ),
      ]),
    ),
    contact,
  }
}
