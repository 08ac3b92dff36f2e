import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hubOfTwo } from '../support/hub-of-two.js'
import { until } from '../support/processes.js'
import { startRogue } from '../support/spoke.js'

const catalogue = `
datasets:
  libraries: { title: 'Libraries & "reading" rooms', keywords: [books, Culture], modified: 2026-01-09 }
  trees: { title: Street trees, keywords: [parks] }
`
const held = hubOfTwo({
  'camden/data/trees.csv': 'Species,UPRN\nPlane,100\n',
  'camden/data/reindex.csv': 'Name\nx\n',
  'camden/data/catalogue.yaml': catalogue,
})
const program = fileURLToPath(new URL('../../bin/dials.js', import.meta.url))

interface Ended {
  code: number | null
  output: string
  errors: string
}

/**
 * `dials search`, against the hub unless the arguments name another.
 * @param whenErrors told all of standard error, each time that there is more
 */
async function search(
  args: string[],
  { env = {}, whenErrors }: { env?: NodeJS.ProcessEnv; whenErrors?: (errors: string, interrupt: () => void) => void } = {},
): Promise<Ended> {
  const { DIALS_TOKEN: _ours, ...inherited } = process.env
  const own = args.includes('--url') ? args : ['--url', held.hub.url, ...args]
  const child = spawn(process.execPath, [program, 'search', ...own], { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
    whenErrors?.(errors, () => child.kill('SIGINT'))
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output, errors }
}

const operator = () => ['--config', held.workspace.hubYaml, '--data-dir', held.workspace.path('data')]
const ids = (output: string) => (JSON.parse(output) as { nodes: { dataset: { id: string } }[] }).nodes.map(({ dataset: { id } }) => id)
const titles = (output: string) => [...output.matchAll(/^│ (camden|barnet)\/\S+/gm)].map(([line]) => line.slice(2))

beforeAll(async () => {
  await until(
    'the index knows of all four',
    async () => (await held.hub.ask<{ search: { totalCount: number } }>('{ search { totalCount } }')).data?.search.totalCount === 4,
  )
})

describe('what is found', () => {
  test('is a table with why it matched, and how many there are', async () => {
    const { code, output, errors } = await search(['reading', 'books'])
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(
      /^│ dataset +│ publisher +│ formats +│ modified +│\n├.*\n│ Libraries & "reading" rooms +│ Borough of camden +│ csv +│ 2026-01-09 │\n│ camden\/libraries +│.*\n│ matches in its title; keywords: books +│.*\n└.*\n1 dataset\n$/m,
    )
    expect(output, 'no terminal').not.toContain('\u001b')
  })

  test('of no words is all of them, a page at a time', async () => {
    const first = await search(['--first', '3', '--sort', 'title'])
    expect(first.output).toMatch(/^3 of 4 datasets\nThe next page: the same command with --after \S+\n$/m)
    const cursor = /--after (\S+)/.exec(first.output)?.[1] ?? ''
    const second = await search(['--first', '3', '--sort', 'title', '--after', cursor])
    expect(second.output).toMatch(/^1 of 4 datasets\n$/m)
    expect([...titles(first.output), ...titles(second.output)].sort()).toEqual([
      'barnet/libraries',
      'camden/libraries',
      'camden/reindex',
      'camden/trees',
    ])
    const other = await search(['trees', '--after', cursor])
    expect(other).toEqual({
      code: 1,
      output: '',
      errors: expect.stringMatching(
        /^dials: BAD_USER_INPUT: after has to be a cursor of this search.*\(at after in the input\)\n$/,
      ) as string,
    })
  })

  test('is not narrowed by a spoke that there is not, which is told', async () => {
    const { code, errors } = await search(['--spoke', 'barnett'])
    expect([code, errors]).toEqual([1, expect.stringContaining("There is no spoke 'barnett'. Did you mean 'barnet'?")])
  })

  test.each<[string, string[], string[]]>([
    ['a spoke, given twice', ['libraries', '--spoke', 'barnet', '--spoke', 'camden'], ['barnet/libraries', 'camden/libraries']],
    ['an organisation', ['libraries', '--organisation', 'borough-of-barnet'], ['barnet/libraries']],
    ['a keyword', ['--keyword', 'culture'], ['camden/libraries']],
    ['a format and access', ['--format', 'CSV', '--access', 'open', '--access', 'SHARED', 'trees'], ['camden/trees']],
    ['another access', ['--access', 'closed'], []],
    ['a semantic type', ['--semantic-type', 'uprn', '--has-tables'], ['camden/trees']],
    ['no tables', ['--no-has-tables'], []],
    [
      'a time',
      ['--modified-after', '2026-01-08', '--modified-before', '2026-01-09T00:00:01+00:00', '--keyword', 'books'],
      ['camden/libraries'],
    ],
    ['an earlier time', ['--modified-before', '2026-01-09', '--keyword', 'books'], []],
    ['a theme and a licence that nothing has', ['--theme', 'kilburn', '--licence', 'vault'], []],
    ['words that are not wanted', ['--', 'libraries', '-books', '-hendon'], ['barnet/libraries']],
    ['the name of a subcommand', ['--', 'reindex'], ['camden/reindex']],
  ])('is narrowed by %s', async (_what, args, found) => {
    const { code, output } = await search(['--json', ...args])
    expect([code, ids(output)]).toEqual([0, found])
  })

  test('with --json is the whole of it', async () => {
    const { output } = await search(['books', '--json', '--facets', 'keyword,semantic-type'])
    const answer = JSON.parse(output) as { nodes: unknown[]; edges: { node: unknown }[] }
    expect(answer).toMatchObject({
      edges: [
        {
          cursor: expect.any(String) as string,
          node: {
            score: expect.any(Number) as number,
            highlights: [{ field: 'keywords', text: '<em>books</em>' }],
            dataset: { id: 'camden/libraries', publisher: { id: 'borough-of-camden' }, distributions: [{ format: 'csv' }] },
          },
        },
      ],
      pageInfo: { hasNextPage: false, hasPreviousPage: false },
      totalCount: 1,
      facets: [
        {
          facet: 'KEYWORD',
          values: [
            { value: 'books', count: 1 },
            { value: 'culture', count: 1 },
          ],
        },
        { facet: 'SEMANTIC_TYPE', values: [{ value: 'POSTCODE', count: 1 }] },
      ],
    })
    expect(answer.nodes).toEqual(answer.edges.map(({ node }) => node))
    expect(ids((await search(['--json', '--first', '100'])).output)).toHaveLength(4)
  })

  test('has facets below it', async () => {
    const { output } = await search(['--facets', 'all', '--first', '0'])
    expect(output).toMatch(
      /^0 of 4 datasets\n\n┌.*\n│ spoke +│ datasets │\n├.*\n│ camden +│ +3 │\n│ barnet +│ +1 │\n└.*\n\n┌.*\n│ organisation/,
    )
    for (const facet of ['keyword', 'format', 'access', 'semantic type'])
      expect(output).toMatch(new RegExp(`^│ ${facet} +│ datasets │$`, 'm'))
  })

  test('is nothing: says so, which is no failure', async () => {
    expect(await search(['zzyzx', 'qqqq'])).toEqual({ code: 0, output: 'Nothing for ‘zzyzx qqqq’ was found.\n', errors: '' })
    expect(await search(['zzyzx', '--spoke', 'camden'])).toMatchObject({
      code: 0,
      output: 'Nothing for ‘zzyzx’ was found under these conditions.\n',
    })
  })
})

describe('a mistake of the command line: exit code 2', () => {
  test.each<[string[], RegExp]>([
    [['--first', '101'], /argument '101' is invalid\. It has to be from 0 to 100\./],
    [['--sort', 'size'], /Allowed choices are relevance, modified, title\./],
    [['--access', 'secret'], /It has to be open, shared or closed\./],
    [['--facets', 'spoke,size'], /They are spoke, organisation, theme, keyword, format, licence, access, semantic-type; or all\./],
    [['--modified-after', '2026-02-30'], /It has to be a date or an instant/],
    [['--modified-before', '2026-01-09T25:00:00Z'], /It has to be a date or an instant/],
    [['trees', '-felled'], /unknown option '-felled'/],
    [['--url', 'http://me:kilburn-vault-7@127.0.0.1:1'], /^error: --url has to be the address of a hub, without a user or password/],
    [['--token', 'kilburn vault'], /^error: what --token holds is not a token\n$/],
    [['reindex'], /^error: required option '--config <file>' not specified\n$/],
    [['status', '--config', 'nowhere.yaml'], /^dials: nowhere\.yaml: there is no such file\n$/],
  ])('%j', async (args, message) => {
    const { code, output, errors } = await search(args)
    expect(errors).toMatch(message)
    expect(errors).not.toContain('vault')
    expect([code, output]).toEqual([2, ''])
  })
})

describe('where a hub should be', () => {
  const seen: (string | undefined)[] = []
  let rogue: Awaited<ReturnType<typeof startRogue>>
  beforeAll(async () => {
    rogue = await startRogue((request, response) => {
      seen.push(request.headers.authorization)
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ errors: [{ message: `No: ${request.headers.authorization}`, extensions: { code: 'UNAUTHENTICATED' } }] }))
    })
  })
  afterAll(() => rogue.close())

  test('nobody listens', async () => {
    const down = await startRogue(() => undefined)
    await down.close()
    const told = {
      code: 1,
      output: '',
      errors: `dials: No hub answers at ${down.url} (ECONNREFUSED). Start one with 'dials hub', or give its --url.\n`,
    }
    expect(await search(['trees', '--url', down.url])).toEqual(told)
    expect(await search(['status', ...operator(), '--url', down.url])).toEqual(told)
  })

  test('a token is sent and never printed, even where it comes back', async () => {
    expect(await search(['trees', '--url', rogue.url], { env: { DIALS_TOKEN: 'holborn-vault-8' } })).toEqual({
      code: 1,
      output: '',
      errors: 'dials: UNAUTHENTICATED: No: Bearer [redacted]\n',
    })
    expect(await search(['trees', '--url', rogue.url, '--token', 'kilburn-vault-7'])).toMatchObject({
      errors: 'dials: UNAUTHENTICATED: No: Bearer [redacted]\n',
    })
    expect(await search(['status', '--url', rogue.url, ...operator()])).toMatchObject({
      errors: 'dials: UNAUTHENTICATED: No: Bearer [redacted]\n',
    })
    expect(seen).toEqual(['Bearer holborn-vault-8', 'Bearer kilburn-vault-7', expect.stringMatching(/^Bearer eyJ/)])
  })
})

