import { serverAudits } from 'graphql-http'
import { describe, expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'

const held = hubOfTwo()

describe('GraphQL over HTTP: the audits of graphql-http', () => {
  const audits = serverAudits({ url: () => `${held.hub.url}/graphql` })
  test('are complete', () => expect(audits).toHaveLength(61))
  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn()
    if (result.status !== 'ok') throw new Error(`${result.reason} ${result.response.status} ${await result.response.text()}`)
  })
})
