import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import ExcelJS from 'exceljs'
import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { formatNames } from '../../src/api/download-url.js'
import { type HeldProxy, startHeldProxy } from '../support/held-proxy.js'
import { startTestHub } from '../support/dials.js'
import { hubOfTwo } from '../support/hub-of-two.js'
import { freshDatabase } from '../support/postgres.js'
import { hubFamily, loseSpoke, signal, until } from '../support/processes.js'
import { startRogue } from '../support/spoke.js'
import { hubYaml, openWorkspace } from '../support/workspace.js'

const places =
  '{"type":"FeatureCollection","features":[' +
  '{"type":"Feature","geometry":{"type":"Point","coordinates":[-0.1,51.5]},"properties":{"name":"A \\"place\\"","n":9007199254740993}},' +
  '{"type":"Feature","geometry":null,"properties":{"name":"=nowhere","n":null}}]}'
/** 10,000 rows that gzip cannot make much smaller. */
const noise = Array.from({ length: 10_000 }, () => randomBytes(72).toString('hex')).join('\n')
const held = hubOfTwo({
  'camden/data/places.geojson': places,
  'camden/data/wards.csv': 'Ward,Note\nHolborn,"\u001b[31mred"\n',
  'camden/data/people.csv': 'Ward,Date of birth\nA,1990-01-02\nB,1991-02-03\nC,1992-03-04\n',
  'camden/data/long.csv': `text\n${noise}\n`,
})
const program = fileURLToPath(new URL('../../bin/dials.js', import.meta.url))
const rowsOf = (table: string, more: object = {}) => JSON.stringify({ from: { table }, ...more })
/** About 60 MB of text: more than the sockets between a hub and its client hold, as gzip too. */
const long = JSON.stringify({ from: { union: Array.from({ length: 40 }, () => 'camden/long/long') } })

interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  output: Buffer
  errors: string
}

interface Started {
  process: ChildProcess
  ended: Promise<Ended>
}

/** `dials query` with this standard input, against the hub unless the arguments name another. */
function start(args: string[], input: string): Started {
  const { DIALS_TOKEN: _ours, ...env } = process.env
  const child = spawn(process.execPath, [program, 'query', ...(args.includes('--url') ? [] : ['--url', held.hub.url]), ...args], { env })
  const output: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (piece: Buffer) => output.push(piece))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  // It may refuse the command line before it has read anything.
  child.stdin.on('error', () => undefined).end(input)
  const ended = once(child, 'close').then(([code, ended]) => ({ code, signal: ended, output: Buffer.concat(output), errors }) as Ended)
  return { process: child, ended }
}

const query = (args: string[], input: string) => start(args, input).ended

/** Runs a line of the shell in which $dials is the command and $input the query. */
async function shell(script: string, input: string): Promise<{ code: number | null; output: string; errors: string }> {
  const env = { ...process.env, dials: `${process.execPath} ${program} query --url ${held.hub.url}`, input }
  const child = spawn('bash', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output, errors }
}

let folder = ''
beforeEach(async () => {
  folder = held.workspace.path('out')
  await mkdir(folder)
})
afterEach(() => rm(folder, { recursive: true }))
const out = (name: string) => `${folder}/${name}`

