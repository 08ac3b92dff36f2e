import { Command } from 'commander'
import { readEnvironment } from '../../config.js'
import { DialsError } from '../../errors.js'
import { askQuery } from '../ask-query.js'
import { readQueryInput } from '../query-input.js'
import { type Answer, answerText, type PlanAnswer, planText } from '../query-text.js'
import { strikingSecrets } from '../strike-secrets.js'

interface Options {
  url: string
  token?: string
  explain?: true
  json?: true
}

/** All that the graph tells of a result: `records` are its rows once more, as objects. */
export const resultSelection = `{ transaction columns { name type encoding semanticType table unit decision obligations } rows rowCount truncated complete withheld { column decision obligations } sources { spoke tables status rows bytes elapsedMs pushedDown missingColumns asOf error { code message } } version }`

/** All that the graph tells of a plan. */
export const planSelection = '{ text fragments { spoke connector tables missingColumns native pushedDown left estimatedRows } residual }'

const example = `
Example, of a file libraries.yaml:
  from: { union: [camden/libraries/libraries, barnet/libraries/libraries] }
  groupBy: [{ column: _spoke, as: borough }]
  measures: [{ function: COUNT, as: libraries }]
  onSourceError: PARTIAL

  $ dials query libraries.yaml
  $ dials query --explain libraries.yaml
  $ dials query --json --url https://hub.london.example < libraries.yaml

The input is the QueryInput of the graph, which 'dials schema' prints. Exit codes: 0 answered, 1 refused or no hub, 2 the command line or the file is wrong.
`

/** `dials query` */
export function queryCommand(): Command {
  return new Command('query')
    .description('ask a hub that is running one query, and print the answer as a table')
    .argument('[file]', 'the query in JSON or YAML; - or nothing: standard input')
    .option('--explain', 'print what the query would do, without doing it')
    .option('--url <url>', 'where the hub listens', 'http://localhost:4000')
    .option('--token <token>', 'whose data you may see (default: what DIALS_TOKEN holds, which other users of this machine cannot see)')
    .option('--json', 'print the whole answer as JSON, for programs')
    .addHelpText('after', example)
    .action(async (file: string | undefined, { url, token, explain, json }: Options, command: Command) => {
      const hub = hubUrl(url, command)
      const bearer = bearerOf(token, command)
      if (file === undefined && process.stdin.isTTY) process.stderr.write('dials: reading the query from standard input; end it with Ctrl-D\n')
      const input = await readQueryInput(file ?? '-')
      const ask = async () => {
        if (explain) return printed(await askQuery<PlanAnswer>(hub, 'explain', planSelection, input, bearer), json, planText)
        return printed(await askQuery<Answer>(hub, 'query', resultSelection, input, bearer), json, answerText)
      }
      await write(await strikingSecrets(bearer === undefined ? [] : [bearer], ask))
    })
}

function printed<T>(answer: T, json: true | undefined, text: (answer: T) => string): string {
  return `${json ? JSON.stringify(answer) : text(answer)}\n`
}

/** Without what may follow a hub's address: `dials hub` itself prints that of its graph. A password in it would be shown by errors. */
function hubUrl(url: string, command: Command): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
    command.error('error: --url has to be the address of a hub, without a user or password: https://hub.london.example')
  }
  return url.replace(/(\/graphql)?\/*$/, '')
}

/** The token, or none. What cannot stand in a header is refused here, since the error of the request would show it. */
function bearerOf(given: string | undefined, command: Command): string | undefined {
  const token = (given ?? readEnvironment().variables['DIALS_TOKEN'] ?? '').trim()
  if (!/^[\x21-\x7e]*$/.test(token)) command.error(`error: what ${given === undefined ? 'DIALS_TOKEN' : '--token'} holds is not a token`)
  return token === '' ? undefined : token
}

/** To standard output. A reader that has seen enough and gone (`| head`) is no failure. */
function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // The callback has it too; unheard, it would end the process with its stack.
    process.stdout.on('error', () => undefined)
    process.stdout.write(text, (error) => {
      if (!error || (error as NodeJS.ErrnoException).code === 'EPIPE') return resolve()
      reject(new DialsError('INTERNAL_SERVER_ERROR', `The answer cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`, { cause: error }))
    })
  })
}
