import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { accounts, agreementInput, type Party, type Pilot, purposes, startPilot } from './support/pilot.js'

let pilot: Pilot
beforeAll(async () => {
  pilot = await startPilot()
  await pilot.agree(agreementInput('DISCLOSURE'))
  await pilot.agree(agreementInput('RECEIPT'))
})
afterAll(() => pilot.close())

const query = `{ query(input: { from: { table: "${accounts}" }, select: [{ column: "Adults" }], orderBy: [{ column: "Adults" }] }) { rows } }`
type Result = { data?: { query?: { rows: unknown[][] } } | null; errors?: { extensions: { code: string } }[] }
const told = ({ data, errors }: Result) => errors?.[0]?.extensions.code ?? data?.query?.rows

async function overSocket(party: Party, extensions: Record<string, unknown> | undefined, headers: Record<string, string> = {}) {
  class WithHeaders extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { headers })
    }
  }
  const client = createClient({
    url: `${pilot.hub.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WithHeaders,
    connectionParams: { authorization: `Bearer ${await pilot.token(party)}` },
    retryAttempts: 0,
  })
  try {
    const result = await firstOf(client.iterate({ query, ...(extensions === undefined ? {} : { extensions }) }))
    return told(result as unknown as Result)
  } catch (thrown) {
    // What is refused before it begins comes as errors alone.
    return told({ errors: thrown as NonNullable<Result['errors']> })
  } finally {
    await client.dispose()
  }
}

async function firstOf<T>(results: AsyncIterable<T>): Promise<T | undefined> {
  for await (const result of results) return result
  return undefined
}

async function overEvents(party: Party, body: object, how: { parameters?: string; headers?: Record<string, string> } = {}) {
  const response = await fetch(`${pilot.hub.url}/graphql/stream${how.parameters ?? ''}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await pilot.token(party)}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...how.headers,
    },
    body: JSON.stringify({ query, ...body }),
  })
  const text = await response.text()
  const [, data = text] = /^data: (.*)$/m.exec(text) ?? []
  return told(JSON.parse(data) as Result)
}

const rows = [[5], [6]]

describe('a purpose is confirmed for each operation', () => {
  it('of a socket, by its extensions or the header that opened it', async () => {
    expect(await overSocket('enforcement', { purpose: purposes.licensing })).toEqual(rows)
    expect(await overSocket('enforcement', undefined, { purpose: purposes.licensing })).toEqual(rows)
    expect(await overSocket('enforcement', undefined)).toBe('PURPOSE_REQUIRED')
    expect(await overSocket('enforcement', { purpose: purposes.fraud })).toBe('PURPOSE_NOT_PERMITTED')
    expect(await overSocket('enforcement', { purpose: purposes.licensing }, { purpose: purposes.fraud })).toBe('BAD_USER_INPUT')
    expect(await overSocket('enforcement', { purpose: [purposes.licensing] })).toBe('BAD_USER_INPUT')
    expect(await overSocket('barnet', { purpose: purposes.licensing })).toBe('UNKNOWN_TABLE')
  })

  it('of a stream of events, by its extensions, a header or a parameter', async () => {
    const parameters = `?purpose=${encodeURIComponent(purposes.licensing)}`
    expect(await overEvents('enforcement', { extensions: { purpose: purposes.licensing } })).toEqual(rows)
    expect(await overEvents('enforcement', {}, { headers: { purpose: purposes.licensing } })).toEqual(rows)
    expect(await overEvents('enforcement', {}, { parameters })).toEqual(rows)
    expect(await overEvents('enforcement', {})).toBe('PURPOSE_REQUIRED')
    expect(await overEvents('enforcement', { extensions: { purpose: purposes.fraud } })).toBe('PURPOSE_NOT_PERMITTED')
    expect(await overEvents('enforcement', { extensions: { purpose: purposes.fraud } }, { parameters })).toBe('BAD_USER_INPUT')
    expect(await overEvents('barnet', { extensions: { purpose: purposes.licensing } })).toBe('UNKNOWN_TABLE')
  })
})
