import { describe, expect, test } from 'vitest'
import { examplesOf } from '../../src/http/graphiql/own-examples.js'
import { hubOfTwo } from '../support/hub-of-two.js'

const held = hubOfTwo({
  'barnet/data/secret.csv': 'Name\na\n',
  'barnet/data/catalogue.yaml': `datasets:
  secret: { access: CLOSED, listing: PARTIES }
  libraries: { title: 'Libraries <script>alert(1)</script> & "more"', description: '<img src=x onerror=alert(1)>' }
`,
})
const open = (path: string, accept = 'text/html') => fetch(`${held.hub.url}${path}`, { headers: { accept } })

describe('the page at /', () => {
  test('says what this is, and leads to GraphiQL, health and documentation', async () => {
    const answer = await open('/')
    const text = await answer.text()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    for (const to of ['graphiql', 'health/ready']) {
      expect(text).toContain(`<a href="${to}">`)
      expect((await open(`/${to}`)).status).toBe(200)
    }
    expect(text).toContain('Documentation')
  })

  test('is JSON for programs that ask for it', async () => {
    const answer = await open('/', 'application/json')
    expect(answer.headers.get('vary')).toMatch(/accept/)
    expect(await answer.json()).toMatchObject({ graph: 'graphql', graphiql: 'graphiql' })
  })
})

describe('the address of a dataset', () => {
  const iriOf = async (id: string) =>
    (await held.hub.ask<{ dataset: { iri: string } }>(`{ dataset(id: "${id}") { iri } }`)).data?.dataset.iri ?? ''

  test('is its IRI, and leads to it as a page and as JSON', async () => {
    const iri = await iriOf('camden/libraries')
    const page = await fetch(iri, { headers: { accept: 'text/html' } })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<code>camden/libraries/libraries</code>') as string])
    const json = await fetch(iri, { headers: { accept: 'application/json' } })
    expect(json.headers.get('cache-control')).toBe('private, no-store')
    expect(await json.json()).toMatchObject({
      iri,
      id: 'camden/libraries',
      access: 'OPEN',
      tables: [{ id: 'camden/libraries/libraries', rowCount: 2 }],
    })
  })

  test('escapes what its publisher wrote', async () => {
    const text = await (await open('/datasets/barnet/libraries')).text()
    expect(text).toContain('Libraries &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;')
    expect(text).not.toMatch(/<script|<img/)
  })

  test.each(['text/html', 'application/json'])('of a hidden dataset is answered as one of none: %s', async (accept) => {
    const [hidden, none] = await Promise.all(['secret', 'nothing'].map((name) => open(`/datasets/barnet/${name}`, accept)))
    expect([hidden?.status, none?.status]).toEqual([404, 404])
    expect(await hidden?.text()).toBe(await none?.text())
    const headersOf = (answer?: Response) => [...(answer?.headers ?? [])].filter(([name]) => !['x-request-id', 'date'].includes(name))
    expect(headersOf(hidden)).toEqual(headersOf(none))
  })
})

describe('the examples in GraphiQL', () => {
  test('are of this hub’s own catalogue, each answered', async () => {
    const html = await (await open('/graphiql')).text()
    const examples = JSON.parse(/<script id="examples" type="application\/json">([^<]*)</.exec(html)?.[1] ?? '[]') as string[]
    expect(examples.join()).not.toMatch(/polling|toilets|secret/)
    expect(examples.length).toBeGreaterThanOrEqual(4)
    for (const example of examples) expect((await held.hub.ask(example)).errors, example).toBeUndefined()
  })

  test('name columns as they are, whatever signs they have', () => {
    const [rows, ...counts] = examplesOf('a/b/c', [{ name: 'a "b" \\ {c}', type: 'INT64' }])
    expect([rows, counts]).toEqual([expect.stringContaining('{ column: "a \\"b\\" \\\\ {c}" }'), []])
  })
})
