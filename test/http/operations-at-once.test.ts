import { afterAll, expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'
import { hubFamily, signal, until } from '../support/processes.js'

const held = hubOfTwo({ 'camden/data/places.csv': 'Name\nKilburn\nSwiss Cottage\n' })
const query = '{ query(input: { from: { table: "camden/places/places" } }) { rowCount } }'
const ask = (text: string) =>
  fetch(`${held.hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text }),
  })
const requestsInFlight = async () =>
  Number(/^dials_http_requests_in_flight (\d+)$/m.exec(await (await fetch(`${held.hub.url}/metrics`)).text())?.[1])

let stopped: number | undefined
afterAll(() => {
  if (stopped !== undefined) signal([stopped], 'SIGCONT')
})

test('a client has 64 operations under way at most; the 65th is refused, and the others are answered once their source answers', async () => {
  stopped = (await hubFamily(held.hub, 'camden')).spokes.get('camden') as number
  signal([stopped], 'SIGSTOP')
  const waiting = Array.from({ length: 64 }, () => ask(query))
  await until('64 operations are under way', async () => (await requestsInFlight()) >= 65)
  const refused = await ask('{ viewer { scopes } }')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await refused.json()).toEqual({
    errors: [
      { message: 'More than 64 operations of yours are under way. Wait for some of them.', extensions: { code: 'QUERY_TOO_COMPLEX' } },
    ],
  })

  signal([stopped], 'SIGCONT')
  const answers = await Promise.all(waiting.map(async (response) => (await response).json()))
  expect(answers).toEqual(Array.from({ length: 64 }, () => ({ data: { query: { rowCount: 2 } } })))
  expect(await (await ask('{ viewer { scopes } }')).json()).toEqual({ data: { viewer: { scopes: [] } } })
})
