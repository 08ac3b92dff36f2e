import type { FastifyRequest } from 'fastify'
import { BadUserInput } from '../errors.js'

const lengthMax = 500

/**
 * The IRI of the one purpose that a request confirms: by `extensions.purpose` of a GraphQL request, the header `purpose`, or the parameter
 * `purpose` of an address. Undefined where it confirms none.
 * @throws BAD_USER_INPUT where it confirms two, or something that is no text.
 */
export function purposeOf(request: FastifyRequest, body?: unknown): string | undefined {
  const { headersDistinct } = request.raw
  const question = request.url.indexOf('?')
  const parameters = new URLSearchParams(question === -1 ? '' : request.url.slice(question))
  const given: unknown[] = [
    ...(headersDistinct['purpose'] ?? []),
    ...parameters.getAll('purpose'),
    ...inExtensions(body),
    ...inText(parameters),
  ]
  const purposes = new Set(given)
  if (purposes.size > 1)
    throw new BadUserInput('A request confirms exactly one purpose: send one header, or one parameter, or extensions.purpose.')
  const [purpose] = purposes
  if (purpose === undefined) return undefined
  if (typeof purpose !== 'string' || purpose === '' || purpose.length > lengthMax)
    throw new BadUserInput('A purpose is an IRI: the query `purposes` lists those of this hub.')
  return purpose
}

/** GET has the extensions as text. What is not JSON is refused by the server itself. */
function inText(parameters: URLSearchParams): unknown[] {
  const text = parameters.get('extensions')
  if (text === null) return []
  try {
    return inExtensions({ extensions: JSON.parse(text) as unknown })
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
