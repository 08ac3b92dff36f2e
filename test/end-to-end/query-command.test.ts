import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'
import { loseSpoke } from '../support/processes.js'
import { startRogue } from '../support/spoke.js'

const wide = 'Ward,Note\nKilburn,\nHolborn,"\u001b[31mred"\nBarnsbury,"two\nlines"\nLong,' + 'x'.repeat(70) + '\n'
const big = '[{"id":1,"j":{"big":9007199254740993,"small":1.5}}]'
const visits = 'Library,Day\nKilburn,2026-01-01\nKilburn,2026-01-02\nHendon,2026-01-02\n,2026-01-03\n'
const held = hubOfTwo({ 'camden/data/wards.csv': wide, 'camden/data/big.json': big, 'barnet/data/visits.csv': visits })
const program = fileURLToPath(new URL('../../bin/dials.js', import.meta.url))

interface Ended {
  code: number | null
  output: string
  errors: string
}

/** `dials query` with this standard input, against the hub unless the arguments name another. */
async function query(args: string[], { input = '', env = {} }: { input?: string | Buffer; env?: NodeJS.ProcessEnv } = {}): Promise<Ended> {
  const { DIALS_TOKEN: _ours, ...inherited } = process.env
  const child = spawn(process.execPath, [program, 'query', ...(args.includes('--url') ? [] : ['--url', held.hub.url]), ...args], {
    env: { ...inherited, ...env },
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  // It may refuse the command line before it has read anything.
  child.stdin.on('error', () => undefined).end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output, errors }
}

const both = `
from: { union: [camden/libraries/libraries, barnet/libraries/libraries] }
groupBy: [{ column: _spoke, as: borough }]
measures: [{ function: COUNT, as: libraries }]
orderBy: [{ column: libraries, direction: DESC }]
`
const rowsOf = (table: string, more: object = {}) => JSON.stringify({ from: { table }, ...more })

describe('an answer', () => {
  test('CLI-BIG: keeps the digits of numbers within JSON values, as a table and as JSON', async () => {
    const input = rowsOf('camden/big/big')
    expect((await query([], { input })).output).toContain('{"big":9007199254740993,"small":1.5}')
    expect((await query(['--json'], { input })).output).toContain('{"big":9007199254740993,"small":1.5}')
  })

  test('of YAML on standard input is a table and the number of rows', async () => {
    const ended = await query([], { input: both })
    expect(ended).toEqual({
      code: 0,
      errors: '',
      output: `┌─────────┬───────────┐
│ borough │ libraries │
├─────────┼───────────┤
│ camden  │         2 │
├─────────┼───────────┤
│ barnet  │         1 │
└─────────┴───────────┘
2 rows
`,
    })
    expect(await query(['-'], { input: both })).toEqual(ended)
    expect(await query(['-', '--url', `${held.hub.url}/graphql`], { input: both }), 'the address that the hub prints').toEqual(ended)
  })

  test('of a file, in JSON or YAML, with --json is the whole of it', async () => {
    await held.workspace.write({
      'query.json': `\ufeff${rowsOf('camden/wards/wards', { limit: 4 })}`,
      'query.yaml': 'from: { table: camden/wards/wards }\nlimit: 4\n',
    })
    const { code, output } = await query(['--json', held.workspace.path('query.json')])
    expect(code).toBe(0)
    const answer = JSON.parse(output) as { rows: unknown[][]; transaction: string }
    expect(answer).toMatchObject({
      columns: [
        { name: 'Ward', type: 'STRING', encoding: 'STRING' },
        { name: 'Note', type: 'STRING' },
      ],
      rows: [
        ['Kilburn', null],
        ['Holborn', '\u001b[31mred'],
        ['Barnsbury', 'two\nlines'],
        ['Long', 'x'.repeat(70)],
      ],
      rowCount: 4,
      truncated: false,
      complete: true,
      withheld: [],
      sources: [{ spoke: 'camden', tables: ['camden/wards/wards'], status: 'OK', error: null }],
    })
    const yaml = await query(['--json', held.workspace.path('query.yaml')])
    expect((JSON.parse(yaml.output) as typeof answer).rows).toEqual(answer.rows)
  })

  test('shows null as empty, cuts what is wide, and lets no cell steer the terminal', async () => {
    const { output } = await query([], { input: rowsOf('camden/wards/wards', { limit: 4 }) })
    expect(output).toMatch(/^│ Kilburn {3}│ +│$/m)
    expect(output).toMatch(/^│ Holborn {3}│ {2}\[31mred +│$/m)
    expect(output).toMatch(/^│ Barnsbury │ two lines +│$/m)
    expect(output).toMatch(/^│ Long {6}│ x{59}… │$/m)
    expect(output).toMatch(/^4 rows$/m)
    expect(output).not.toContain('\u001b')
  })

  test('says that it is truncated', async () => {
    const { code, output } = await query([], { input: rowsOf('camden/wards/wards', { limit: 1 }) })
    expect([code, output.trimEnd().split('\n').at(-1)]).toEqual([0, '1 row; truncated: more rows exist beyond the limit'])
  })

  test('of a join has a line of what matched', async () => {
    const input = JSON.stringify({
      from: { table: 'camden/libraries/libraries' },
      joins: [{ table: { table: 'barnet/visits/visits' }, on: [{ left: 'Name', right: 'Library' }] }],
      measures: [{ function: 'COUNT' }],
    })
    const { code, output } = await query([], { input })
    expect(code).toBe(0)
    expect(output.split('\n').slice(-3)).toEqual([
      '1 row',
      'libraries ⋈ visits: 1 of 2 rows of libraries (50 %) and 2 of 4 rows of visits (50 %) matched, by 1 key; one key became up to 2 rows; on the right 1 null key',
      '',
    ])
    const json = JSON.parse((await query(['--json'], { input })).output) as { matches: unknown[] }
    expect(json.matches).toMatchObject([{ left: 'libraries', right: 'visits', joinedRows: 2, leftRate: 0.5, rightKeys: 2, matchedKeys: 1 }])
  })

  test('may be read in part: a reader that has gone is no failure', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${program}" query --json --url "${held.hub.url}" | true`], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
    child.stdin.end(both)
    await once(child, 'close')
    expect(errors).toBe('')
  })
})

describe('--explain', () => {
  test('draws the tree, each fragment with its native text, and the hub’s own part', async () => {
    const { code, output } = await query(['--explain'], { input: both })
    expect(code).toBe(0)
    expect(output).toMatch(/^limit 1001 offset 0\n( {2})+sort .*\n[^]*scan camden\/libraries\/libraries .*\n/)
    expect(output).toMatch(
      /^#0 camden \(spoke\)\n(?: {2}tables .*\n)? {2}pushed down +PROJECT, AGGREGATE\n {2}left +nothing\n {2}estimated rows +\d+\n {2}native\n {4}\S/m,
    )
    expect(output).toMatch(/^#1 barnet \(spoke\)$/m)
    expect(output).toMatch(/^left to the hub\n {2}SELECT [^]*fragment\('#1'\)/m)
  })

  test('with --json is the plan for programs', async () => {
    const { output } = await query(['--explain', '--json'], { input: both })
    expect(JSON.parse(output)).toMatchObject({
      fragments: [{ spoke: 'camden', connector: 'spoke', pushedDown: ['PROJECT', 'AGGREGATE'], left: [] }, { spoke: 'barnet' }],
    })
  })
})

describe('an error of the graph: exit code 1, no table and no stack', () => {
  test('says the code, the place in the input and near names', async () => {
    const column = await query([], { input: rowsOf('camden/wards/wards', { where: { and: [{ column: 'ward', eq: 'Kilburn' }] } }) })
    expect(column).toEqual({
      code: 1,
      output: '',
      errors: "dials: UNKNOWN_COLUMN: There is no column 'ward' here. Did you mean 'Ward'? (at where.and[0].column in the input)\n",
    })
    const table = await query(['--explain', '--json'], { input: rowsOf('camden/libaries/libraries') })
    expect([table.code, table.output]).toEqual([1, ''])
    expect(table.errors).toMatch(
      /^dials: UNKNOWN_TABLE: There is no table 'camden\/libaries\/libraries'\. Did you mean 'camden\/libraries\/libraries' or '.*'\? \(at from\.table in the input\)\n$/,
    )
  })

  test('reports what is no field of a QueryInput', async () => {
    const { code, errors } = await query([], { input: rowsOf('camden/wards/wards', { limits: 1 }) })
    expect(errors).toMatch(/^dials: BAD_USER_INPUT: .*"limits" is not defined by type "QueryInput".*limit.*\n$/)
    expect(code).toBe(1)
  })
})

describe('a mistake of the command line or the file: exit code 2', () => {
  test.each([
    ['a file that is not there', ['nowhere/query.yaml'], '', /^dials: nowhere\/query\.yaml: there is no such file\n$/],
    ['a folder', ['test'], '', /^dials: test: it cannot be read \(EISDIR\)\n$/],
    ['neither JSON nor YAML', [], 'from: [', /^dials: standard input at line \d+: it is neither JSON nor YAML: [\w ,[\]]+\n$/],
    ['nothing', [], '', /^dials: standard input: it holds no query: give a QueryInput, an object with 'from'\n$/],
    [
      'a document of GraphQL',
      [],
      '# All\nquery Q($x: Int) { query(input: {}) { rows } }',
      /it is a document of GraphQL: give the input of its field 'query'/,
    ],
    ['a selection of GraphQL', [], '{ query(input: { from: "a" }) { rows } }', /it is a document of GraphQL/],
    ['a file of GraphQL', ['graphql/examples/join-of-two-boroughs.graphql'], '', /boroughs\.graphql: it is a document of GraphQL/],
    ['a list', [], '[1]', /^dials: standard input: it holds no query/],
    ['text of another encoding', [], Buffer.from('from: Caf\xe9', 'latin1'), /^dials: standard input: it is not text in UTF-8\n$/],
    ['more than a hub takes', [], '#'.repeat(2_100_000), /^dials: standard input: it is larger than 2 MB/],
    ['no URL', ['--url', 'kilburn'], both, /^error: --url has to be the address of a hub/],
    [
      'a URL with a password',
      ['--url', 'http://me:kilburn-vault-7@127.0.0.1:1'],
      both,
      /^error: --url has to be the address of a hub, without a user or password: .*\n$/,
    ],
    ['a token that is none', ['--token', 'kilburn vault\n7'], both, /^error: what --token holds is not a token\n$/],
  ])('%s', async (_what, args, input, message) => {
    const { code, output, errors } = await query(args, { input })
    expect(errors).toMatch(message)
    expect(errors).not.toContain('vault')
    expect([code, output]).toEqual([2, ''])
  })
})

describe('where a hub should be', () => {
  const seen: (string | undefined)[] = []
  let rogue: Awaited<ReturnType<typeof startRogue>>
  let page: Awaited<ReturnType<typeof startRogue>>
  beforeAll(async () => {
    rogue = await startRogue((request, response) => {
      seen.push(request.headers.authorization)
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ errors: [{ message: `No: ${request.headers.authorization}`, extensions: { code: 'UNAUTHENTICATED' } }] }))
    })
    page = await startRogue((_request, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'))
  })
  afterAll(async () => {
    await rogue.close()
    await page.close()
  })

  test('nobody listens: the message names the URL and the mend', async () => {
    const down = await startRogue(() => undefined)
    await down.close()
    expect(await query(['--url', down.url], { input: both })).toEqual({
      code: 1,
      output: '',
      errors: `dials: No hub answers at ${down.url} (ECONNREFUSED). Start one with 'dials hub', or give its --url.\n`,
    })
  })

  test('something else does', async () => {
    expect(await query(['--url', page.url], { input: both })).toEqual({
      code: 1,
      output: '',
      errors: `dials: What answers at ${page.url} is not a hub (HTTP 502). Give the hub's --url.\n`,
    })
  })

  test('the token of --token, or else of DIALS_TOKEN, is sent and never printed, even where it comes back', async () => {
    seen.length = 0
    const env = { DIALS_TOKEN: 'holborn-vault-8\n' }
    const ended = [
      await query(['--url', rogue.url], { input: both, env }),
      await query(['--url', rogue.url, '--token', 'kilburn-vault-7'], { input: both, env }),
      await query(['--url', rogue.url], { input: both }),
    ]
    expect(seen).toEqual(['Bearer holborn-vault-8', 'Bearer kilburn-vault-7', undefined])
    expect(ended.map(({ code, errors }) => [code, errors])).toEqual([
      [1, 'dials: UNAUTHENTICATED: No: Bearer [redacted]\n'],
      [1, 'dials: UNAUTHENTICATED: No: Bearer [redacted]\n'],
      [1, 'dials: UNAUTHENTICATED: No: undefined\nGive it with --token, or in the variable DIALS_TOKEN.\n'],
    ])
  })

  test('a hub refuses a token that is not good', async () => {
    const { code, errors } = await query(['--token', 'eyJhbGciOiJub25lIn0.e30.'], { input: both })
    expect(errors).toMatch(/^dials: UNAUTHENTICATED: .*\n$/)
    expect(errors).not.toContain('eyJ')
    expect(code).toBe(1)
  })
})

test('--help says all of it, with an example that works', async () => {
  const { code, output } = await query(['--help'])
  expect(code).toBe(0)
  for (const told of [
    'Usage: dials query [options] [file]',
    '--explain',
    '--url <url>',
    'http://localhost:4000',
    '--token <token>',
    'DIALS_TOKEN',
    '--json',
    '$ dials query libraries.yaml',
  ])
    expect(output).toContain(told)
  const example = /libraries\.yaml:\n((?: {2}.*\n)+)/.exec(output)?.[1] ?? ''
  expect((await query([], { input: example })).output).toMatch(/^2 rows$/m)
})

test('a source that does not answer is reported in a line of its own', async () => {
  await loseSpoke(held.hub, held.workspace, 'barnet')
  const partial = await query([], { input: `${both}onSourceError: PARTIAL\n` })
  expect(partial.output).toMatch(/^│ camden +│ +2 │\n└.*┘\n1 row; NOT COMPLETE: .*\nbarnet: FAILED: SOURCE_UNAVAILABLE: \S.*\n$/m)
  expect(partial.code).toBe(0)
  const failed = await query([], { input: both })
  expect([failed.code, failed.output]).toEqual([1, ''])
  expect(failed.errors).toMatch(/^dials: SOURCE_UNAVAILABLE: .*\n$/)
})
