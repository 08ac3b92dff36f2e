import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadHubKey } from '../../src/identity/hub-key.js'
import { dials, type Dials } from '../support/dials.js'
import { allGone, familyOf, postmasterOf, scratchOf } from '../support/processes.js'
import { openWorkspace, spokeYaml, twoSpokes, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let taken: Server
let port: number
beforeAll(async () => {
  workspace = await openWorkspace({
    ...twoSpokes,
    'alone.yaml': spokeYaml('camden', 'hub: { issuer: "https://hub.test", jwks: ./hub.jwks.json }\n').replace('./data', './camden/data'),
    'not.yaml': 'name: [London\n',
    'typo.yaml': twoSpokes['hub.yaml'].replace('connector: spoke', 'conector: spoke'),
  })
  const { publicJwk } = await loadHubKey(workspace.path('hub-key.json'))
  await writeFile(workspace.path('hub.jwks.json'), JSON.stringify({ keys: [publicJwk] }))
  taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  port = (taken.address() as AddressInfo).port
})
afterAll(async () => {
  await new Promise((resolve) => taken.close(resolve))
  await workspace.remove()
})

/** Every process that was ever seen below it, until it ended. */
async function watched(program: Dials): Promise<{ code: number | null; pids: number[] }> {
  const pids = new Set<number>()
  const look = () => familyOf(program.process.pid ?? 0).forEach(({ pid }) => pids.add(pid))
  const timer = setInterval(look, 40)
  const code = await program.exited
  clearInterval(timer)
  return { code, pids: [...pids] }
}

const told = (program: Dials) =>
  program
    .output()
    .split('\n')
    .filter((line) => line.startsWith('dials: '))

describe('a port in use', () => {
  test('ends a hub with exit code 1 and one line that names port and mend, and leaves nothing running', async () => {
    const data = workspace.path('hub-data')
    const program = dials(['hub', '--config', workspace.hubYaml, '--port', String(port), '--data-dir', data])
    const { code, pids } = await watched(program)
    expect(code).toBe(1)
    expect(told(program)).toEqual([`dials: Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with --port.`])
    expect(pids.length, 'launcher, hub, two spokes and PostgreSQL were there').toBeGreaterThanOrEqual(5)
    await allGone(pids)
    expect(await postmasterOf(data)).toBeUndefined()
    expect(scratchOf(pids)).toEqual([])
  })

  test('ends a spoke the same way', async () => {
    const program = dials([
      'spoke',
      '--config',
      workspace.path('alone.yaml'),
      '--port',
      String(port),
      '--data-dir',
      workspace.path('spoke-data'),
    ])
    const { code, pids } = await watched(program)
    expect([code, told(program)]).toEqual([
      1,
      [`dials: Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with --port.`],
    ])
    await allGone(pids)
    expect(scratchOf(pids)).toEqual([])
  })
})

test('a spoke that is run by hand says where it listens, and stops with exit code 0', async () => {
  const program = dials(['spoke', '--config', workspace.path('alone.yaml'), '--port', '0', '--data-dir', workspace.path('spoke-data')])
  const [, url] = await program.line(/^The spoke camden: (http:\S+)$/m)
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'UP' })
  expect((await fetch(`${url}/catalogue`)).status).toBe(401)
  const pids = familyOf(program.process.pid ?? 0).map(({ pid }) => pid)
  expect(scratchOf(pids)).toHaveLength(1)
  expect(await program.stop()).toBe(0)
  await allGone(pids)
  expect(scratchOf(pids)).toEqual([])
})

describe('the command line', () => {
  test.concurrent.each<[string, number, RegExp]>([
    ['--help', 0, /^Usage: dials \[options\] \[command\]/],
    ['hub --help', 0, /^Usage: dials hub \[options\]/],
    ['', 2, /^Usage: dials/],
    ['hubb', 2, /^error: unknown command 'hubb'/],
    ['hub', 2, /^error: required option '--config <file>'/],
    [
      'hub --config hub.yaml --port 65536',
      2,
      /^error: option '--port <number>' argument '65536' is invalid. It has to be from 0 to 65535\./,
    ],
    ['hub --config none.yaml', 2, /^dials: \S*none\.yaml: there is no such file\n$/],
    ['hub --config not.yaml', 2, /^dials: \S*not\.yaml at line 2: it is not YAML/],
    ['hub --config typo.yaml', 2, /^dials: \S*typo\.yaml at spokes\[0\]: has no key 'conector'\. Did you mean 'connector'\? \(line 5\)/],
    ['spoke --config camden/spoke.yaml', 2, /^dials: \S*spoke\.yaml at hub: is missing: give the hub's issuer and its jwks file/],
    [
      'harvest --config hub.yaml --data-dir none',
      2,
      /^dials: \S*none.hub-key\.json: there is no key of a hub: give the --data-dir that the hub was started with\n$/,
    ],
    [
      'harvest --config hub.yaml --data-dir . --url http://127.0.0.1:1',
      1,
      /^dials: There is no hub at http:\/\/127\.0\.0\.1:1\. Start one with 'dials hub', or give its --url\.\n$/,
    ],
  ])('dials %s: %i', async (line, code, output) => {
    const args = line
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => (/\.yaml$|^none$|^\.$/.test(word) ? workspace.path(word) : word))
    const program = dials(args)
    expect(await program.exited).toBe(code)
    expect(program.output()).toMatch(output)
  })

  test('a hub whose database cannot be reached ends with exit code 1, its spokes with it', async () => {
    const program = dials(['hub', '--config', workspace.hubYaml, '--port', '0', '--data-dir', workspace.path('hub-data')], {
      DATABASE_URL: 'postgres://dials:hunter22@127.0.0.1:1/none',
    })
    const { code, pids } = await watched(program)
    expect([code, told(program)]).toEqual([
      1,
      ['dials: The catalogue database cannot be reached. Try again in a moment. (connect ECONNREFUSED 127.0.0.1:1)'],
    ])
    expect(program.output()).not.toContain('hunter22')
    await allGone(pids)
    expect(scratchOf(pids)).toEqual([])
  })
})
