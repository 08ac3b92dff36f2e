import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { dials } from '../support/dials.js'
import { openWorkspace, type Workspace } from '../support/workspace.js'
import { accounts, agreementInput, type Pilot, purposes, startPilot } from './support/pilot.js'

let files: Workspace
beforeAll(async () => {
  files = await openWorkspace({})
})
afterAll(() => files.remove())

async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const program = dials(['agreement', ...args], env)
  let errors = ''
  program.process.stderr?.on('data', (piece: string) => (errors += piece))
  const code = await program.exited
  return { code, output: program.output(), errors }
}

/** What a command tells about an agreement in a file. */
async function check(input: object | string, ...more: string[]) {
  const file = files.path(typeof input === 'string' ? 'agreement.md' : 'agreement.yaml')
  await writeFile(file, typeof input === 'string' ? input : stringify(input))
  const { code, output } = await run(['check', file, ...more])
  return { code, output, findings: output.split('\n').filter((line) => /^(REFUSED|WARNING|NOTE) /.test(line)) }
}

const disclosure = (changes: object = {}) => agreementInput('DISCLOSURE', { validUntil: '2030-01-01T00:00:00Z', ...changes })

/** The template, with each blank of the front matter filled in by hand, and those of the text too. */
async function filledIn(): Promise<string> {
  const { output: template } = await run(['new', '--template', 'data-sharing-agreement'])
  const values = [
    'Candidate HMOs',
    'camden',
    'enforcement',
    purposes.licensing,
    'https://w3id.org/dpv/legal/eu/gdpr#A6-1-e-public-interest',
    'Housing Act 2004, s.237',
    '2026-04-01T00:00:00Z',
    '2029-04-01T00:00:00Z',
    '90',
    'a'.repeat(64),
    accounts,
    'UPRN',
  ]
  let at = 0
  const quoted = template.replaceAll(/'\[to fill in: [^\]]*\]'/g, () => {
    const value = values[at++] ?? ''
    return /^\d+$/.test(value) ? value : `'${value}'`
  })
  expect(at).toBe(values.length)
  return quoted.replaceAll(/\[to fill in: [^\]]*\]/g, 'as agreed')
}

describe('dials agreement new', () => {
  it('refuses what is nested without end, and does not fail by it', async () => {
    const deep = Array.from({ length: 3000 }).reduce<object>((inner) => ({ not: inner }), { column: 'Adults', gte: 3 })
    const file = files.path('deep.json')
    await writeFile(file, JSON.stringify(disclosure({ tables: [{ table: accounts, columns: [], rowFilter: deep }] })))
    for (const command of ['check', 'submit'])
      expect(await run([command, file])).toMatchObject({ code: 2, output: expect.stringMatching(/deep\.json: it is nested deeper/) })
  })

  it('prints a template, or writes it to a file that is not there yet', async () => {
    const printed = await run(['new', '--template', 'impact-assessment'])
    expect(printed).toMatchObject({ code: 0, output: await readFile('templates/impact-assessment.md', 'utf8') })
    const out = files.path('terms.md')
    expect(await run(['new', '--template', 'operator-terms', '--out', out])).toMatchObject({ code: 0 })
    expect(await readFile(out, 'utf8')).toBe(await readFile('templates/operator-terms.md', 'utf8'))
    expect(await run(['new', '--template', 'operator-terms', '--out', out])).toMatchObject({
      code: 2,
      output: expect.stringMatching(/there already/),
    })
    expect((await run(['new', '--template', 'treaty'])).code).toBe(2)
    expect((await run(['new'])).code).toBe(2)
  })
})

describe('dials agreement check', () => {
  it('refuses the template as it is, and says what is to be filled in', async () => {
    const { code, findings } = await check(await readFile('templates/data-sharing-agreement.md', 'utf8'))
    expect(code).toBe(1)
    expect(findings.length).toBeGreaterThan(30)
    for (const finding of findings) expect(finding).toMatch(/^REFUSED TO_FILL_IN at \S.*: This is to be filled in: .+\. \(the template\)$/)
    expect(findings.join('\n')).toMatch(/at recipients\[0\]: .*an organisation that may have them/)
  })

  it('accepts the template once it is filled in, and not with one blank left', async () => {
    const filled = await filledIn()
    expect(await check(filled)).toMatchObject({ code: 0, findings: [], output: expect.stringMatching(/REFUSED: 0, WARNING: 0, NOTE: 0/) })
    for (const left of [
      filled.replace('camden', '[to fill in: who]'),
      `${filled}\n[To fill in more`,
      filled.replace('as agreed', '[to fill in: x]'),
    ])
      expect(await check(left)).toMatchObject({ code: 1, findings: [expect.stringMatching(/TO_FILL_IN/)] })
    expect(await check(filled.replaceAll('\n', '\r\n'))).toMatchObject({ code: 0, findings: [] })
  })

  it('tells one finding a line, and that it knows no columns', async () => {
    const changes = { legalBases: ['https://w3id.org/dpv/legal/eu/gdpr#A6-1-f'], legalGateway: null, validUntil: '2040-01-01T00:00:00Z' }
    const { code, findings, output } = await check(disclosure(changes))
    expect(code).toBe(1)
    expect(findings).toEqual([
      expect.stringMatching(/^REFUSED LEGITIMATE_INTERESTS at legalBases\[0\]: .*\(UK GDPR, Article 6\(1\), last sentence\)$/),
      expect.stringMatching(/^WARNING NO_REAL_END at validUntil: /),
      expect.stringMatching(/^NOTE {4}NO_GATEWAY at legalGateway: /),
    ])
    expect(output).toMatch(/Which columns are personal is not known here/)
  })

  it('does not fail for warnings', async () => {
    expect(await check(disclosure({ validUntil: '2040-01-01T00:00:00Z' }))).toMatchObject({
      code: 0,
      findings: [expect.stringMatching(/NO_REAL_END/)],
    })
  })

  it.each<[string, string, string, RegExp]>([
    ['no agreement', 'a.yaml', 'title: A\n', /is missing/],
    ['a list', 'a.yaml', '- title: A\n', /holds no agreement/],
    ['an unknown member', 'a.yaml', stringify(disclosure({ id: 'a' })), /no key 'id'/],
    [
      'a column of another form',
      'a.json',
      JSON.stringify(disclosure({ tables: [{ table: accounts, columns: ['UPRN'] }] })),
      /columns\[0\]/,
    ],
    ['no YAML', 'a.yaml', 'title: [A\n', /line 2/],
    ['Markdown without front matter', 'a.md', '# A\n', /without front matter/],
    ['front matter without an end', 'a.md', '---\ntitle: A\n', /without front matter/],
    ['front matter that is no YAML', 'a.md', '---\ntitle: A\nkind: [B\n---\n', /line 4/],
  ])('ends with 2 for %s', async (_name, name, text, why) => {
    await writeFile(files.path(name), text)
    const told = await run(['check', files.path(name)])
    expect(told).toMatchObject({ code: 2, output: expect.stringMatching(why) })
  })

  it('ends with 2 for a file that is not there', async () => {
    expect(await run(['check', files.path('nowhere.yaml')])).toMatchObject({ code: 2, output: expect.stringMatching(/no such file/) })
  })
})