describe('--format', () => {
  const input = rowsOf('camden/places/places', { orderBy: [{ column: 'name' }] })
  const byHand = async (format: string) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: input }
    return Buffer.from(await (await fetch(`${held.hub.url}/query?format=${format}`, request)).arrayBuffer())
  }

  test.each(formatNames)('%s is what the hub sends, on standard output and as a file, and nothing else', async (format) => {
    const whole = await comparable(format, await byHand(format))
    const printed = await query(['--format', format], input)
    expect([printed.code, printed.errors]).toEqual([0, ''])
    expect(await comparable(format, printed.output)).toEqual(whole)
    const written = await query(['--format', format, '--out', out('file')], input)
    expect([written.code, written.errors, written.output.length]).toEqual([0, '', 0])
    expect(await comparable(format, await readFile(out('file')))).toEqual(whole)
    expect(await readdir(folder)).toEqual(['file'])
  })

  /** The bytes of a file; of a workbook, whose second sheet has its time, the cells of its first. */
  async function comparable(format: string, bytes: Buffer): Promise<unknown> {
    if (format !== 'xlsx') return bytes
    const workbook = new ExcelJS.Workbook()
    await workbook.xlsx.load(new Uint8Array(bytes).buffer)
    return workbook.worksheets[0]?.getSheetValues()
  }

  test('has all rows, not a page of them', async () => {
    const { output } = await query(['--format', 'csv'], long)
    expect(output.toString().trimEnd().split('\r\n')).toHaveLength(400_001)
  })

  test('may be read in part: a reader that has gone is no failure', async () => {
    const { code, output, errors } = await shell('set -o pipefail; $dials --format csv <<< "$input" | head -n 1', long)
    expect([code, output, errors]).toEqual([0, 'text\r\n', ''])
  })

  test.skipIf(!existsSync('/dev/full'))('to a full disk is a failure', async () => {
    const { code, errors } = await shell('$dials --format csv <<< "$input" > /dev/full', input)
    expect([code, errors]).toEqual([1, 'dials: The answer cannot be written (ENOSPC).\n'])
  })

  test('tells the columns that are left out, on standard error', async () => {
    const { code, output, errors } = await query(['--format', 'csv'], rowsOf('camden/people/people'))
    expect([code, output.toString()]).toEqual([0, 'Ward\r\nA\r\nB\r\nC\r\n'])
    expect(errors).toBe('dials: left out, since you may not see them: Date of birth\n')
  })

  test('tells what a join matched, on standard error', async () => {
    const joined = {
      from: { table: 'camden/libraries/libraries', as: 'ours' },
      joins: [{ table: { table: 'barnet/libraries/libraries', as: 'theirs' }, on: [{ left: 'Name', right: 'Name' }] }],
    }
    const { code, errors } = await query(['--format', 'ndjson'], JSON.stringify(joined))
    expect(code).toBe(0)
    expect(errors).toMatch(/^dials: ours ⋈ theirs: 0 of 2 rows .* matched.*\n$/)
  })
})

describe('what is refused: no file, and no output', () => {
  test.each([
    [
      'a format that there is not',
      ['--format', 'pdf'],
      /^error: option '--format <format>' argument 'pdf' is invalid. Allowed .* csv, ndjson/,
    ],
    ['--out alone', ['--out', 'x.csv'], /^error: --out needs a --format\n$/],
    ['--json beside it', ['--format', 'csv', '--json'], /^error: option '--format <format>' cannot be used with option '--json'\n$/],
    [
      '--explain beside it',
      ['--format', 'csv', '--explain'],
      /^error: option '--format <format>' cannot be used with option '--explain'\n$/,
    ],
    ['a device as its file', ['--format', 'csv', '--out', '/dev/null'], /^dials: \/dev\/null: it is no file that could be replaced/],
    [
      'the file of standard output',
      ['--format', 'csv', '--out', '/dev/stdout'],
      /^dials: \/dev\/stdout: it is no file that .* leave --out out/,
    ],
    ['a dash as its file', ['--format', 'csv', '--out', '-'], /^dials: -: it is no file that could be replaced: leave --out out/],
    ['a folder as its file', ['--format', 'csv', '--out', 'test'], /^dials: test: it is there and is no file/],
    ['a folder that is not there', ['--format', 'csv', '--out', 'nowhere/x.csv'], /^dials: nowhere\/x.csv: its folder does not exist\n$/],
    ['a file below a file', ['--format', 'csv', '--out', 'package.json/x'], /^dials: package.json\/x: it cannot be written \(ENOTDIR\)\n$/],
  ])('%s: exit code 2', async (_what, args, message) => {
    const { code, output, errors } = await query(args, rowsOf('camden/places/places'))
    expect(errors).toMatch(message)
    expect([code, output.length]).toEqual([2, 0])
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true)
  })

  test.each([
    [
      rowsOf('camden/wards/wards', { where: { and: [{ column: 'ward', eq: 'Kilburn' }] } }),
      'csv',
      "dials: UNKNOWN_COLUMN: There is no column 'ward' here. Did you mean 'Ward'? (at where.and[0].column in the input)\n",
    ],
    [rowsOf('camden/wards/wards'), 'geojson', /^dials: BAD_USER_INPUT: GeoJSON needs .* \(at select in the input\)\n$/],
    [
      rowsOf('camden/places/places', { limits: 1 }),
      'parquet',
      "dials: BAD_USER_INPUT: The query has no key 'limits'. Did you mean 'limit'?\n",
    ],
  ])('%s as %s: the errors of the graph, with exit code 1', async (input, format, message) => {
    await writeFile(out('kept'), 'before')
    for (const args of [
      ['--format', format],
      ['--format', format, '--out', out('kept')],
    ]) {
      const { code, output, errors } = await query(args, input)
      expect(errors).toMatch(message)
      expect([code, output.length]).toEqual([1, 0])
    }
    expect([await readdir(folder), await readFile(out('kept'), 'utf8')]).toEqual([['kept'], 'before'])
  })
})

