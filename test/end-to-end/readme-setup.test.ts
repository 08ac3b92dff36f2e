import { existsSync, readFileSync } from 'node:fs'
import { rm, stat, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadHubConfig, readEnvironment } from '../../src/config.js'
import { makeAuthority } from '../support/certificates.js'
import { type Dials, dials, startTestHub, type TestHub } from '../support/dials.js'
import { patienceMs } from '../support/patience.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { openWorkspace, type Workspace } from '../support/workspace.js'

/** README's section on a hub of one's own: what stands there is what runs here. */
const section = /^## Your own hub\n([^]*?)^## /m.exec(readFileSync(new URL('../../README.md', import.meta.url), 'utf8'))?.[1] ?? ''
const block = (begin: RegExp) =>
  [...section.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, text = '']) => text).find((text) => begin.test(text)) ?? ''
const written = { hub: block(/^# hub\.yaml/), spoke: block(/^# spoke\.yaml/), keys: block(/^curl /) }
/** The names of other machines in it: only they, and the ports of a test, are replaced. */
const spokeAt = 'spoke.camden.example:4100'
const [, keysUrl = '', keysFile = ''] = /^curl -sf https:\/\/hub\.london\.example(\S+) -o (\S+)$/m.exec(written.keys) ?? []

let database: FreshDatabase
let workspace: Workspace
let front: Server
let hub: TestHub
let spoke: Dials
beforeAll(async () => {
  database = await freshDatabase()
  const authority = makeAuthority()
  const { cert, key } = authority.issue('localhost')
  // The spoke's address, which hub.yaml needs before the spoke has a port.
  let port = 0
  front = createServer((socket) => {
    const through = connect(port, '127.0.0.1')
    for (const end of [socket, through]) end.on('error', () => [socket, through].forEach((each) => each.destroy()))
    socket.pipe(through).pipe(socket)
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  workspace = await openWorkspace({
    'hub.yaml': written.hub.replace(spokeAt, `localhost:${(front.address() as AddressInfo).port}`),
    'camden-ca.pem': authority.ca,
    'gla/parks.csv': 'Name\nBrent Lodge\n',
    'camden/spoke.yaml': written.spoke,
    'camden/spoke.pem': cert,
    'camden/spoke-key.pem': key,
    'camden/data/libraries.csv': 'Name\nKilburn\nHolborn\n',
    'camden/data/visits.csv': 'Day\n2026-01-01\n',
    'camden/data/catalogue.yaml': 'datasets:\n  libraries: { access: OPEN }\n  visits: { access: CLOSED }\n',
  })
  hub = await startTestHub(workspace.hubYaml, { env: { DATABASE_URL: database.url } })
  const keys = await (await fetch(`${hub.url}${keysUrl}`)).text()
  await writeFile(workspace.path(`camden/${keysFile}`), keys)
  spoke = dials(['spoke', '--config', workspace.path('camden/spoke.yaml'), '--port', '0', '--data-dir', workspace.path('store')])
  const [, listening = ''] = await spoke.line(/^The spoke camden: https:\/\/localhost:(\d+)$/m)
  port = Number(listening)
  await hub.harvested('gla')
})
afterAll(async () => {
  await spoke?.stop()
  await hub?.stop()
  front?.close()
  await workspace?.remove()
  await database?.drop()
})

const run = async (...args: string[]) => {
  const program = dials(args)
  return { code: await program.exited, output: program.output() }
}
const atHub = () => ['--config', workspace.hubYaml, '--data-dir', hub.dataFolder]

describe('hub.yaml and spoke.yaml of README', () => {
  test('fit each other: the spoke is well, is harvested, and answers over TLS of a private authority', async () => {
    const checked = await run('connector', 'check', 'camden', ...atHub())
    expect(checked.output).toMatch(/^camden \(spoke\): well$/m)
    expect(checked.output).toMatch(/^ {2}first row {5}of visits\/visits: refused, because it is not open, as it should be \(\d+ ms\)$/m)
    expect(checked.code).toBe(0)
    const harvested = await run('harvest', 'camden', ...atHub(), '--url', hub.url)
    expect(harvested.output).toContain('COMPLETE')
    const answer = await hub.ask<{ query: { rows: unknown[][] } }>(
      `{ query(input: { from: { union: ["camden/libraries/libraries", "gla/parks/parks"] }, orderBy: [{ column: "Name" }] }) { rows } }`,
    )
    expect(answer.data?.query.rows.map(([name]) => name)).toEqual(['Brent Lodge', 'Holborn', 'Kilburn'])
  })

  test(
    'a new file is in the graph within seconds, without a harvest that anybody asks for, and a withdrawn one is not answered',
    async () => {
      const rows = async () => {
        const { data, errors } = await hub.ask<{ query: { rows: unknown[][] } }>(
          '{ query(input: { from: { table: "gla/trees/trees" } }) { rows } }',
        )
        return data?.query?.rows.length ?? errors?.[0]?.extensions.code
      }
      const statusOf = async () => {
        const { data } = await hub.ask<{ dataset: { status: string } | null }>('{ dataset(id: "camden/parks") { status } }')
        return data?.dataset?.status
      }
      expect(await rows()).toBe('UNKNOWN_TABLE')
      await workspace.write({
        'gla/trees.csv': 'Name\nPlane\n',
        'camden/data/parks.csv': 'Name\nHeath\n',
        'camden/data/catalogue.yaml': 'datasets:\n  libraries: { access: OPEN }\n  parks: { access: OPEN }\n',
      })
      await expect.poll(rows, { timeout: patienceMs }).toBe(1)
      await expect.poll(statusOf, { timeout: patienceMs }).toBe('ACTIVE')
      await rm(workspace.path('gla/trees.csv'))
      await rm(workspace.path('camden/data/parks.csv'))
      await expect.poll(statusOf, { timeout: patienceMs }).toBe('MISSING')
      await expect.poll(rows, { timeout: patienceMs }).toBe('SOURCE_UNAVAILABLE')
    },
    3 * patienceMs,
  )

  test('a token that the spoke refuses is told with what was expected and given, by connector check and in the log of the spoke', async () => {
    const name = 'other.yaml'
    await workspace.write({ [name]: readFileSync(workspace.hubYaml, 'utf8').replace(/^issuer: .*$/m, 'issuer: urn:another-hub') })
    const { code, output } = await run('connector', 'check', 'camden', '--config', workspace.path(name), '--data-dir', hub.dataFolder)
    const misfit = `its issuer is 'urn:another-hub', and spoke.yaml has hub.issuer 'https://hub.london.example'`
    expect(output).toContain(misfit)
    expect(code).toBe(1)
    await spoke.line(/its token is not that of the hub/)
    expect(spoke.output()).toContain(misfit)
    expect(spoke.output()).not.toMatch(/eyJ[\w-]{10,}/)
  })

  test('without the authority of its certificate, connector check says which line is missing', async () => {
    const name = 'untrusting.yaml'
    await workspace.write({ [name]: readFileSync(workspace.hubYaml, 'utf8').replace(', ca: ./camden-ca.pem', '') })
    const { code, output } = await run('connector', 'check', 'camden', '--config', workspace.path(name), '--data-dir', hub.dataFolder)
    expect(output).toContain('hub.yaml has to name that as ca, beside url')
    expect(code).toBe(1)
  })
})

describe('dials spoke init and dials hub add-spoke', () => {
  const init = (...more: string[]) =>
    run('spoke', 'init', '--organisation', 'London Borough of Barnet', '--out', workspace.path('barnet/spoke.yaml'), ...more)
  const read = (name: string) => readFileSync(workspace.path(name), 'utf8')

  test('write a spoke.yaml with the keys of the hub, from options alone, and never over one that is there', async () => {
    const { code, output } = await init('--hub', `${hub.url}/graphql`, '--access', 'OPEN')
    expect(output).toMatch(/Written: hub\.jwks\.json, .* whether they are:\n {2}[\w-]{43}\n/)
    expect(output).toContain(
      'dials hub add-spoke --config hub.yaml --id barnet --organisation "London Borough of Barnet" --url http://127.0.0.1:4100',
    )
    expect(code).toBe(0)
    expect(parse(read('barnet/spoke.yaml'))).toEqual({
      id: 'barnet',
      hub: { issuer: 'https://hub.london.example', jwks: './hub.jwks.json' },
      host: '127.0.0.1',
      port: 4100,
      sources: [{ connector: 'files', config: { folder: './data', defaultAccess: 'OPEN' } }],
    })
    expect((await stat(workspace.path('barnet/spoke.yaml'))).mode & 0o777).toBe(0o600)
    const checked = await run('connector', 'check', '--config', workspace.path('barnet/spoke.yaml'))
    expect(checked.output).toContain('0 datasets')
    const again = await init('--hub', hub.url)
    expect([again.code, again.output]).toEqual([2, expect.stringContaining('spoke.yaml: is there already: give --force')])
    const forced = await init('--hub', hub.url, '--force', '--data', 'postgres', '--listen', '0.0.0.0:4200')
    expect(forced.output).toContain('SPOKE_DATABASE_URL')
    expect(parse(read('barnet/spoke.yaml'))).toMatchObject({
      tls: { cert: './spoke.pem' },
      sources: [{ connector: 'postgres', config: { url: '${SPOKE_DATABASE_URL}' } }],
    })
  })

  test('without a terminal a question without an answer is told, and so is a wrong one', async () => {
    const out = ['--out', workspace.path('none/spoke.yaml')]
    for (const [args, message] of [
      [[], /without a terminal, give --organisation <name>/],
      [['--organisation', 'Barnet', '--hub', 'http://hub.london.example'], /--hub has to be a URL of https, or of this machine/],
      [['--organisation', 'Barnet', '--hub', hub.url, '--listen', '0.0.0.0'], /--listen has to be a host and a port/],
      [['--organisation', 'Barnet', '--hub', hub.url, '--data', 'postgres://a:b@c/d'], /--data has to be a folder.*SPOKE_DATABASE_URL/],
    ] as const) {
      const { code, output } = await run('spoke', 'init', ...out, ...args)
      expect(output).toMatch(message)
      expect(code).toBe(2)
    }
    expect(existsSync(workspace.path('none'))).toBe(false)
  })

  test('a hub that does not answer yet is told, with what to do', async () => {
    const { code, output } = await run(
      'spoke',
      'init',
      '--organisation',
      'Kilburn',
      '--hub',
      'https://127.0.0.1:1',
      '--out',
      workspace.path('kilburn/spoke.yaml'),
    )
    expect(output).toContain('MISSING: hub.jwks.json. The hub at https://127.0.0.1:1 does not answer')
    expect(output).toContain('curl -sf https://127.0.0.1:1/.well-known/jwks.json -o hub.jwks.json')
    expect(code).toBe(0)
  })

  test('add a spoke to hub.yaml, keep its comments, and print what the other side needs', async () => {
    await workspace.write({ 'grown.yaml': written.hub })
    const add = (...more: string[]) =>
      run(
        'hub',
        'add-spoke',
        '--config',
        workspace.path('grown.yaml'),
        '--data-dir',
        hub.dataFolder,
        '--organisation',
        'London Borough of Barnet',
        ...more,
      )
    const at = ['--id', 'barnet', '--url', 'https://spoke.barnet.example']
    const printed = await add(...at)
    expect(printed.output).toMatch(/\n {2}- id: barnet\n {4}organisation:\n {6}name: London Borough of Barnet\n/)
    expect(printed.output).toMatch(/"keys":\[\{"kty":"OKP"/)
    expect(printed.output).not.toContain('"d":')
    expect(read('grown.yaml')).toBe(written.hub)
    expect((await add(...at, '--write')).code).toBe(0)
    expect(read('grown.yaml')).toContain('# open files that the hub reads itself')
    const spokes = loadHubConfig(workspace.path('grown.yaml'), readEnvironment({})).value.spokes
    expect(spokes.map(({ id }) => id)).toEqual(['camden', 'gla', 'barnet'])
    expect(await add(...at, '--write')).toMatchObject({ code: 2, output: expect.stringContaining('two spokes have one id') })
    const plain = await add('--id', 'brent', '--url', 'http://spoke.brent.example', '--write')
    expect(plain).toMatchObject({ code: 2, output: expect.stringContaining('is plain HTTP to another machine') })
  })
})
