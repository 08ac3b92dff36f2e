import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoIssuer, type DemoNote, demoNoteFile, startDemoIssuer } from '../../src/cli/demo-issuer.js'
import { demoToken } from '../../src/cli/demo-token.js'
import { readEnvironment } from '../../src/config.js'
import { ConfigError } from '../../src/errors.js'
import { loadHubKey } from '../../src/identity/hub-key.js'
import { viewerOf } from '../../src/identity/viewer-of.js'
import { dials } from '../support/dials.js'
import { refusalOf } from '../support/issuer.js'

const audience = 'urn:seven-dials:london'
const organisations = ['camden', 'barnet']
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const options = { audience, organisations, environment: readEnvironment({}), log }
let dataFolder: string
let issuer: DemoIssuer
let identify: ReturnType<typeof viewerOf>

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'seven-dials-demo-'))
  issuer = await startDemoIssuer({ ...options, dataFolder })
  await issuer.announce()
  const key = await loadHubKey(join(dataFolder, 'hub-key.json'))
  identify = viewerOf({ issuer: audience, key, issuers: [issuer.config], log })
})
afterAll(() => rm(dataFolder, { recursive: true, force: true }))

const noteOf = async () => JSON.parse(await readFile(demoNoteFile(dataFolder), 'utf8')) as DemoNote
const post = (organisation: string, secret: string, form: Record<string, string>) =>
  fetch(`${issuer.config.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${organisation}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
  })

describe('the demonstration’s issuer, an OpenID provider', () => {
  test('gives each organisation tokens that the hub takes', async () => {
    for (const organisation of organisations) {
      const viewer = await identify(`Bearer ${await demoToken(dataFolder, organisation)}`)
      expect(viewer).toEqual({
        subject: organisation,
        issuer: issuer.config.issuer,
        organisation,
        scopes: [],
        expiresAt: expect.any(Number),
      })
    }
    expect((await identify(`Bearer ${await demoToken(dataFolder, 'camden', ['agreements:write'])}`)).scopes).toEqual(['agreements:write'])
  })

  test('is found by discovery, with its keys where the entry says', async () => {
    const found = (await (await fetch(`${issuer.config.issuer}/.well-known/openid-configuration`)).json()) as Record<string, unknown>
    expect(found).toMatchObject({ issuer: issuer.config.issuer, jwks_uri: issuer.config.jwks })
    const { keys } = (await (await fetch(issuer.config.jwks)).json()) as { keys: Record<string, unknown>[] }
    expect(keys).toHaveLength(1)
    expect(keys[0]).not.toHaveProperty('d')
  })

  test('gives no token without the client’s secret, for another’s, or with a claim that the client makes up', async () => {
    const { secrets } = await noteOf()
    const { camden = '', barnet = '' } = secrets
    expect((await post('camden', 'wrong', {})).status).toBe(401)
    expect((await post('camden', barnet, {})).status).toBe(401)
    const answer = (await (
      await post('camden', camden, { organisation: 'barnet', sub: 'barnet', claims: '{"organisation":"barnet"}' })
    ).json()) as { access_token: string }
    expect(decodeJwt(answer.access_token)).toMatchObject({ sub: 'camden', organisation: 'camden', aud: audience })
  })

  test('gives neither hub:operate nor a token for another audience', async () => {
    const { secrets } = await noteOf()
    const { camden = '' } = secrets
    const operate = (await (await post('camden', camden, { scope: 'hub:operate agreements:write' })).json()) as { access_token: string }
    expect((await identify(`Bearer ${operate.access_token}`)).scopes).toEqual(['agreements:write'])
    const elsewhere = (await (await post('camden', camden, { resource: 'https://elsewhere.example' })).json()) as { access_token?: string }
    if (elsewhere.access_token !== undefined) expect(decodeJwt(elsewhere.access_token).aud).toBe(audience)
    expect((await refusalOf(demoToken(dataFolder, 'camden', ['hub:operate']))).message).toBe(
      "The demonstration's issuer does not give the scope hub:operate to an organisation.",
    )
  })

  test('reports an organisation that it does not know', async () => {
    for (const name of ['lambeth', '__proto__', 'constructor', '']) {
      expect((await refusalOf(demoToken(dataFolder, name))).message).toMatch(/has no organisation .*It has camden, barnet\./)
    }
  })

  test('keeps its note for its owner alone', async () => {
    expect((await stat(demoNoteFile(dataFolder))).mode & 0o777).toBe(0o600)
  })

  test('does not start in production', async () => {
    const production = startDemoIssuer({ ...options, dataFolder, environment: readEnvironment({ NODE_ENV: 'production' }) })
    await expect(production).rejects.toThrow(ConfigError)
    const program = dials(['demo', '--port', '0', '--data-dir', join(dataFolder, 'none')], { NODE_ENV: 'production' })
    expect([await program.exited, program.output()]).toEqual([
      2,
      expect.stringMatching(/^dials: the environment at NODE_ENV: is production/m),
    ])
  })

  test('is gone with its note, and another that never had a note takes none away', async () => {
    const second = await startDemoIssuer({ ...options, dataFolder })
    await second.close()
    expect((await noteOf()).issuer).toBe(issuer.config.issuer)
    await issuer.close()
    const error = await refusalOf(demoToken(dataFolder, 'camden'))
    expect(error.message).toBe(
      `No demonstration runs with the data directory ${dataFolder}. Start one with 'npm start', or give its --data-dir.`,
    )
  })
})

describe('dials token and dials harvest', () => {
  const london = 'examples/london/hub.yaml'
  const none = join(tmpdir(), `seven-dials-nowhere-${process.pid}`)

  test.each([
    ['token', '--config', london, '--data-dir', none],
    ['harvest', '--config', london, '--data-dir', none],
  ])('%s refuses a data directory of no hub, and makes none', async (...args) => {
    const program = dials(args)
    expect([await program.exited, program.output()]).toEqual([
      2,
      `dials: ${join(none, 'hub-key.json')}: there is no key of a hub: give the --data-dir that the hub was started with\n`,
    ])
    await expect(stat(none)).rejects.toThrow('ENOENT')
  })

  test('token says what it needs, and that no demonstration runs', async () => {
    const nothing = dials(['token'])
    expect([await nothing.exited, nothing.output()]).toEqual([2, expect.stringMatching(/needs --config <file>/)])
    const stopped = dials(['token', '--organisation', 'london-borough-of-camden', '--data-dir', none])
    expect([await stopped.exited, stopped.output()]).toEqual([
      1,
      `dials: No demonstration runs with the data directory ${none}. Start one with 'npm start', or give its --data-dir.\n`,
    ])
  })
})