describe('a file of --out', () => {
  const input = rowsOf('barnet/libraries/libraries', { select: [{ column: 'Name' }] })

  test('replaces the one that was there, behind links, with its rights', async () => {
    await writeFile(out('private.csv'), 'before')
    await chmod(out('private.csv'), 0o600)
    await symlink('private.csv', out('link.csv'))
    expect((await query(['--format', 'csv', '--out', out('link.csv')], input)).code).toBe(0)
    expect((await lstat(out('link.csv'))).isSymbolicLink()).toBe(true)
    expect(await readFile(out('private.csv'), 'utf8')).toBe('Name\r\nHendon\r\n')
    expect((await stat(out('private.csv'))).mode & 0o777).toBe(0o600)
    expect((await readdir(folder)).sort()).toEqual(['link.csv', 'private.csv'])
  })

  test('has as long a name as a file may have', async () => {
    const name = 'x'.repeat(255)
    expect((await query(['--format', 'csv', '--out', out(name)], input)).code).toBe(0)
    expect(await readdir(folder)).toEqual([name])
  })
})

describe('in the middle of a download', () => {
  let proxy: HeldProxy
  beforeEach(async () => {
    proxy = await startHeldProxy(held.hub.url, 1_000_000)
  })
  afterEach(() => proxy.close())
  const parts = async () => (await readdir(folder)).filter((name) => name.endsWith('.part'))

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it, and leaves what was there before', async (name) => {
    await writeFile(out('kept.csv'), 'before')
    const started = start(['--format', 'csv', '--out', out('kept.csv'), '--url', proxy.url], long)
    await proxy.held
    expect(await parts()).toHaveLength(1)
    started.process.kill(name)
    expect(await started.ended).toEqual({ code: null, signal: name, output: Buffer.alloc(0), errors: '' })
    expect([await readdir(folder), await readFile(out('kept.csv'), 'utf8')]).toEqual([['kept.csv'], 'before'])
  })

  test('SIGINT ends it before the hub has answered', async () => {
    const asked: string[] = []
    const silent = await startRogue((request) => void asked.push(request.url ?? ''))
    const started = start(['--format', 'csv', '--out', out('x.csv'), '--url', silent.url], long)
    await until('the hub was asked', () => asked.length > 0)
    started.process.kill('SIGINT')
    expect(await started.ended).toMatchObject({ signal: 'SIGINT', errors: '' })
    expect(await readdir(folder)).toEqual([])
    await silent.close()
  })

  test('the connection breaks: it is told, and there is no file', async () => {
    const saved = start(['--format', 'csv', '--out', out('x.csv'), '--url', proxy.url], long)
    await proxy.held
    await proxy.close()
    const { code, errors } = await saved.ended
    expect(errors).toMatch(
      /^dials: SOURCE_UNAVAILABLE: The download broke off after [\d.]+ \wB \([A-Z_]+\): .* transaction [0-9a-f-]{36}\. Run the query again\.\n$/,
    )
    expect([code, await readdir(folder)]).toEqual([1, []])
    proxy = await startHeldProxy(held.hub.url, 1_000_000)
  })
})

