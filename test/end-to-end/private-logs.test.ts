import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { dials, startTestHub, type TestHub } from '../support/dials.js'
import { startIssuer, type TestIssuer } from '../support/issuer.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { until } from '../support/processes.js'
import { startRogue } from '../support/spoke.js'
import { startTraceCollector, type TraceCollector } from '../support/trace-collector.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

/** Each is planted once, where its name says. None may be seen again. */
const sentinels = {
  cell: 'SentinelOfACell',
  number: '98765432101234567890123',
  literal: 'SentinelOfALiteral',
  person: 'sentinel.person@example.org',
  databasePassword: 'SentinelOfTheDatabase',
  searchPassword: 'SentinelOfTheSearch',
  searchKey: 'SentinelOfAKey',
}
const { cell, literal, number } = sentinels
/** GraphQL quotes to a client what is wrong of its own input, so an answer may hold the literal of its query. */
const ofOthers = () => new RegExp([...Object.values(sentinels).filter((one) => one !== literal), ...secrets].join('|'))
const all = () => new RegExp([...Object.values(sentinels), ...secrets].join('|'))

/** The signatures of the tokens that were sent, and the password of the database. */
const secrets: string[] = []
let workspace: Workspace
let database: FreshDatabase
let rogue: { url: string; close(): Promise<void> }
let collector: TraceCollector
let issuer: TestIssuer
let hub: TestHub
/** The text of every answer. */
const answers: string[] = []

