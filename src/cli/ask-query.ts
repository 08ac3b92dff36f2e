import { DialsError, type ErrorCode, errorCodes } from '../errors.js'
import { type GraphError, graphErrorText } from './query-text.js'

interface Answer {
  data?: Record<string, unknown> | null
  errors?: GraphError[]
}

/**
 * The one field of an operation over a QueryInput, asked of the hub at this URL.
 * Throws DialsError: SOURCE_UNAVAILABLE where no hub answers; else the code of the graph's first error, and all of its errors as text for people.
 */
export async function askQuery<T>(url: string, field: 'query' | 'explain', selection: string, input: object, token: string | undefined): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  const body = JSON.stringify({ query: `query ($input: QueryInput!) { ${field}(input: $input) ${selection} }`, variables: { input } })
  const { status, text } = await post(`${url}/graphql`, headers, body).catch((thrown: unknown) => {
    throw new DialsError('SOURCE_UNAVAILABLE', `No hub answers at ${url} (${networkCode(thrown)}). Start one with 'dials hub', or give its --url.`, { cause: thrown })
  })
  const { data, errors } = answerOf(text)
  if (errors?.[0] !== undefined) throw new DialsError(codeOf(errors[0]), errors.map(graphErrorText).join('\ndials: '))
  if (data?.[field] === undefined || data[field] === null) {
    throw new DialsError('SOURCE_UNAVAILABLE', `What answers at ${url} is not a hub (HTTP ${status}). Give the hub's --url.`)
  }
  return data[field] as T
}

async function post(url: string, headers: Record<string, string>, body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', headers, body })
  return { status: response.status, text: await response.text() }
}

/** An answer of GraphQL; of anything else, nothing. */
function answerOf(text: string): Answer {
  try {
    const { data, errors } = JSON.parse(text) as Answer
    return { ...(typeof data === 'object' ? { data } : {}), ...(Array.isArray(errors) && errors.every((error) => typeof error?.message === 'string') ? { errors } : {}) }
  } catch {
    return {}
  }
}

/** What Node calls the failure: ECONNREFUSED, or the fault of a certificate. */
function networkCode(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause as NodeJS.ErrnoException | undefined) : undefined
  return cause?.code ?? 'unknown'
}

/** A hub of another version may have codes that this one has not. */
function codeOf({ extensions }: GraphError): ErrorCode {
  return errorCodes.find((code) => code === extensions?.code) ?? 'BAD_REQUEST'
}