describe('where a hub should be', () => {
  /** A hub of one answer. What else is asked is noted. */
  async function rogue(headers: Record<string, string>, body: string, status = 200) {
    const asked: string[] = []
    const server = await startRogue((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      response.writeHead(status, headers).end(body)
    })
    return { ...server, asked }
  }
  const input = rowsOf('camden/places/places')

  test('something else answers 200, or an error of its own', async () => {
    for (const [status, told] of [
      [200, ''],
      [502, ' (HTTP 502)'],
    ] as const) {
      const page = await rogue({ 'content-type': 'text/html' }, '<h1>Hello</h1>', status)
      const { code, output, errors } = await query(['--format', 'csv', '--out', out('x'), '--url', page.url], input)
      expect([code, output.length, errors]).toEqual([
        1,
        0,
        `dials: What answers at ${page.url} is not a hub${told}. Give the hub's --url.\n`,
      ])
      expect(await readdir(folder)).toEqual([])
      await page.close()
    }
  })

  test('nobody listens', async () => {
    const down = await startRogue(() => undefined)
    await down.close()
    const { code, errors } = await query(['--format', 'csv', '--out', out('x'), '--url', down.url], input)
    expect([code, errors]).toEqual([
      1,
      `dials: No hub answers at ${down.url} (ECONNREFUSED). Start one with 'dials hub', or give its --url.\n`,
    ])
    expect(await readdir(folder)).toEqual([])
  })

  test('the token is never printed, even where it comes back', async () => {
    const echo = await rogue({}, JSON.stringify({ code: 'UNAUTHENTICATED', detail: 'No: Bearer kilburn-vault-7' }), 401)
    const { errors } = await query(['--format', 'csv', '--token', 'kilburn-vault-7', '--url', echo.url], input)
    expect(errors).toBe('dials: UNAUTHENTICATED: No: Bearer [redacted]\n')
    expect(echo.asked).toEqual(['POST /query?format=csv Bearer kilburn-vault-7'])
    await echo.close()
  })

  test('a link to another host is not followed, and the token stays', async () => {
    const other = await rogue({}, '{}')
    const lure = await rogue(
      { link: `<@${new URL(other.url).host}/query/x/report>; rel="describedby"`, 'dials-result': 'complete=true' },
      'a',
    )
    const { code } = await query(['--format', 'csv', '--token', 'kilburn-vault-7', '--url', lure.url], input)
    expect([code, other.asked]).toEqual([1, []])
    await Promise.all([other.close(), lure.close()])
  })

  test('a hub without a report: that is told', async () => {
    const headers = { link: `</query/${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}/report>; rel="describedby"` }
    const mute = await rogue({ ...headers, 'dials-result': 'complete=false' }, 'no report')
    const { code, output, errors } = await query(['--format', 'csv', '--url', mute.url], input)
    expect([code, output.toString()]).toEqual([0, 'no report'])
    expect(errors).toMatch(/^dials: NOT COMPLETE: a source did not answer\ndials: The hub has no report of this download: .*\n$/)
    await mute.close()
  })
})

// `script` runs a program in a terminal; that of other systems has other options.
const hasTerminal = process.platform === 'linux' && ['/usr/bin/script', '/bin/script'].some((path) => existsSync(path))
if (!hasTerminal) console.warn('NOT RUN: downloads in a terminal. There is no script of util-linux')

