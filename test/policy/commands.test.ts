import { readFile, stat, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dials } from '../support/dials.js'
import { openWorkspace, type Workspace } from '../support/workspace.js'
import { accounts, type Pilot, purposes, startPilot } from './support/pilot.js'

let files: Workspace
let pilot: Pilot
beforeAll(async () => {
  files = await openWorkspace({})
  // The keys are those that the commands make.
  for (const party of ['camden', 'enforcement'])
    expect(await run('agreement', 'keygen', '--out', files.path(`${party}.jwk`))).toMatchObject({ code: 0 })
  pilot = await startPilot(async (party) => (party === 'barnet' ? undefined : readFile(files.path(`${party}.jwk.jwks.json`), 'utf8')))
})
afterAll(async () => {
  await pilot.close()
  await files.remove()
})

async function run(...args: string[]) {
  return runWith(undefined, ...args)
}

async function runWith(token: string | undefined, ...args: string[]) {
  const program = dials(args, token === undefined ? {} : { DIALS_TOKEN: token })
  const code = await program.exited
  return { code, output: program.output() }
}

const document = await readFile('docs/agreements.md', 'utf8')
const [, disclosureYaml = ''] = /```yaml\n( *title:[^`]*)```/.exec(document) ?? []

describe('the commands of docs/agreements.md', () => {
  let id = ''
  it('make keys, which are never replaced, and keep the earlier public ones', async () => {
    expect(((await stat(files.path('camden.jwk'))).mode & 0o777).toString(8)).toBe('600')
    const again = await run('agreement', 'keygen', '--out', files.path('camden.jwk'))
    expect(again).toMatchObject({ code: 2, output: expect.stringMatching(/never replaced/) })
    const next = await run('agreement', 'keygen', '--out', files.path('next.jwk'), '--public', files.path('history.json'))
    expect(next.code).toBe(0)
    await run('agreement', 'keygen', '--out', files.path('later.jwk'), '--public', files.path('history.json'))
    expect((JSON.parse(await readFile(files.path('history.json'), 'utf8')) as { keys: object[] }).keys).toHaveLength(2)
    expect(await readFile(files.path('history.json'), 'utf8')).not.toContain('"d"')
  })

  it('submit, show and sign both agreements, and rows flow', async () => {
    const receipt = disclosureYaml.replace('kind: DISCLOSURE', 'kind: RECEIPT').replace(/columns:\n[^]*$/, 'columns: []\n')
    await writeFile(files.path('disclosure.yaml'), disclosureYaml)
    await writeFile(files.path('receipt.yaml'), receipt)
    const hub = ['--url', pilot.hub.url]
    for (const [name, maker] of [
      ['disclosure.yaml', 'camden'],
      ['receipt.yaml', 'enforcement'],
    ] as const) {
      // A recipient learns of the table by the disclosure.
      const submitted = await runWith(await pilot.token(maker), 'agreement', 'submit', files.path(name), ...hub)
      expect(submitted).toMatchObject({ code: 0, output: expect.stringMatching(/OFFERED, SHA-256 [0-9a-f]{64}/) })
      const [made = ''] = submitted.output.split(' ')
      id ||= made
      const shown = await runWith(await pilot.token('camden'), 'agreement', 'sign', '--id', made, '--key', files.path('camden.jwk'), ...hub)
      expect(shown).toMatchObject({ code: 0, output: expect.stringMatching(/Not signed/) })
      if (name === 'disclosure.yaml') expect(shown.output).toMatch(/Born: SELECT \[generalise to=year\]/)
      for (const party of ['camden', 'enforcement'] as const) {
        const signed = await runWith(
          await pilot.token(party),
          'agreement',
          'sign',
          '--id',
          made,
          '--key',
          files.path(`${party}.jwk`),
          '--yes',
          ...hub,
        )
        expect(signed).toMatchObject({ code: 0, output: expect.stringMatching(party === 'camden' ? /is OFFERED/ : /is IN_FORCE/) })
      }
    }
    const answer = await pilot.ask<{ query: { rows: unknown[][] } }>(
      'enforcement',
      `{ query(input: { from: { table: "${accounts}" }, select: [{ column: "UPRN" }, { column: "Born" }], orderBy: [{ column: "UPRN" }] }) { rows } }`,
      { purpose: purposes.licensing },
    )
    expect(answer.data?.query.rows).toEqual([
      [100000000001, '1971-01-01'],
      [100000000003, '1990-01-01'],
    ])
  })

  it('do not sign with the key of another, nor for a stranger', async () => {
    const args = ['agreement', 'sign', '--id', id, '--yes', '--url', pilot.hub.url, '--key']
    expect(await runWith(await pilot.token('camden'), ...args, files.path('enforcement.jwk'))).toMatchObject({ code: 1 })
    expect(await runWith(await pilot.token('barnet'), ...args, files.path('enforcement.jwk'))).toMatchObject({ code: 1 })
    expect(await runWith(await pilot.token('camden'), ...args, files.path('disclosure.yaml'))).toMatchObject({ code: 2 })
  })

  it('list, show, suspend, resume and end an agreement', async () => {
    const hub = ['--url', pilot.hub.url]
    const as = async (party: 'camden' | 'enforcement' | 'barnet', ...args: string[]) =>
      runWith(await pilot.token(party), 'agreement', ...args, ...hub)
    const listed = await as('enforcement', 'list', '--state', 'IN_FORCE')
    expect(listed).toMatchObject({
      code: 0,
      output: expect.stringMatching(new RegExp(`│ ${id} │ IN_FORCE │ DISCLOSURE │ camden │ enforcement │`)),
    })
    expect(JSON.parse((await as('camden', 'list', '--json')).output)).toHaveLength(2)
    expect((await as('barnet', 'list')).output).toBe('Your organisation has no such agreement.\n')
    const shown = await as('camden', 'show', id)
    expect(shown.output).toMatch(/Adults: SELECT, FILTER, AGGREGATE/)
    expect(shown.output).toMatch(/state: IN_FORCE\n {2}signed by camden at \d{4}-/)
    expect(await as('barnet', 'show', id)).toMatchObject({ code: 1, output: expect.stringMatching(/There is no such agreement/) })
    expect(await as('camden', 'suspend', id)).toMatchObject({ code: 2, output: expect.stringMatching(/--reason/) })
    expect(await as('camden', 'suspend', id, '--reason', 'A breach is looked into')).toMatchObject({
      code: 0,
      output: 'The agreement is SUSPENDED.\n',
    })
    const query = `{ query(input: { from: { table: "${accounts}" }, select: [{ column: "UPRN" }] }) { rows } }`
    const ask = () => pilot.ask('enforcement', query, { purpose: purposes.licensing })
    // The table is listed to parties alone, and nobody is one now.
    expect((await ask()).errors?.[0]?.extensions.code).toBe('UNKNOWN_TABLE')
    expect((await as('enforcement', 'show', id)).output).toMatch(/state: SUSPENDED, A breach is looked into/)
    expect(await as('enforcement', 'resume', id)).toMatchObject({ code: 1 })
    expect(await as('camden', 'resume', id)).toMatchObject({ code: 0, output: 'The agreement is IN_FORCE.\n' })
    expect((await ask()).errors).toBeUndefined()
  })

  it('list what a spoke has taken, and have it refused at once', async () => {
    const folder = ['--data-dir', pilot.workspace.path('hub/spokes/camden')]
    expect((await run('spoke', 'agreements', ...folder)).output).toMatch(new RegExp(`${id}  v1  taken  DISCLOSURE`))
    const query = `{ query(input: { from: { table: "${accounts}" }, select: [{ column: "UPRN" }] }) { rows } }`
    const ask = () => pilot.ask('enforcement', query, { purpose: purposes.licensing })
    expect((await run('spoke', 'agreements', ...folder, '--refuse', id)).output).toMatch(/REFUSED/)
    expect((await ask()).errors?.[0]?.extensions.code).toBe('AGREEMENT_REQUIRED')
    await run('spoke', 'agreements', ...folder, '--allow', id)
    expect((await ask()).errors).toBeUndefined()
    expect((await run('spoke', 'agreements', ...folder, '--refuse', 'all')).code).toBe(2)
  })

  it('end an agreement for good', async () => {
    const args = ['--reason', 'The pilot is over', '--url', pilot.hub.url]
    expect(await runWith(await pilot.token('enforcement'), 'agreement', 'end', id, ...args)).toMatchObject({
      output: 'The agreement is TERMINATED.\n',
    })
    expect(await runWith(await pilot.token('camden'), 'agreement', 'resume', id, ...args.slice(2))).toMatchObject({ code: 1 })
  })
})
