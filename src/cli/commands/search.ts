import { Command, InvalidArgumentError, Option } from 'commander'
import { searchFacets } from '../../search/port.js'
import { askGraph } from '../ask-graph.js'
import { print } from '../print.js'
import { type Found, foundText } from '../search-text.js'
import { bearerOf, hubUrl, tokenOption, urlOption } from './options.js'
import { reindexCommand, statusCommand } from './search-index.js'

/** The options by commander's names. */
interface Options {
  first: number
  after?: string
  sort: keyof typeof sorts
  spoke?: string[]
  organisation?: string[]
  theme?: string[]
  keyword?: string[]
  format?: string[]
  licence?: string[]
  access?: string[]
  semanticType?: string[]
  hasTables?: boolean
  modifiedAfter?: string
  modifiedBefore?: string
  facets?: string[]
  json?: true
  url: string
  token?: string
}

const sorts = { relevance: 'RELEVANCE', modified: 'MODIFIED_DESC', title: 'TITLE_ASC' } as const

const operation = (
  node: string,
) => `query ($text: String!, $filter: SearchFilter, $facets: [SearchFacet!], $sort: SearchSort, $first: Int, $after: String) {
  search(text: $text, filter: $filter, facets: $facets, sort: $sort, first: $first, after: $after) {
    edges { cursor node { ${node} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount correctedText facets { facet values { value count } }
  }
}`

const tableSelection = 'dataset { id title modified publisher { name } distributions { format } } highlights { field text }'

/** Every field of a hit in the graph, without those of other spokes and tables that it leads to. */
export const hitSelection = `score highlights { field text } dataset { id iri title description themes keywords licence { id title url } access issued modified frequency landingPage status publisher { id name gss } spoke { id title connector status } distributions { id title format mediaType accessUrl downloadUrl byteSize checksum modified } tables { id name title rowCount primaryKey } }`

const example = `
Examples:
  $ dials search polling stations
  $ dials search libraries --spoke camden --spoke barnet --format csv --sort modified
  $ dials search --semantic-type UPRN --has-tables --facets spoke,theme
  $ dials search --json --first 100 --url https://hub.london.example trees
  $ dials search '"street trees" -felled'
  $ dials search -- street trees -felled
  $ dials search status --config hub.yaml
  $ dials search reindex --config hub.yaml

Words in quotes stand together, and a word after - is not wanted: what begins with - has to be within the shell's quotes, or after --. So has a search for
the word reindex or status: dials search -- reindex. Without any text all datasets are found. A filter may be given again: one of its values has to hold.
Exit codes: 0 answered, 1 refused or no hub, 2 the command line is wrong.
`

/**
 * `dials search`.
 * @param argv the command line: after `--` a word is never a subcommand, which commander does not know
 */
