import { boundedText } from '../connector/bounded-text.js'
import { parseJwks } from './hub-keys.js'

/** What a hub says of itself: what spoke.yaml needs of it. */
export interface HubIntroduction {
  /** Without a slash at its end. */
  readonly url: string
  /** The text of its public keys, and the ids of these. */
  readonly jwks?: string
  readonly keyIds: readonly string[]
  readonly issuer?: string
  /** Why it said nothing, as a sentence. */
  readonly fault?: string
}

const waitMsMax = 10_000
const bytesMax = 65_536

/** Asks the hub at an address for its keys and its issuer. */
export async function introductionOf(address: string): Promise<HubIntroduction> {
  const url = address.replace(/(\/graphql)?\/*$/, '')
  try {
    const response = await fetch(`${url}/.well-known/jwks.json`, { redirect: 'error', signal: AbortSignal.timeout(waitMsMax) })
    if (!response.ok) return { url, keyIds: [], fault: `What answers at ${url} is not a hub (HTTP ${response.status}).` }
    const jwks = await boundedText(response.body, bytesMax)
    const { keys } = parseJwks(jwks, url)
    const { issuer } = JSON.parse(jwks) as { issuer?: unknown }
    return { url, jwks, keyIds: keys.map(({ kid }) => kid ?? 'a key without an id'), ...(isIssuer(issuer) ? { issuer } : {}) }
  } catch (thrown) {
    const code = thrown instanceof Error ? (thrown.cause as NodeJS.ErrnoException | undefined)?.code : undefined
    return { url, keyIds: [], fault: `The hub at ${url} does not answer with its keys${code === undefined ? '' : ` (${code})`}.` }
  }
}

const isIssuer = (value: unknown): value is string => typeof value === 'string' && /^[\x21-\x7e]{1,500}$/.test(value)
