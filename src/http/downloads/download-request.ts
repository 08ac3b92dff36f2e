import type { FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { scanRequest } from '../../api/limits/scan-request.js'
import { BadUserInput, DialsError } from '../../errors.js'
import { BadRequest } from '../../net/bad-request.js'
import { type CsvOptions, type Format, formats } from './formats.js'

/** What is to be downloaded, and how. */
export interface DownloadRequest {
  /** QueryInput of the graph. */
  readonly input: unknown
  readonly format: Format
  readonly csv: CsvOptions
}

/** The media types that a client may ask for are none of ours: 406. */
class NotAcceptable extends BadRequest {
  constructor() {
    super(
      406,
      `None of the media types in the header accept is offered. Offered are ${formats.map(({ mediaTypes: [type] }) => type).join(', ')}.`,
    )
  }
}

/** Parameters of the address that say how the file is written. */
const writing = ['format', 'bom', 'separator', 'formulas']

/** A request for `/query`: the input is the body of a POST, or the parameter `input` of a GET. */
export async function queryRequest(request: FastifyRequest): Promise<DownloadRequest> {
  const parameters = parametersOf(request)
  const isPost = request.method === 'POST'
  onlyKnown(parameters, isPost ? writing : ['input', ...writing])
  const text = isPost ? String(request.body ?? '') : single(parameters, 'input')
  if (text === undefined || text === '') {
    throw new BadUserInput(
      isPost
        ? 'The body is empty. Send the input of the query as JSON.'
        : "The parameter 'input' is missing: the input of the query as JSON.",
    )
  }
  return {
    input: await json(text, isPost ? 'The body' : "The parameter 'input'", '{"from": {"table": "camden/libraries/libraries"}}'),
    ...writtenAs(request, parameters, single(parameters, 'format')),
  }
}

/** A request for `/tables/{id}.{format}`: one table, with the parameters `select` (once for each column), `where` and `limit`. */
export async function tableRequest(request: FastifyRequest, path: string): Promise<DownloadRequest> {
  const parameters = parametersOf(request)
  onlyKnown(parameters, ['select', 'where', 'limit', 'bom', 'separator', 'formulas'])
  const dot = path.lastIndexOf('.')
  const [table, format] = dot === -1 ? [path, ''] : [path.slice(0, dot), path.slice(dot + 1)]
  const where = single(parameters, 'where')
  const limit = single(parameters, 'limit')
  const select = parameters.getAll('select')
  const input = {
    from: { table },
    ...(select.length === 0 ? {} : { select: select.map((column) => ({ column })) }),
    ...(where === undefined ? {} : { where: await json(where, "The parameter 'where'", '{"column": "Ward", "eq": "Holborn"}') }),
    ...(limit === undefined ? {} : { limit: wholeNumber(limit) }),
  }
  return { input, ...writtenAs(request, parameters, format) }
}

function parametersOf({ url }: FastifyRequest): URLSearchParams {
  const question = url.indexOf('?')
  const text = question === -1 ? '' : url.slice(question + 1)
  // It would read what is no UTF-8 as another letter, and find nothing.
  if (!isDecodable(text)) throw new BadUserInput('The address is not in UTF-8, percent-encoded: %C3%A9 is é, and %25 is %.')
  return new URLSearchParams(text)
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function onlyKnown(parameters: URLSearchParams, known: readonly string[]): void {
  // The purpose is read for every request (http/purpose.ts).
  const other = [...parameters.keys()].find((name) => name !== 'purpose' && !known.includes(name))
  if (other !== undefined) {
    throw new BadUserInput(`There is no parameter '${other.slice(0, 100)}'. There are ${known.join(', ')}.`)
  }
}

function single(parameters: URLSearchParams, name: string): string | undefined {
  const [value, ...others] = parameters.getAll(name)
  if (others.length > 0) throw new BadUserInput(`The parameter '${name}' stands there more than once.`)
  return value
}

async function json(given: string, what: string, example: string): Promise<unknown> {
  // Programs of Windows begin a file with a byte order mark.
  const text = given.replace(/^\ufeff/, '')
  const excess = await scanRequest(text)
  if (excess !== undefined) throw excess
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new DialsError('BAD_REQUEST', `${what} is not JSON in UTF-8, such as ${example}.`)
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new BadUserInput("The parameter 'limit' is not a whole number.", { inputPath: ['limit'] })
  return Number(text)
}

function writtenAs(
  request: FastifyRequest,
  parameters: URLSearchParams,
  name: string | undefined,
): Pick<DownloadRequest, 'format' | 'csv'> {
  const format = name === undefined ? accepted(request) : formats.find((each) => each.name === name)
  if (format === undefined && name === '')
    throw new BadUserInput(`The address of a table ends with a format: .csv, or another of ${formats.map((each) => each.name).join(', ')}.`)
  if (format === undefined) {
    throw new BadUserInput(`There is no format '${(name ?? '').slice(0, 40)}'. There are ${formats.map((each) => each.name).join(', ')}.`)
  }
  const csv = csvOptions(parameters)
  const [option] = ['bom', 'separator', 'formulas'].filter((each) => parameters.has(each))
  if (option !== undefined && format.name !== 'csv')
    throw new BadUserInput(`The parameter '${option}' is only for csv, and this is ${format.name}.`)
  return { format, csv }
}

/** The format that the client prefers. Without a preference the first. */
function accepted(request: FastifyRequest): Format {
  // Parameters of a type, such as a charset, make no difference here, and a format has one name of those that it has.
  const names = new Map(formats.flatMap(({ mediaTypes: [type, ...others] }) => others.map((other) => [other, type])))
  const accept = request.headers.accept
    ?.toLowerCase()
    .replaceAll(/;\s*(?!q\s*=)[^;,]*/g, '')
    .replaceAll(/[^\s,;]+\/[^\s,;]+/g, (type) => names.get(type) ?? type)
  const type = new Negotiator({ headers: { accept } }).mediaType(formats.map(({ mediaTypes: [first] }) => first))
  const found = formats.find(({ mediaTypes: [first] }) => first === type)
  if (found === undefined) throw new NotAcceptable()
  return found
}

function csvOptions(parameters: URLSearchParams): CsvOptions {
  const separators: Record<string, string> = { ',': ',', ';': ';', '|': '|', '\t': '\t', tab: '\t' }
  const separator = separators[single(parameters, 'separator') ?? ',']
  if (separator === undefined) throw new BadUserInput("The parameter 'separator' is one of , ; | tab.")
  const bom = single(parameters, 'bom') ?? '0'
  if (bom !== '0' && bom !== '1') throw new BadUserInput("The parameter 'bom' is 1 or 0.")
  const formulas = single(parameters, 'formulas') ?? 'escape'
  if (formulas !== 'escape' && formulas !== 'keep') throw new BadUserInput("The parameter 'formulas' is escape or keep.")
  return { separator, bom: bom === '1', formulas: formulas === 'keep' ? 'KEEP' : 'ESCAPE' }
}