describe('the index', () => {
  test('is built anew, and waited for; its state reports it', async () => {
    expect((await search(['status', ...operator()])).output).toMatch(
      /^index {12}postgres\nchanges pending {2}\d+\nlatest rebuild {3}none yet\n$/,
    )
    const { code, output, errors } = await search(['reindex', ...operator()])
    expect(output).toMatch(/^index {12}postgres\nchanges pending {2}0\nlatest rebuild {3}ended at \d{4}-\S+Z: 4 datasets in [\d.]+ s\n$/)
    expect(errors, 'no terminal: lines').toMatch(/^(rebuilding: \d of 4 datasets \(\d+%\)\n)+$/)
    expect(code).toBe(0)
    expect((await search(['status', ...operator()])).output).toBe(output)
    expect(JSON.parse((await search(['status', '--json', ...operator()])).output)).toEqual({
      index: 'postgres',
      pending: 0,
      rebuild: { startedAt: expect.any(String) as string, endedAt: expect.any(String) as string, written: 4, total: 4, error: null },
    })
    expect(ids((await search(['--json', 'books'])).output)).toEqual(['camden/libraries'])
  })

  test('is built anew without a wait', async () => {
    const { code, output, errors } = await search(['reindex', '--no-wait', '--json', ...operator()])
    expect([code, errors]).toEqual([0, ''])
    expect(JSON.parse(output)).toMatchObject({ index: 'postgres', rebuild: { error: null } })
    await until('it has ended', async () => /ended at/.test((await search(['status', ...operator()])).output))
  })
})

