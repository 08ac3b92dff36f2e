import { Command, Option } from 'commander'
import type { Sensitivity } from '../../../connector/column.js'
import { DialsError } from '../../../errors.js'
import type { Agreement } from '../../../policy/agreement.js'
import type { Finding, LintFacts } from '../../../policy/lint.js'
import { agreementOfInput, findingText, lintHere, readAgreementFile } from '../../agreement-file.js'
import { askGraph, type Hub } from '../../ask-graph.js'
import { print } from '../../print.js'
import { harmless } from '../../query-text.js'
import { bearerOf, hubUrl, tokenOption } from '../options.js'

const help = `
The file is what \`dials agreement submit\` takes: YAML, JSON, or a Markdown file with front matter. Nothing is sent to a hub, unless --url or --token is given: then the
hub is asked for its purposes, and for the columns of the tables. What the token may not see stays unknown, and is told.

Exit codes: 0 nothing is refused, 1 something is, 2 the file has not the form of an agreement.
`

/** What a hub knows about an agreement. */
interface Asked {
  readonly sensitivities: LintFacts['sensitivities']
  readonly findings: readonly Finding[]
  /** Sentences: what the hub did not show. */
  readonly unknown: readonly string[]
}

const notAsked: Asked = {
  sensitivities: new Map(),
  findings: [],
  unknown: ['Which columns are personal is not known here, so the rules about them found nothing: give --url and --token of a hub.'],
}

/** `dials agreement check` */
export function agreementCheckCommand(): Command {
  return new Command('check')
    .description('check an agreement before it is submitted: what a hub would refuse, and what somebody has to answer for')
    .argument('<file>', 'what is agreed')
    .addOption(new Option('--url <url>', 'a hub that is asked about the tables (default with --token: http://localhost:4000)'))
    .addOption(tokenOption())
    .addHelpText('after', help)
    .action(async (file: string, options: { url?: string; token?: string }, command: Command) => {
      const { input, blanks } = await readAgreementFile(file)
      if (blanks.length > 0) return tell(blanks, ['All else is checked once this is filled in.'])
      const agreement = agreementOfInput(input, file)
      const asked = await ask(agreement, options, command)
      await tell([...asked.findings, ...lintHere(agreement, asked.sensitivities)], asked.unknown)
    })
}

async function tell(findings: readonly Finding[], unknown: readonly string[]): Promise<void> {
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length
  const refused = count('REFUSED')
  const sums = `REFUSED: ${refused}, WARNING: ${count('WARNING')}, NOTE: ${count('NOTE')}`
  await print([...findings.map(findingText), ...unknown.map(harmless), sums, ''].join('\n'))
  if (refused > 0) throw new DialsError('BAD_USER_INPUT', 'The agreement is not right: see what is REFUSED.')
}

async function ask(agreement: Agreement, { url, token }: { url?: string; token?: string }, command: Command): Promise<Asked> {
  if (url === undefined && token === undefined) return notAsked
  const hub = { url: hubUrl(url ?? 'http://localhost:4000', command), token: bearerOf(token, command) }
  const purposes = await askGraph<{ iri: string }[]>(hub, 'purposes', '{ purposes { iri } }')
  const sensitivities = new Map<string, ReadonlyMap<string, Sensitivity>>()
  const unknown: string[] = []
  for (const { table } of agreement.tables) {
    const known = await columnsOf(table, hub)
    if (known === undefined) unknown.push(`The hub shows no table ${table}: which of its columns are personal is not known.`)
    else sensitivities.set(table, known)
  }
  const findings = [...unknownPurposes(agreement, new Set(purposes.map(({ iri }) => iri))), ...unknownColumns(agreement, sensitivities)]
  return { sensitivities, unknown, findings }
}

function unknownPurposes({ purposes }: Agreement, known: ReadonlySet<string>): Finding[] {
  return purposes.flatMap((iri, index) =>
    known.has(iri) ? [] : [notThere('UNKNOWN_PURPOSE', `This hub knows no purpose ${iri}: \`purposes\` lists them.`, ['purposes', index])],
  )
}

function unknownColumns({ tables }: Agreement, known: LintFacts['sensitivities']): Finding[] {
  return tables.flatMap(({ table, columns }, at) =>
    columns.flatMap(({ column }, position) =>
      known.get(table)?.has(column) === false
        ? [notThere('UNKNOWN_COLUMN', `The table ${table} has no column '${column}'.`, ['tables', at, 'columns', position])]
        : [],
    ),
  )
}

function notThere(rule: string, message: string, path: Finding['path']): Finding {
  return { level: 'REFUSED', rule, law: 'Seven Dials, docs/agreements.md', message, path }
}

/** The sensitivities of a table's columns; undefined where there is no such table that the token may see. */
async function columnsOf(id: string, hub: Hub): Promise<ReadonlyMap<string, Sensitivity> | undefined> {
  const asked = 'query ($id: ID!) { table(id: $id) { columns { name sensitivity } } }'
  try {
    const { columns } = await askGraph<{ columns: { name: string; sensitivity: Sensitivity }[] }>(hub, 'table', asked, { id })
    return new Map(columns.map(({ name, sensitivity }) => [name, sensitivity]))
  } catch (thrown) {
    // The field is null.
    if (thrown instanceof DialsError && thrown.code === 'BAD_USER_INPUT') return undefined
    throw thrown
  }
}
