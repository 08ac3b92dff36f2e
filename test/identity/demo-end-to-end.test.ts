import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoNoteFile } from '../../src/cli/demo-issuer.js'
import { ask, dials, type Dials } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

const viewer = '{ viewer { subject organisation { id } scopes } }'
let database: FreshDatabase
let dataFolder: string
let demo: Dials
let url: string
let output: string

beforeAll(async () => {
  database = await freshDatabase()
  dataFolder = await mkdtemp(join(tmpdir(), 'seven-dials-demo-'))
  demo = dials(['demo', '--port', '0', '--data-dir', dataFolder], { DATABASE_URL: database.url })
  url = (await demo.line(/^The graph: (http:\S+)\/graphql/m))[1] ?? ''
  output = demo.output()
})
afterAll(async () => {
  await demo.stop()
  await database.drop()
  await rm(dataFolder, { recursive: true, force: true })
})

const asked = (token: string, query = viewer) => ask(url, query, {}, { authorization: `Bearer ${token}` })
async function token(...args: string[]): Promise<string> {
  const program = dials(['token', '--data-dir', dataFolder, ...args])
  expect(await program.exited, program.output()).toBe(0)
  return program.output().trim()
}

test('npm start prints, after its first answer, a join of two boroughs and what matched', () => {
  const [, after = ''] = output.split('Libraries, toilets and polling stations by borough')
  expect(after).toMatch(/^│ Hendon School +│ Academy Converter +│ 1254 +│$/m)
  expect(after).toMatch(/^barnet ⋈ camden: 4 of 12 rows of barnet \(33 %\) and 4 of 15 rows of camden \(27 %\)\nmatched, by 4 keys$/m)
})

test('npm start prints two tokens that the hub takes, says how long they live and how they are sent, and no warning of a library', async () => {
  expect(output).toMatch(/send the header "Authorization: Bearer <token>"\.\nThese live for 60 minutes/)
  expect(output).not.toMatch(/oidc-provider/)
  for (const organisation of ['london-borough-of-camden', 'london-borough-of-lambeth']) {
    const printed = new RegExp(`^${organisation}:\\n(\\S+)$`, 'm').exec(output)?.[1] ?? ''
    expect((await asked(printed)).data).toEqual({ viewer: { subject: organisation, organisation: { id: organisation }, scopes: [] } })
  }
})

test('pages of this machine may use it, and npm start says so', async () => {
  expect(output).toMatch(/^Pages of this machine may use it, at any port/m)
  const answer = await fetch(`${url}/graphql`, {
    method: 'OPTIONS',
    headers: { origin: 'http://localhost:5173', 'access-control-request-method': 'POST' },
  })
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([204, 'http://localhost:5173'])
})

test('each of them unlocks what npm start says, and its query is refused without one', async () => {
  expect(output).toMatch(/^Without one: AGREEMENT_REQUIRED: The table\s+camden\/library-members\/library-members is closed/m)
  expect(output).toMatch(/^│ Quillfeather +│ Kilburn Library Centre +│$/m)
  const printed = [...output.matchAll(/^(london-[\w-]+):\n(\S+)\nopens .*?([\w-]+\/[\w-]+\/[\w-]+),/gm)]
  expect(printed).toHaveLength(2)
  for (const [, , token = '', table] of printed) {
    const count = `{ query(input: { from: { table: "${table}" }, measures: [{ function: COUNT }] }) { rows } }`
    expect((await asked(token, count)).errors).toBeUndefined()
    expect((await ask(url, count)).errors).toHaveLength(1)
  }
})

test('closed tables of three boroughs are joined under signed agreements, for their purpose and their parties alone', async () => {
  const [, file = ''] = /npx dials query (\S+)/.exec(output) ?? []
  const [licensing = '', fraud = ''] = [...output.matchAll(/--purpose (\S+)$/gm)].map(([, iri = '']) => iri)
  const run = async (organisation: string | undefined, purpose: string, ...more: string[]) => {
    const env = { DIALS_TOKEN: organisation === undefined ? '' : await token('--organisation', organisation) }
    const program = dials(['query', file, '--url', url, '--purpose', purpose, ...more], env)
    return { code: await program.exited, output: program.output() }
  }
  const found = await run('housing-enforcement', licensing)
  expect(found).toMatchObject({ code: 0, output: expect.stringMatching(/^│ 9900\d{8} │ [A-Z]+0 +│ +\d │ +\d │$/m) })
  expect(found.output).toMatch(/^tax ⋈ claims: \d+ of \d+ rows of tax/m)
  const whole = JSON.parse((await run('housing-enforcement', licensing, '--json')).output) as {
    columns: { name: string; decision: string }[]
    receipt: { leafIndex: number } | null
    sources: { spoke: string; status: string }[]
  }
  expect(whole.columns.map(({ name, decision }) => [name, decision])).toEqual([
    ['uprn', 'ALLOW'],
    ['district', 'MASK'],
    ['adults', 'ALLOW'],
    ['claims', 'ALLOW'],
  ])
  expect(whole.receipt?.leafIndex).toBeGreaterThan(0)
  expect(new Set(whole.sources.map(({ spoke }) => spoke))).toEqual(new Set(['barnet', 'camden', 'lambeth']))
  expect(await run('housing-enforcement', fraud)).toMatchObject({ code: 1, output: expect.stringMatching(/PURPOSE_NOT_PERMITTED/) })
  for (const stranger of ['london-borough-of-wandsworth', 'greater-london-authority', undefined])
    expect(await run(stranger, licensing)).toMatchObject({ code: 1, output: expect.stringMatching(/UNKNOWN_TABLE: There is no table/) })
  // Its own tables a borough reads without an agreement; its neighbours' are not there for it.
  expect(await run('london-borough-of-camden', licensing)).toMatchObject({ code: 1, output: expect.stringMatching(/barnet\/council-tax/) })
})

