import type { FastifyRequest } from 'fastify'
import { BadUserInput } from '../errors.js'

const lengthMax = 500

/**
 * The IRI of the one purpose that a request confirms: by `extensions.purpose` of a GraphQL request, the header `purpose`, or the parameter
 * `purpose` of an address. Undefined where it confirms none.
 * @param body of the request, parsed or as text.
 * @throws BAD_USER_INPUT where it confirms two, or something that is no text.
 */
export function purposeOf(request: FastifyRequest, body?: unknown): string | undefined {
  const { headersDistinct } = request.raw
  const question = request.url.indexOf('?')
  const parameters = new URLSearchParams(question === -1 ? '' : request.url.slice(question))
  return onePurpose([
    ...(headersDistinct['purpose'] ?? []),
    ...parameters.getAll('purpose'),
    ...(typeof body === 'string' ? inText(body) : inExtensions(body)),
    ...inText(parameters.get('extensions'), (extensions) => ({ extensions })),
  ])
}

/**
 * The same for an operation of a socket: by `extensions.purpose` of its message, or the header `purpose` that the socket was opened with.
 * @throws BAD_USER_INPUT as `purposeOf`.
 */
export function purposeOfMessage(payload: object, headers: readonly string[] = []): string | undefined {
  return onePurpose([...headers, ...inExtensions(payload)])
}

function onePurpose(given: readonly unknown[]): string | undefined {
  const purposes = new Set(given)
  if (purposes.size > 1)
    throw new BadUserInput('A request confirms exactly one purpose: send one header, or one parameter, or extensions.purpose.')
  const [purpose] = purposes
  if (purpose === undefined) return undefined
  if (typeof purpose !== 'string' || purpose === '' || purpose.length > lengthMax)
    throw new BadUserInput('A purpose is an IRI: the query `purposes` lists those of this hub.')
  return purpose
}

/** GET has the extensions as text, and a stream its whole body. What is not JSON is refused by the server itself. */
function inText(text: string | null, bodyOf: (parsed: unknown) => unknown = (parsed) => parsed): unknown[] {
  if (text === null) return []
  try {
    return inExtensions(bodyOf(JSON.parse(text)))
  } catch {
    return []
  }
}

function inExtensions(body: unknown): unknown[] {
  if (typeof body !== 'object' || body === null || !('extensions' in body)) return []
  const { extensions } = body
  return typeof extensions === 'object' && extensions !== null && Object.hasOwn(extensions, 'purpose')
    ? [(extensions as { purpose: unknown }).purpose]
    : []
}