describe('of a hub whose rebuilds take long', () => {
  const rebuild = {
    startedAt: '2026-01-09T13:55:48.000Z',
    endedAt: null as string | null,
    written: 1,
    total: 4,
    error: null as string | null,
  }
  let next = rebuild
  let slow: Awaited<ReturnType<typeof startRogue>>
  beforeAll(async () => {
    slow = await startRogue((request, response) => {
      let body = ''
      request
        .setEncoding('utf8')
        .on('data', (text: string) => (body += text))
        .on('end', () => {
          const field = body.includes('mutation') ? 'rebuildSearchIndex' : 'searchIndex'
          response
            .writeHead(200, { 'content-type': 'application/json' })
            .end(
              JSON.stringify({ data: { [field]: { index: 'postgres', pending: 3, rebuild: field === 'searchIndex' ? next : rebuild } } }),
            )
        })
    })
  })
  afterAll(() => slow.close())

  test('Ctrl-C ends the wait, and says that the rebuild goes on', async () => {
    next = rebuild
    const { code, output, errors } = await search(['reindex', '--url', slow.url, ...operator()], {
      whenErrors: (text, interrupt) => text.endsWith('(25%)\n') && interrupt(),
    })
    expect(errors).toBe(
      "rebuilding: 1 of 4 datasets (25%)\ndials: Not waited for. The rebuild continues at the hub: 'dials search status' shows its progress.\n",
    )
    expect([code, output]).toEqual([1, ''])
  })

  test('what failed is reported with its reason, exit code 1', async () => {
    next = { ...rebuild, written: 2, endedAt: '2026-01-09T14:55:48.000Z', error: 'The index could not be written for an hour.' }
    const { code, output, errors } = await search(['reindex', '--json', '--url', slow.url, ...operator()])
    expect(errors).toBe(
      'rebuilding: 1 of 4 datasets (25%)\ndials: The search index was not rebuilt, and is as it was: The index could not be written for an hour.\n',
    )
    expect(JSON.parse(output)).toMatchObject({ rebuild: next })
    expect(code).toBe(1)
  })
})

test('--help says all of it', async () => {
  const { code, output } = await search(['--help'])
  expect(code).toBe(0)
  const told = [
    'Usage: dials search [options] [command] [text...]',
    '--first <number>',
    '--sort <order>',
    '--facets <list>',
    'http://localhost:4000',
    'DIALS_TOKEN',
    '--json',
    'dials search -- reindex',
    'reindex [options]',
    'status [options]',
  ]
  for (const one of told) expect(output).toContain(one)
  const below = await search(['reindex', '--help'])
  for (const one of [
    'Usage: dials search reindex [options]',
    '--config <file>',
    '--data-dir <folder>',
    '--no-wait',
    '--url <url>',
    '--json',
  ])
    expect(below.output).toContain(one)
})
