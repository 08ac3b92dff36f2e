import { createReadStream } from 'node:fs'
import { LineCounter, parseDocument } from 'yaml'
import { beginningOf, ConfigError } from '../errors.js'

/** The most that a hub accepts in one request. */
const bytesMax = 2_000_000

/**
 * Reads a QueryInput from a UTF-8 file in JSON or YAML; `-` is standard input. The hub checks its content. Throws ConfigError with the
 * file's name if it cannot be read, is larger than 2 MB, or holds no object.
 */
export async function readQueryInput(file: string): Promise<object> {
  const name = file === '-' ? 'standard input' : file
  const text = await readText(file === '-' ? process.stdin : createReadStream(file), name)
  if (isGraphQl(file, text)) throw new ConfigError(name, '', notGraphQl)
  const value = parseInput(text, name)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new ConfigError(name, '', "it holds no query: give a QueryInput, an object with 'from'")
}

/** By its name, or by how it begins: neither JSON nor a query in YAML begins so. */
function isGraphQl(file: string, text: string): boolean {
  return /\.(graphql|gql)$/i.test(file) || graphQl.test(text)
}

const graphQl = /^(?:\s|#[^\n]*\n)*(?:(?:query|mutation|subscription)\b\s*(?:\w+\s*)?[({]|\{\s*(?:query|explain)\s*[({])/

const notGraphQl =
  "it is a document of GraphQL: give the input of its field 'query' alone, in YAML or JSON, beginning with from: …; or send the document to /graphql"

/** Parses JSON or YAML to a value that JSON can hold. Throws ConfigError with this name. */
export function parseInput(text: string, name: string): unknown {
  try {
    const value = parseJson(text) ?? parseYaml(text, name)
    // The request is JSON, but YAML may refer to itself, and either format may be nested too deeply to be written.
    return JSON.parse(JSON.stringify(value) ?? 'null') as unknown
  } catch (thrown) {
    if (thrown instanceof ConfigError) throw thrown
    throw new ConfigError(name, '', 'it is nested too deep, or its aliases are too many or refer to themselves', { cause: thrown })
  }
}

/** Undefined if the text is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function parseYaml(text: string, name: string): unknown {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [problem] = document.errors
  if (problem !== undefined)
    throw new ConfigError(
      name,
      `line ${lines.linePos(problem.pos[0]).line}`,
      `it is neither JSON nor YAML: ${beginningOf(problem.message)}`,
    )
  return document.toJS({ maxAliasCount: 100 }) as unknown
}

async function readText(stream: NodeJS.ReadableStream, name: string): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of stream) {
      pieces.push(Buffer.from(piece))
      bytes += piece.length
      if (bytes > bytesMax) throw new ConfigError(name, '', 'it is larger than 2 MB, which no hub takes')
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(pieces))
  } catch (thrown) {
    if (thrown instanceof ConfigError) throw thrown
    const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown'
    const mends: Record<string, string> = { ENOENT: 'there is no such file', ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not text in UTF-8' }
    throw new ConfigError(name, '', mends[code] ?? `it cannot be read (${code})`, { cause: thrown })
  }
}
