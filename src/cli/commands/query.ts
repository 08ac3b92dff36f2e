import { Command, Option } from 'commander'
import { type FormatName, formatNames } from '../../api/download-url.js'
import { askGraph } from '../ask-graph.js'
import { printDownload, saveDownload } from '../download-to.js'
import { stringifyExact } from '../exact-json.js'
import { print } from '../print.js'
import { readQueryInput } from '../query-input.js'
import { type Answer, answerText, type PlanAnswer, planText } from '../query-text.js'
import { bearerOf, hubUrl, purposeOption, tokenOption, urlOption } from './options.js'

interface Options {
  url: string
  token?: string
  purpose?: string
  explain?: true
  json?: true
  wide?: true
  format?: FormatName
  out?: string
}

/** The formats that are text. All others would only confuse a terminal. */
const textFormats: readonly FormatName[] = ['csv', 'ndjson', 'geojson']

/** Every field of a result in the graph, without `records`, which repeats its rows as objects. */
export const resultSelection = `{ transaction columns { name type encoding semanticType table unit decision obligations } rows rowCount truncated complete withheld { column decision obligations } sources { spoke tables status rows bytes elapsedMs pushedDown missingColumns asOf error { code message } } matches { left right joinedRows leftRows leftMatched leftNullKeys leftKeys leftRate rightRows rightMatched rightNullKeys rightKeys rightRate matchedKeys leftDamagedKeys rightDamagedKeys largestFanOut } warnings { code message table column } version downloads { format url } receipt { transaction leafIndex proof } }`

/** Every field of a plan in the graph. */
export const planSelection =
  '{ text fragments { stage why spoke connector tables missingColumns native pushedDown left estimatedRows } residual receipt { transaction leafIndex proof } }'

const example = `
Example, of a file libraries.yaml:
  from: { union: [camden/libraries/libraries, barnet/libraries/libraries] }
  groupBy: [{ column: _spoke, as: borough }]
  measures: [{ function: COUNT, as: libraries }]
  onSourceError: PARTIAL

  $ dials query libraries.yaml
  $ dials query --explain libraries.yaml
  $ dials query --json --url https://hub.london.example < libraries.yaml
  $ dials query --purpose https://seven-dials.example/purpose#HmoLicensing candidates.yaml
  $ dials query --format parquet --out libraries.parquet libraries.yaml

The input is the QueryInput of the graph, which 'dials schema' prints. With --format all rows are downloaded unless the input has a limit,
and standard output has nothing else; what is missing of them and why is told on standard error. A file of --out is only ever whole: a
download that breaks off leaves what was there before. Exit codes: 0 answered, 1 refused, broken off or no hub, 2 the command line or the
file is wrong.
`

/** `dials query` */
export function queryCommand(): Command {
  return new Command('query')
    .description('send a query to a running hub, and print the answer as a table, or download it as a file')
    .argument('[file]', 'the query in JSON or YAML; - or nothing: standard input')
    .option('--explain', 'print the plan of the query, without running it')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(purposeOption())
    .option('--json', 'print the whole answer as JSON, for programs')
    .option('--wide', 'print cells of up to 60 characters, also where the table is wider than the terminal')
    .addOption(new Option('--format <format>', 'download all rows, in this format').choices(formatNames).conflicts(['explain', 'json']))
    .option('--out <file>', 'write the download to this file, instead of standard output')
    .addHelpText('after', example)
    .action(async (file: string | undefined, { url, token, purpose, explain, json, wide, format, out }: Options, command: Command) => {
      const hub = { url: hubUrl(url, command), token: bearerOf(token, command), purpose }
      if (format === undefined && out !== undefined) command.error('error: --out needs a --format')
      if (format !== undefined && out === undefined && process.stdout.isTTY && !textFormats.includes(format))
        command.error(`error: ${format} is no text for a terminal: give a file by --out`)
      if (file === undefined && process.stdin.isTTY)
        process.stderr.write('dials: reading the query from standard input; end it with Ctrl-D\n')
      const input = await readQueryInput(file ?? '-')
      if (format !== undefined) return out === undefined ? printDownload(hub, input, format) : saveDownload(hub, input, format, out)
      const ask = <T>(field: 'query' | 'explain', selection: string) =>
        askGraph<T>(hub, field, `query ($input: QueryInput!) { ${field}(input: $input) ${selection} }`, { input })
      if (explain) await print(printed(await ask<PlanAnswer>('explain', planSelection), json, planText))
      else await print(printed(await ask<Answer>('query', resultSelection), json, (answer) => answerText(answer, widthOf(wide))))
    })
}

/** The characters of a line of the terminal; undefined where there is none, or the whole is wanted. */
function widthOf(wide: true | undefined): number | undefined {
  return wide === true || !process.stdout.isTTY ? undefined : process.stdout.columns
}

function printed<T>(answer: T, json: true | undefined, text: (answer: T) => string): string {
  return `${json ? stringifyExact(answer) : text(answer)}\n`
}