describe('with a hub', () => {
  let pilot: Pilot
  beforeAll(async () => {
    pilot = await startPilot()
  })
  afterAll(() => pilot.close())

  it('finds what concerns the personal columns of its tables', async () => {
    const hub = ['--url', pilot.hub.url, '--token', await pilot.token('camden')]
    const named = [
      { column: 'Adults', uses: ['SELECT'] },
      { column: 'Name', uses: ['SELECT'] },
      { column: 'Nmae', uses: ['SELECT'] },
    ]
    const changes = { tables: [{ table: accounts, columns: named }], retentionDays: null, onwardSharing: true, purposes: ['a:unknown'] }
    const { code, findings, output } = await check(disclosure(changes), ...hub)
    expect([code, findings.map((line) => line.split(/ +/)[1])]).toEqual([
      1,
      ['UNKNOWN_PURPOSE', 'UNKNOWN_COLUMN', 'NO_IMPACT_ASSESSMENT', 'NO_RETENTION', 'ONWARD_SHARING', 'PERSONAL_AS_IT_IS'],
    ])
    expect(findings.at(-1)).toMatch(/at tables\[0\]\.columns\[1\]: .*'Name'/)
    expect(findings[1]).toMatch(/at tables\[0\]\.columns\[2\]: .* has no column 'Nmae'/)
    expect(output).not.toMatch(/not known here/)
  })

  it('says which tables the token may not see', async () => {
    const { code, findings, output } = await check(disclosure(), '--url', pilot.hub.url, '--token', await pilot.token('barnet'))
    expect([code, findings]).toEqual([0, []])
    expect(output).toMatch(new RegExp(`The hub shows no table ${accounts}`))
  })

  it('fails where no hub answers', async () => {
    expect(await check(disclosure(), '--url', 'http://127.0.0.1:9')).toMatchObject({ code: 1, output: expect.stringMatching(/no hub/i) })
  })

  it('submits a filled-in template, and warns on stderr of what is known without a hub', async () => {
    const hub = ['--url', pilot.hub.url]
    const env = { DIALS_TOKEN: await pilot.token('camden') }
    const file = files.path('filled.md')
    await writeFile(file, await filledIn())
    expect(await run(['submit', file, ...hub], env)).toMatchObject({ code: 0, errors: '', output: expect.stringMatching(/OFFERED/) })
    await writeFile(file, (await filledIn()).replace('2029-04-01', '2039-04-01'))
    const warned = await run(['submit', file, ...hub], env)
    expect(warned).toMatchObject({ code: 0, output: expect.stringMatching(/OFFERED/) })
    expect(warned.errors).toMatch(/^WARNING NO_REAL_END at validUntil: [^\n]*\n$/)
    const refused = await run(['submit', 'templates/data-sharing-agreement.md', ...hub], env)
    expect(refused).toMatchObject({ code: 2, output: expect.stringMatching(/not filled in yet/) })
  })

  it('lets the hub decide on a form that is not known here', async () => {
    const file = files.path('other.yaml')
    await writeFile(file, stringify({ ...disclosure(), more: 1 }))
    const told = await run(['submit', file, '--url', pilot.hub.url], { DIALS_TOKEN: await pilot.token('camden') })
    expect(told).toMatchObject({ code: 1, errors: expect.stringMatching(/^Not checked here: .*\n.*more/) })
  })

  it('makes what check accepts, and refuses what it refuses', async () => {
    const make = (input: object) =>
      pilot.ask('camden', 'mutation ($input: AgreementInput!) { createAgreement(input: $input) { id } }', { variables: { input } })
    for (const term of ['A6-1-e', 'A6-1-a-explicit-consent', 'A6-1-f', 'A6-1-ee', 'A9-2-g']) {
      const input = disclosure({ legalBases: [`https://w3id.org/dpv/legal/eu/gdpr#${term}`] })
      const { code } = await check(input)
      const { errors } = await make(input)
      expect([term, errors?.[0]?.extensions.code]).toEqual([term, code === 0 ? undefined : 'BAD_USER_INPUT'])
    }
    // The template is YAML too.
    const [, front = ''] = /^---\n([^]*?)---\n/.exec(await filledIn()) ?? []
    expect((await make(parse(front) as object)).errors).toBeUndefined()
  })
})