test('the agreements of the demonstration are made once', async () => {
  const query = '{ agreements(first: 100) { totalCount nodes { kind state discloser { id } } } }'
  const { data } = await asked(await token('--organisation', 'housing-enforcement'), query)
  expect(data).toMatchObject({ agreements: { totalCount: 6 } })
})

test('what npm start prints fits 80 columns, but for tokens, which are copied whole', () => {
  const wide = output.split('\n').filter((line) => [...line].length > 80 && !/^eyJ[\w.-]+$/.test(line))
  expect(wide).toEqual([])
})

test('dials token --organisation gives one, with scopes; without it the operator’s', async () => {
  const gla = await token('--organisation', 'greater-london-authority', '--scope', 'agreements:write')
  expect((await asked(gla)).data).toEqual({
    viewer: { subject: 'greater-london-authority', organisation: { id: 'greater-london-authority' }, scopes: ['agreements:write'] },
  })
  for (const forbidden of ['spoke: "camden"', 'spoke: "nowhere"', 'spoke: "gla", allowShrink: true'])
    expect((await asked(gla, `mutation { harvest(${forbidden}) { status } }`)).errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  const operator = await token('--config', 'examples/london/hub.yaml')
  expect((await asked(operator)).data).toEqual({ viewer: { subject: 'operator', organisation: null, scopes: ['hub:operate'] } })
})

test('dials spoke publish has the own spoke of an organisation harvested by its token, and no other', async () => {
  const publish = async (spoke: string, env: NodeJS.ProcessEnv) => {
    const program = dials(['spoke', 'publish', '--config', `examples/london/${spoke}/spoke.yaml`, '--url', url], env)
    return { code: await program.exited, output: program.output() }
  }
  const env = { DIALS_TOKEN: await token('--organisation', 'london-borough-of-camden') }
  const own = await publish('camden', env)
  expect(own.output).toMatch(/│ camden │ COMPLETE │/)
  expect(own.code).toBe(0)
  expect(await publish('barnet', env)).toMatchObject({
    code: 1,
    output: expect.stringContaining('organisation of a spoke may harvest that spoke'),
  })
  expect(await publish('camden', { DIALS_TOKEN: '' })).toMatchObject({ code: 1, output: expect.stringContaining('This needs a token') })
})

test('a token that was tampered with, and two Authorization headers, are refused', async () => {
  const camden = await token('--organisation', 'london-borough-of-camden')
  const [head = '', claims = '', signature = ''] = camden.split('.')
  const barnet = Buffer.from(Buffer.from(claims, 'base64url').toString().replaceAll('camden', 'barnet')).toString('base64url')
  expect((await asked(`${head}.${barnet}.${signature}`)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  const body = await new Promise<string>((resolve, reject) => {
    const post = request(`${url}/graphql`, { method: 'POST' }, (response) => {
      let text = ''
      response
        .setEncoding('utf8')
        .on('data', (part: string) => (text += part))
        .on('end', () => resolve(text))
    })
    post.on('error', reject)
    post.setHeader('content-type', 'application/json')
    post.setHeader('authorization', [`Bearer ${camden}`, `Bearer ${camden}`])
    post.end(JSON.stringify({ query: viewer }))
  })
  expect(body).toContain('UNAUTHENTICATED')
})

test('the demonstration leaves no note when it stops', async () => {
  expect((await stat(demoNoteFile(dataFolder))).mode & 0o777).toBe(0o600)
  const before = demo.output().length
  expect(await demo.stop()).toBe(0)
  expect(demo.output().slice(before)).toBe('Stopped.\n')
  await expect(stat(demoNoteFile(dataFolder))).rejects.toThrow('ENOENT')
})
