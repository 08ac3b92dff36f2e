import Table from 'cli-table3'
import { Command, Option } from 'commander'
import { askGraph } from '../../ask-graph.js'
import { print } from '../../print.js'
import { harmless } from '../../query-text.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from '../options.js'

const states = ['DRAFT', 'OFFERED', 'AGREED', 'IN_FORCE', 'SUSPENDED', 'EXPIRED', 'TERMINATED'] as const

interface Options {
  url: string
  token?: string
  state?: (typeof states)[number][]
  json?: true
}

interface Line {
  readonly id: string
  readonly state: string
  readonly kind: string
  readonly title: string
  readonly validUntil: string
  readonly discloser: { readonly id: string }
  readonly recipients: readonly { readonly id: string }[]
  readonly signatures: readonly { readonly organisation: { readonly id: string } }[]
}

interface Page {
  readonly nodes: Line[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** `dials agreement list` */
export function agreementListCommand(): Command {
  return new Command('list')
    .description('list the agreements of your organisation, the latest first')
    .addOption(new Option('--state <state...>', 'only those in these states').choices(states))
    .option('--json', 'print them as JSON, for programs')
    .addOption(urlOption())
    .addOption(tokenOption())
    .action(async ({ url, token, state, json }: Options, command: Command) => {
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command) }
      const filter = state === undefined ? {} : { filter: { states: state } }
      const lines: Line[] = []
      for (let after: string | null = null; ;) {
        const page: Page = await askGraph<Page>(hub, 'agreements', pageQuery, { ...filter, after })
        lines.push(...page.nodes)
        if (!page.pageInfo.hasNextPage) break
        after = page.pageInfo.endCursor
      }
      await print(`${json ? JSON.stringify(lines) : text(lines)}\n`)
    })
}

const pageQuery = `query ($filter: AgreementFilter, $after: String) {
  agreements(filter: $filter, first: 100, after: $after) {
    nodes { id state kind title validUntil discloser { id } recipients { id } signatures { organisation { id } } }
    pageInfo { hasNextPage endCursor }
  }
}`

function text(lines: readonly Line[]): string {
  if (lines.length === 0) return 'Your organisation has no such agreement.'
  const table = new Table({ head: ['id', 'state', 'kind', 'from', 'to', 'until', 'unsigned by', 'title'], style: { head: [], border: [] } })
  for (const { id, state, kind, title, validUntil, discloser, recipients, signatures } of lines) {
    const to = recipients.map((one) => one.id)
    const signed = new Set(signatures.map(({ organisation }) => organisation.id))
    const unsigned = [discloser.id, ...to].filter((party) => !signed.has(party))
    table.push([id, state, kind, discloser.id, to.join('\n'), validUntil.slice(0, 10), unsigned.join('\n'), harmless(title)])
  }
  return table.toString()
}