beforeAll(async () => {
  rogue = await startRogue((_request, response) => response.writeHead(500, { 'x-cell': cell }).end(`{"broken": ${cell}`))
  collector = await startTraceCollector()
  issuer = await startIssuer()
  database = await freshDatabase()
  secrets.push(new URL(database.url).password)
  expect(secrets[0]?.length).toBeGreaterThan(8)
  const rows = `${cell},${number},1,2024-01-01,${sentinels.person}\n${cell},9223372036854775807,2,2024-01-02,other@example.org\n`
  workspace = await openWorkspace({
    'hub.yaml': `${hubYaml({ camden: childSpoke('camden'), rogue: ['spoke', `{ url: "${rogue.url}" }`] })}issuers: ${JSON.stringify([issuer.config])}\n`,
    'camden/spoke.yaml': spokeYaml('camden'),
    'camden/data/rows.csv': `Name,Big,Count,Day,Email\n${rows}`,
    'camden/data/breaks.json': JSON.stringify([{ Name: cell, Count: 1 }]),
  })
  hub = await startTestHub(workspace.hubYaml, {
    dataFolder: workspace.path('data'),
    env: {
      DATABASE_URL: database.url,
      MEILI_URL: `http://user:${sentinels.searchPassword}@127.0.0.1:9`,
      MEILI_KEY: sentinels.searchKey,
      LOG_LEVEL: 'debug',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  })
  await hub.harvested('camden')
})
afterAll(async () => {
  await Promise.all([rogue.close(), collector.close(), issuer.close(), database.drop()])
  await workspace.remove()
})

/** Sends a body as it is. Returns the codes in its answer. */
async function send(body: string, headers: Record<string, string> = {}, path = ''): Promise<string[]> {
  const response = await fetch(`${hub.url}/graphql${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  const text = await response.text()
  answers.push(text)
  return [...text.matchAll(/"code":"([A-Z_]+)"/g)].map(([, code = '']) => code)
}
const query = (input: object, headers?: Record<string, string>) =>
  send(JSON.stringify({ query: 'query ($input: QueryInput!) { query(input: $input) { rows } }', variables: { input } }), headers)
const converted = (column: string, type: string) => ({
  from: { members: [{ table: 'camden/rows/rows', columns: [{ column, type }] }] },
})

describe('no value, literal, secret or token is in a log, a trace, a metric or an error, after', () => {
  const text = { table: 'camden/rows/rows' }
  const failures: [string, () => Promise<unknown>, unknown][] = [
    ['a value that does not convert', () => query(converted('Name', 'INT64')), ['TYPE_MISMATCH']],
    ['a number too large for its type', () => query(converted('Big', 'INT64')), ['TYPE_MISMATCH']],
    ['a text that is no date', () => query(converted('Name', 'DATE')), ['TYPE_MISMATCH']],
    ['a literal of another type', () => query({ from: text, where: { column: 'Count', eq: literal } }), ['TYPE_MISMATCH']],
    ['a literal that is no date', () => query({ from: text, where: { column: 'Day', gt: literal } }), ['TYPE_MISMATCH']],
    ['a filter on a person', () => query({ from: text, where: { column: 'Email', eq: sentinels.person } }), ['FORBIDDEN']],
    [
      'a literal without an operator',
      () => query({ from: text, where: { column: 'Name', eq: { [literal]: literal } } }),
      expect.arrayContaining(['BAD_USER_INPUT']),
    ],
    ['a body that is no JSON', () => send(`{"query": ${literal}`), ['BAD_REQUEST']],
    ['a stream’s body that is no JSON', () => send(`{"query": ${literal}`, {}, '/stream'), expect.anything()],
    ['a document that is no GraphQL', () => send(JSON.stringify({ query: `{ dataset(id: "${literal}` })), ['GRAPHQL_PARSE_FAILED']],
    ['a source that breaks', () => brokenSource(), expect.any(Array)],
    ['a spoke that answers with rows', () => harvest('rogue'), []],
    [
      'a search index that is away',
      () => send(JSON.stringify({ query: `{ search(text: "${literal}") { totalCount } }` })),
      ['SOURCE_UNAVAILABLE'],
    ],
    ['a token that is none', () => send('{"query":"{ __typename }"}', { authorization: `Bearer ${literal}` }), ['UNAUTHENTICATED']],
    ['a token of another key', () => refusedToken(), ['UNAUTHENTICATED']],
    ['a message on a socket that is none', () => brokenSocket(), 4400],
  ]

  test('failures of every kind', async () => {
    const token = await issuer.token()
    secrets.push(token.split('.')[2] as string)
    for (const [what, fail, codes] of failures) expect([what, await fail()]).toEqual([what, codes])
    await query(converted('Name', 'INT64'), { authorization: `Bearer ${token}` })
    const metrics = await (await fetch(`${hub.url}/metrics`)).text()
    await until('traces have arrived', () => collector.spans().some(({ name }) => name === 'fragment'))
    expect(await hub.stop()).toBe(0)

    expect(hub.output()).toMatch(/"type":"\w+Error"/)
    expect({ told: answers.filter((answer) => ofOthers().test(answer)) }).toEqual({ told: [] })
    expect({
      logged: hub
        .output()
        .split('\n')
        .filter((line) => all().test(line)),
    }).toEqual({ logged: [] })
    expect(collector.text()).not.toMatch(all())
    expect(metrics).not.toMatch(all())
  })
})

test('a password is not in what a hub says of a database that is away, or of a url that is none', async () => {
  for (const url of [
    `postgres://user:${sentinels.databasePassword}@127.0.0.1:9/none`,
    `postgres://user:${sentinels.databasePassword}@[/`,
  ]) {
    const program = dials(['hub', '--config', workspace.hubYaml, '--port', '0', '--data-dir', workspace.path('other')], {
      DATABASE_URL: url,
    })
    expect(await program.exited).not.toBe(0)
    expect(program.output()).not.toMatch(all())
  }
})

/** A file that another took the place of since its harvest. */
async function brokenSource(): Promise<string[]> {
  await workspace.write({ 'camden/data/breaks.json': `[{ "Name": ${cell}, "Count": "${cell}` })
  return query({ from: { table: 'camden/breaks/breaks' }, where: { column: 'Name', eq: literal } })
}

async function harvest(spoke: string): Promise<string[]> {
  return send(JSON.stringify({ query: `{ spoke(id: "${spoke}") { lastHarvest { status error problems { message } } } }` }))
}

async function refusedToken(): Promise<string[]> {
  const other = await startIssuer()
  const token = await other.token({ iss: issuer.url })
  await other.close()
  secrets.push(token.split('.')[2] as string)
  return send('{"query":"{ __typename }"}', { authorization: `Bearer ${token}` })
}

async function brokenSocket(): Promise<number> {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
  await once(socket, 'open')
  socket.send(`{"type":"${literal}`)
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer]
  answers.push(reason.toString())
  return code
}