export function searchCommand(argv: readonly string[] = []): Command {
  const command = new Command('search')
    .description('search the datasets of a hub')
    .argument('[text...]', 'words; several are joined')
    .option('--first <number>', 'datasets on a page, 0 to 100', firstOf, 10)
    .option('--after <cursor>', 'the next page: the cursor that the page before prints')
    .addOption(new Option('--sort <order>', 'the order of the datasets').choices(Object.keys(sorts)).default('relevance'))
    .option('--spoke <id>', 'of this spoke', again)
    .option('--organisation <id>', 'published by this organisation', again)
    .option('--theme <theme>', 'of this theme, by any catalogue’s name for it', again)
    .option('--keyword <keyword>', 'with this keyword', again)
    .option('--format <format>', 'available in this format: csv', again)
    .option('--licence <id>', 'under this licence', again)
    .option('--access <access>', 'open, shared or closed', accessOf)
    .option('--semantic-type <type>', 'with a column of this type: UPRN', again)
    .option('--has-tables', 'that can be queried')
    .option('--no-has-tables', 'that cannot be queried')
    .option('--modified-after <instant>', 'modified after it: 2026-01-09T13:55:48Z, or a date, which means its start in UTC', instantOf)
    .option('--modified-before <instant>', 'modified before it', instantOf)
    .option('--facets <list>', `count the datasets with each value: ${searchFacets.map(optionName).join(', ')}; or all`, facetsOf)
    .option('--json', 'print the whole answer as JSON, for programs')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addHelpText('after', example)
    .action(async (words: string[], options: Options, self: Command) => {
      const hub = { url: hubUrl(options.url, self), token: bearerOf(options.token, self) }
      const text = words.join(' ').trim()
      const filter = filterOf(options)
      const variables = {
        text,
        filter,
        facets: options.facets ?? [],
        sort: sorts[options.sort],
        first: options.first,
        after: options.after ?? null,
      }
      if (options.json) {
        const { edges, ...rest } = await askGraph<Found>(hub, 'search', operation(hitSelection), variables)
        // The nodes are the edges' nodes, so they are not requested twice.
        return print(`${JSON.stringify({ nodes: edges.map(({ node }) => node), edges, ...rest })}\n`)
      }
      const found = await askGraph<Found>(hub, 'search', operation(tableSelection), variables)
      await print(
        `${foundText(found, { text, filtered: Object.keys(filter).length > 0 }, { bold: process.stdout.isTTY, columns: process.stdout.columns })}\n`,
      )
    })
  const below = [reindexCommand(), statusCommand()]
  const end = argv.indexOf('--')
  const isText = end >= 0 && !below.some((one) => argv.slice(0, end).includes(one.name()))
  if (!isText) for (const one of below) command.addCommand(one.exitOverride())
  return command
}

/** JSON drops undefined conditions, but they would still be counted. */
function filterOf({
  spoke,
  organisation,
  theme,
  keyword,
  format,
  licence,
  access,
  semanticType,
  hasTables,
  modifiedAfter,
  modifiedBefore,
}: Options): object {
  const filter = {
    spokes: spoke,
    organisations: organisation,
    themes: theme,
    keywords: keyword,
    formats: format,
    licences: licence,
    access,
    semanticTypes: semanticType,
    hasTables,
    modifiedAfter,
    modifiedBefore,
  }
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined))
}

const optionName = (name: string) => name.toLowerCase().replaceAll('_', '-')

const again = (value: string, former: string[] = []) => [...former, value]

function firstOf(text: string): number {
  const first = Number(text)
  if (!/^\d+$/.test(text) || first > 100) throw new InvalidArgumentError('It has to be from 0 to 100.')
  return first
}

function accessOf(text: string, former: string[] = []): string[] {
  if (!/^(open|shared|closed)$/i.test(text)) throw new InvalidArgumentError('It has to be open, shared or closed.')
  return [...former, text.toUpperCase()]
}

function facetsOf(text: string, former: string[] = []): string[] {
  const names = text.split(',').map((name) => name.trim().toUpperCase().replaceAll('-', '_'))
  if (names.includes('ALL')) return [...searchFacets]
  const known = searchFacets.filter((facet) => names.includes(facet))
  if (known.length < new Set(names).size) throw new InvalidArgumentError(`They are ${searchFacets.map(optionName).join(', ')}; or all.`)
  return [...new Set([...former, ...names])]
}

/** An instant in the form of the graph. JavaScript would read the 30th of February as a day in March. */
function instantOf(text: string): string {
  const [, date = '', rest = ''] = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/i.exec(text) ?? []
  const midnight = new Date(`${date}T00:00:00Z`)
  const instant = `${date}${rest === '' ? 'T00:00:00Z' : rest.toUpperCase()}`
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
  if (!isDay || Number.isNaN(new Date(instant).getTime()))
    throw new InvalidArgumentError('It has to be a date or an instant with its offset: 2026-01-09 or 2026-01-09T13:55:48Z.')
  return instant
}
