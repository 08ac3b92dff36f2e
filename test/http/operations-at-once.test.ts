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

test('40 users behind one address who ask two small queries each at the same moment are all answered', async () => {
  const answers = await Promise.all(Array.from({ length: 80 }, () => ask(query)))
  expect(answers.map(({ status }) => status)).toEqual(Array(80).fill(200))
  expect(await Promise.all(answers.map((answer) => answer.json()))).toEqual(Array(80).fill({ data: { query: { rowCount: 2 } } }))
})

test('an address without a token has 160 operations under way or waiting at most; the 161st is refused, and the others are answered once their source answers', async () => {
  stopped = (await hubFamily(held.hub, 'camden')).spokes.get('camden') as number
  signal([stopped], 'SIGSTOP')
  const waiting = Array.from({ length: 160 }, () => ask(query))
  await until('160 operations are under way', async () => (await requestsInFlight()) >= 161)
  const refused = await ask('{ viewer { scopes } }')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
  expect(await refused.json()).toEqual({
    errors: [
      {
        message:
          'More than 160 operations of your address without a token are under way or waiting. Nothing is wrong with this one: ask it again in a moment, or send a token.',
        extensions: { code: 'QUERY_TOO_COMPLEX' },
      },
    ],
  })

  signal([stopped], 'SIGCONT')
  const answers = await Promise.all(waiting.map(async (response) => (await response).json()))
  expect(answers).toEqual(Array.from({ length: 160 }, () => ({ data: { query: { rowCount: 2 } } })))
  expect(await (await ask('{ viewer { scopes } }')).json()).toEqual({ data: { viewer: { scopes: [] } } })
})