describe.skipIf(!hasTerminal)('in a terminal', () => {
  const inTerminal = (args: string, input: string) => shell(`script -qec 'printf %s "$input" | $dials ${args}' /dev/null`, input)

  test.each(formatNames.filter((name) => !['csv', 'ndjson', 'geojson'].includes(name)))('%s is refused, with the mend', async (format) => {
    const { code, output } = await inTerminal(`--format ${format}`, rowsOf('camden/places/places'))
    expect([code, output]).toEqual([2, `error: ${format} is no text for a terminal: give a file by --out\r\n`])
  })

  test('no cell steers it', async () => {
    const { code, output } = await inTerminal('--format csv', rowsOf('camden/wards/wards'))
    expect([code, output]).toEqual([0, 'Ward,Note\r\nHolborn, [31mred\r\ndials: 1 row\r\n'])
  })

  test('a file has a line of its progress, and at the end its rows', async () => {
    const { code, output } = await inTerminal(`--format csv --out ${out('x.csv')}`, long)
    expect(code).toBe(0)
    const lines = output.split('\r\u001b[2K')
    expect(lines.at(-1)).toBe('dials: 400,000 rows\r\n')
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^$|^[\d.]+ \w+, [\d.]+ \w+\/s$/)
    expect(execFileSync('wc', ['-l', out('x.csv')], { encoding: 'utf8' })).toMatch(/^400001 /)
  })
})

test('--help says it', async () => {
  const { code, output } = await query(['--help'], '')
  expect(code).toBe(0)
  for (const told of ['--format <format>', '--out <file>', ...formatNames.map((name) => `"${name}"`), '--format parquet --out'])
    expect(output.toString()).toContain(told)
})

test('a hub that is killed in the middle of a download leaves no file, and what was there before', async () => {
  const workspace = await openWorkspace({
    'hub.yaml': hubYaml({ camden: ['files', '{ folder: ./data, defaultAccess: OPEN }'] }),
    'data/long.csv': `text\n${noise}\n`,
  })
  const database = await freshDatabase()
  const env = { DATABASE_URL: database.url }
  const hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('store'), env })
  await hub.harvested('camden')
  const proxy = await startHeldProxy(hub.url, 1_000_000)
  await writeFile(out('kept.csv'), 'before')
  const saved = start(['--format', 'csv', '--out', out('kept.csv'), '--url', proxy.url], long)
  await proxy.held
  const family = await hubFamily(hub)
  signal([family.hub], 'SIGKILL')
  await hub.exited
  proxy.release()
  const { code, errors } = await saved.ended
  expect(errors).toMatch(/^dials: SOURCE_UNAVAILABLE: The download broke off after [\d.]+ MB \([A-Z_]+\): .*\n$/)
  expect([code, await readdir(folder), await readFile(out('kept.csv'), 'utf8')]).toEqual([1, ['kept.csv'], 'before'])
  await proxy.close()
  await database.drop()
  await workspace.remove()
})

// The last, since the spoke is not started again.
test('a source that does not answer is told with its reason, on standard error', async () => {
  await loseSpoke(held.hub, held.workspace, 'barnet')
  const both = { from: { union: ['camden/libraries/libraries', 'barnet/libraries/libraries'] } }
  const partial = await query(['--format', 'csv'], JSON.stringify({ ...both, onSourceError: 'PARTIAL' }))
  expect(partial.errors).toMatch(/^dials: 2 rows; NOT COMPLETE: .*\ndials: barnet: FAILED: SOURCE_UNAVAILABLE: \S.*\n$/)
  expect(partial.code).toBe(0)
  expect(partial.output.toString()).toMatch(/^Name,Postcode\r\n.*\r\n.*\r\n$/)
  const failed = await query(['--format', 'csv', '--out', out('x.csv')], JSON.stringify(both))
  expect(failed.errors).toMatch(/^dials: SOURCE_UNAVAILABLE: .*\n$/)
  expect([failed.code, await readdir(folder)]).toEqual([1, []])
})
