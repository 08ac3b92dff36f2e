import { type Command, InvalidArgumentError, Option } from 'commander'
import { readEnvironment } from '../../config.js'

/** `--port`: 0 takes any free one. */
export const portOption = () =>
  new Option('--port <number>', 'port to listen on; 0 takes any free one').argParser((text) => {
    const port = Number(text)
    if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('It has to be from 0 to 65535.')
    return port
  })

/** `--data-dir` */
export const dataDirOption = (fallback: string) => new Option('--data-dir <folder>', 'folder for its own data').default(fallback)

/** `--url`: see hubUrl. */
export const urlOption = () => new Option('--url <url>', 'where the hub listens').default('http://localhost:4000')

/** `--token`: see bearerOf. */
export const tokenOption = () =>
  new Option(
    '--token <token>',
    'decides which data you may see (default: the variable DIALS_TOKEN, which other users of this machine cannot see)',
  )

/** `--purpose`: the hub judges it; only what a header cannot hold is refused here. */
export const purposeOption = () =>
  new Option(
    '--purpose <iri>',
    'what the data are for, where an agreement asks for it: the query purposes of the graph lists them',
  ).argParser((text) => {
    if (!/^[\x21-\x7e]{1,500}$/.test(text)) throw new InvalidArgumentError('It has to be an absolute IRI.')
    return text
  })

/**
 * Removes what may follow a hub's address, because `dials hub` itself prints the address of its graph. Refuses a password, which errors
 * would show.
 */
export function hubUrl(url: string, command: Command): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol) || parsed.username !== '' || parsed.password !== '') {
    command.error('error: --url has to be the address of a hub, without a user or password: https://hub.london.example')
  }
  return url.replace(/(\/graphql)?\/*$/, '')
}

/** The token, or none. Characters that a header cannot hold are refused here, because the error of the request would show the token. */
export function bearerOf(given: string | undefined, command: Command): string | undefined {
  const token = (given ?? readEnvironment().variables['DIALS_TOKEN'] ?? '').trim()
  if (!/^[\x21-\x7e]*$/.test(token)) command.error(`error: what ${given === undefined ? 'DIALS_TOKEN' : '--token'} holds is not a token`)
  return token === '' ? undefined : token
}
