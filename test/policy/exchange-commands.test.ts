import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toOdrl } from '../../src/policy/odrl/to-odrl.js'
import { agreementSchema } from '../../src/policy/agreement.js'
import { dials } from '../support/dials.js'
import { openWorkspace, type Workspace } from '../support/workspace.js'
import { accounts, agreementInput, type Party, type Pilot, purposes, startPilot } from './support/pilot.js'

let files: Workspace
let pilot: Pilot
let disclosure = ''
let receipt = ''
beforeAll(async () => {
  files = await openWorkspace({})
  pilot = await startPilot()
  disclosure = await pilot.agree(
    agreementInput('DISCLOSURE', { impactAssessment: { sha256: 'b'.repeat(64), url: 'https://camden.example/dpia.pdf' } }),
  )
  receipt = await pilot.agree(agreementInput('RECEIPT', { onwardSharing: true, retentionDays: null }))
})
afterAll(async () => {
  await pilot.close()
  await files.remove()
})

/** Runs `dials agreement` for a party. */
async function run(party: Party, ...args: string[]) {
  const program = dials(['agreement', ...args, '--url', pilot.hub.url], { DIALS_TOKEN: await pilot.token(party) })
  const code = await program.exited
  return { code, output: program.output() }
}

async function canonicalOf(id: string): Promise<string> {
  const answer = await pilot.ask<{ agreement: { canonical: string } }>('camden', `{ agreement(id: "${id}") { canonical } }`)
  return answer.data?.agreement.canonical ?? ''
}

async function agreementWith(id: string) {
  return agreementSchema.parse(JSON.parse(await canonicalOf(id)))
}

async function statesOf(): Promise<string[]> {
  const answer = await pilot.ask<{ agreements: { nodes: { id: string; state: string }[] } }>(
    'camden',
    '{ agreements { nodes { id state } } }',
  )
  return answer.data?.agreements.nodes.map(({ id, state }) => `${id} ${state}`) ?? []
}

describe('an agreement that is passed on', () => {
  it.each(['disclosure', 'receipt'])('comes back the same: a %s', async (kind) => {
    const id = kind === 'receipt' ? receipt : disclosure
    const file = files.path(`${kind}.jsonld`)
    expect(await run('enforcement', 'export', '--id', id, '--out', file)).toEqual({ code: 0, output: '' })
    const imported = await run('camden', 'import', file)
    expect(imported).toMatchObject({ code: 0, output: expect.stringMatching(/^\S+ OFFERED, SHA-256 [0-9a-f]{64}$/m) })
    const [made = ''] = imported.output.split(' ')
    expect(made).not.toBe(id)
    expect(await agreementWith(made)).toEqual({ ...(await agreementWith(id)), id: made, version: 1 })
  })

  it('is written to standard output, in each format', async () => {
    const odrl = await run('camden', 'export', '--id', disclosure)
    expect(odrl.code).toBe(0)
    expect(JSON.parse(odrl.output)).toEqual(toOdrl(await agreementWith(disclosure)))
    const json = await run('camden', 'export', '--id', disclosure, '--format', 'json')
    expect(json).toEqual({ code: 0, output: await canonicalOf(disclosure) })
    const answer = await pilot.ask<{ agreement: { digest: string } }>('camden', `{ agreement(id: "${disclosure}") { digest } }`)
    expect(createHash('sha256').update(json.output).digest('hex')).toBe(answer.data?.agreement.digest)
  })

  it('has a row for the public, with what the hub knows and no more than that', async () => {
    const args = ['export', '--id', disclosure, '--format', 'register', '--contact', 'dpo@camden.example']
    const { code, output } = await run('camden', ...args)
    expect(code).toBe(0)
    const [row] = parse(output, { columns: true }) as Record<string, string>[]
    expect(row).toMatchObject({
      Title: 'Candidate HMOs',
      Purposes: 'Housing enforcement',
      'Legal power': 'Housing Act 2004, s.237',
      'Controller of the data': 'Borough of Camden',
      Recipients: 'enforcement (name not recorded)',
      'Kept for': '90 days',
      Contact: 'dpo@camden.example',
    })
    expect(row?.['Categories of personal data']).toMatch(/dates of birth/)
    expect(output).not.toMatch(/Adults|gte|pseudonymise/)
    const unknown = await run('camden', 'export', '--id', receipt, '--format', 'register')
    expect((parse(unknown.output, { columns: true }) as object[])[0]).toMatchObject({
      'Kept for': 'not recorded',
      Contact: 'not recorded',
      'Categories of personal data': 'those that the disclosure lets out',
    })
  })
})

describe('what is refused', () => {
  it('is a file with anything that is not understood, and nothing is made of it', async () => {
    const before = await statesOf()
    const document = toOdrl(await agreementWith(disclosure)) as { permission: { constraint: object[] }[] }
    const text = JSON.stringify(document)
    document.permission[1]?.constraint.push({
      leftOperand: 'spatial',
      operator: 'eq',
      rightOperand: 'https://www.iso.org/obp/ui/#iso:code:3166:GB',
    })
    const file = files.path('refused.jsonld')
    for (const [content, code, message] of [
      [JSON.stringify(document), 1, /permission\[1\]\.constraint\[4\] is not understood/],
      [text.replace('"permission":', '"permission":[],"permission":'), 1, /in line 1 a member stands twice/],
      [text.replaceAll(purposes.enforcement, purposes.fraud), 1, /sd:digest is of another agreement/],
      ['[]', 1, /must be an object/],
      ['title: Candidate HMOs', 2, /it is no JSON/],
      ['', 2, /it is no JSON/],
    ] as const) {
      await writeFile(file, content)
      expect(await run('camden', 'import', file)).toEqual({ code, output: expect.stringMatching(message) })
    }
    expect(await run('camden', 'import', files.path('none.jsonld'))).toMatchObject({
      code: 2,
      output: expect.stringMatching(/no such file/),
    })
    expect(await statesOf()).toEqual(before)
  })

  it('is what the hub refuses of any agreement', async () => {
    const agreement = await agreementWith(disclosure)
    const file = files.path('unenforceable.jsonld')
    const tables = [{ table: accounts, columns: [], rowFilter: null, obligations: [{ type: 'aggregate-only', params: null }] }]
    await writeFile(file, JSON.stringify(toOdrl({ ...agreement, tables })))
    expect(await run('camden', 'import', file)).toMatchObject({ code: 1, output: expect.stringMatching(/aggregate-only is not known/) })
    await writeFile(file, JSON.stringify(toOdrl(agreement)))
    expect(await run('barnet', 'import', file)).toMatchObject({ code: 1, output: expect.stringMatching(/FORBIDDEN/) })
  })

  it('is an export to a stranger, or by a command line that is wrong, and a file stays as it was', async () => {
    const file = files.path('kept.jsonld')
    await writeFile(file, 'kept')
    expect(await run('barnet', 'export', '--id', disclosure, '--out', file)).toMatchObject({ code: 1 })
    expect(await run('camden', 'export', '--id', disclosure, '--format', 'xml', '--out', file)).toMatchObject({ code: 2 })
    expect(await run('camden', 'export', '--id', disclosure, '--contact', 'x', '--out', file)).toMatchObject({ code: 2 })
    expect(await run('camden', 'export', '--out', file)).toMatchObject({ code: 2 })
    expect(await readFile(file, 'utf8')).toBe('kept')
    expect(await run('camden', 'export', '--id', disclosure, '--out', files.path('none/x.jsonld'))).toMatchObject({ code: 2 })
  })
})
