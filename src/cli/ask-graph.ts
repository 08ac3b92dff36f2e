import { DialsError, type ErrorCode, errorCodes } from '../errors.js'
import { parseExact } from './exact-json.js'
import { type GraphError, graphErrorText } from './query-text.js'
import { strikingSecrets } from './strike-secrets.js'

/** A hub, and the token to query it with; without one only open data is visible. */
export interface Hub {
  /** Without a slash at its end: see hubUrl. */
  readonly url: string
  readonly token?: string | undefined
  /** The IRI of the purpose that is confirmed; open data needs none. */
  readonly purpose?: string | undefined
  /** Ends the wait for an answer. */
  readonly signal?: AbortSignal | undefined
  /** Formats an error of the graph. Default: its code, its message and the place in the input. */
  readonly errorText?: (error: GraphError) => string
}

interface Answer {
  data?: Record<string, unknown> | null
  errors?: GraphError[]
}

/**
 * Runs an operation over HTTP and returns its one field, with all digits of numbers (exact-json). Throws DialsError, never with the token
 * in it: SOURCE_UNAVAILABLE if no hub answers; BAD_USER_INPUT where the field is null: there is none; else the code, place and suggestions of the graph's first error, and all of its errors as
 * text.
 */
export async function askGraph<T>(
  { url, token, purpose, signal, errorText = graphErrorText }: Hub,
  field: string,
  operation: string,
  variables: object = {},
): Promise<T> {
  return strikingSecrets(token === undefined ? [] : [token], async () => {
    const headers = { 'content-type': 'application/json', ...viewerHeaders({ token, purpose }) }
    const request = {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: operation, variables }),
      ...(signal === undefined ? {} : { signal }),
    }
    const { ok, status, text } = await post(`${url}/graphql`, request).catch((thrown: unknown) => {
      throw signal?.aborted === true ? thrown : noHub(url, thrown)
    })
    const { data, errors } = answerOf(text)
    const [first] = errors ?? []
    if (first !== undefined) throw refusal(first, (errors ?? []).map(errorText).join('\ndials: '), token)
    const value = data?.[field]
    if (value === null) throw new DialsError('BAD_USER_INPUT', `There is no such ${field}, or you may not see it.`)
    if (value === undefined) throw notAHub(url, { ok, status })
    return value as T
  })
}

/** The headers that say who asks, and for which purpose. */
export function viewerHeaders({ token, purpose }: Pick<Hub, 'token' | 'purpose'>): Record<string, string> {
  return { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(purpose === undefined ? {} : { purpose }) }
}

async function post(url: string, request: RequestInit): Promise<{ ok: boolean; status: number; text: string }> {
  const response = await fetch(url, request)
  return { ok: response.ok, status: response.status, text: await response.text() }
}

/**
 * Node's name of the failure: ECONNREFUSED, or the fault of a certificate. Without a name no connection was tried, because fetch refuses
 * some ports itself.
 */
export function noHub(url: string, cause: unknown): DialsError {
  const code = cause instanceof Error ? (cause.cause as NodeJS.ErrnoException | undefined)?.code : undefined
  const fault = code === undefined ? `There is no hub at ${url}` : `No hub answers at ${url} (${code})`
  return new DialsError('SOURCE_UNAVAILABLE', `${fault}. Start one with 'dials hub', or give its --url.`, { cause })
}

/** What answers at the hub's address has not the form of a hub's answer. */
export function notAHub(url: string, { ok, status }: { ok: boolean; status: number }): DialsError {
  return new DialsError('SOURCE_UNAVAILABLE', `What answers at ${url} is not a hub${ok ? '' : ` (HTTP ${status})`}. Give the hub's --url.`)
}

/** What a hub refuses, with this text, and how a token is given where none was. */
export function refusal(error: GraphError, text: string, token: string | undefined): DialsError {
  const code = codeOf(error)
  const mend = code === 'UNAUTHENTICATED' && token === undefined ? '\nGive it with --token, or in the variable DIALS_TOKEN.' : ''
  return new DialsError(code, `${text}${mend}`, detailOf(error))
}

/** A GraphQL answer; undefined for anything else. */
function answerOf(text: string): Answer {
  try {
    const { data, errors } = parseExact(text) as Answer
    return {
      ...(typeof data === 'object' ? { data } : {}),
      ...(Array.isArray(errors) && errors.every((error) => typeof error?.message === 'string') ? { errors } : {}),
    }
  } catch {
    return {}
  }
}

/** A hub of another version may have codes that this version does not know. */
function codeOf({ extensions }: GraphError): ErrorCode {
  return errorCodes.find((code) => code === extensions?.code) ?? 'BAD_REQUEST'
}

function detailOf({ extensions: { inputPath, suggestions } = {} }: GraphError) {
  return { ...(inputPath === undefined ? {} : { inputPath }), ...(suggestions === undefined ? {} : { suggestions }) }
}
