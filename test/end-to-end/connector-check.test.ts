import { afterAll, beforeAll, expect, test } from 'vitest'
import { dials } from '../support/dials.js'
import { childSpoke, hubYaml, openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace({
    ...twoSpokes,
    // What is not read is told, and breaks nothing.
    'barnet/data/notes.docx': 'minutes',
    'camden/data/broken.csv': '<html><body>Not found</body></html>',
    'gone/spoke.yaml': 'id: gone\nsources:\n  - connector: files\n    config: { folder: "./${NOWHERE}", defaultAccess: OPEN }\n',
    'hub.yaml': hubYaml({ camden: childSpoke('camden'), barnet: childSpoke('barnet') }),
  })
})
afterAll(() => workspace.remove())

async function check(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
  const program = dials(['connector', 'check', ...args], env)
  return { code: await program.exited, output: program.output() }
}

test('tells what a source would bring, what it can do and what is wrong with single records, each with its time', async () => {
  const { code, output } = await check(['--config', workspace.path('camden/spoke.yaml')])
  expect(output).toMatch(/^camden: sources\[0\] \(files\): NOT WELL$/m)
  expect(output).toMatch(/^ {2}health {8}UP \(\d+ ms\)$/m)
  expect(output).toMatch(/^ {2}catalogue {5}1 dataset, 1 table, 2 columns; records that could not be read: 1 \([\d.]+ m?s\)$/m)
  expect(output).toMatch(/^ {2}capabilities {2}project; union; sort; limit; filter \(and, .*\); aggregate \(count, .*\) \(\d+ ms\)$/m)
  expect(output).toMatch(/^ {2}first row {5}of libraries\/libraries \(\d+ ms\)$/m)
  expect(output).toMatch(/^ {4}libraries\/libraries: 2 rows, 2 columns, OPEN$/m)
  expect(output).toMatch(/^ {4}broken: broken\.csv: .*HTML/m)
  expect(output).toMatch(/^dials: Not well: camden: sources\[0\] \(broken\)\.$/m)
  expect(code).toBe(1)
})

test('a hub.yaml stands for the sources of the spokes that it starts, all of them or those that are named', async () => {
  const all = await check(['--config', workspace.hubYaml, '--json'])
  expect((JSON.parse(all.output.split('\n')[0] ?? '') as { source: string }[]).map(({ source }) => source)).toEqual([
    'camden: sources[0]',
    'barnet: sources[0]',
  ])
  const one = await check(['--config', workspace.hubYaml, '--json', 'barnet'])
  expect(one.code).toBe(0)
  expect(JSON.parse(one.output.trim())).toMatchObject([
    {
      source: 'barnet: sources[0]',
      connector: 'files',
      check: { health: { value: { status: 'UP' } }, catalogue: { value: { complete: true } } },
    },
  ])
})

test('a catalogue.yaml that cannot be understood is told in words, with its place', async () => {
  await workspace.write({
    'torn/spoke.yaml': twoSpokes['barnet/spoke.yaml'],
    'torn/data/catalogue.yaml': 'datasets: { libraries: { access: SECRET, files: 3 } }\n',
  })
  const { code, output } = await check(['--config', workspace.path('torn/spoke.yaml')])
  expect(output).toMatch(
    /FAILED: catalogue\.yaml, line 1, column \d+ \(datasets\.libraries\.access\): .*OPEN.*Until it is mended, nothing of this folder is served\. \(\d+ ms\)$/m,
  )
  expect(output).not.toContain('"code"')
  expect(code).toBe(1)
})

test('a source that cannot be read is reported, the others are checked, the exit code is 1, and no secret is printed', async () => {
  const { code, output } = await check(['--config', workspace.path('gone/spoke.yaml')], { NOWHERE: 'kilburn-vault-7' })
  expect(output).toContain('gone: sources[0] (files): NOT WELL')
  expect(output).toMatch(/^ {2}catalogue {5}FAILED: .* \(\d+ ms\)$/m)
  expect(output).toMatch(/^dials: Not well: gone: sources\[0\]\.$/m)
  expect(output).not.toContain('kilburn-vault-7')
  expect(code).toBe(1)
})

test.each([
  ['a name that no source has', () => ['--config', workspace.hubYaml, 'kilburn'], /has no source of the name kilburn/],
  ['a file that is not there', () => ['--config', workspace.path('nothing.yaml')], /nothing\.yaml.*cannot be read/],
  ['no file', () => [], /required option '--config <file>'/],
])('%s is a mistake of the command line: exit code 2', async (_what, args, message) => {
  const { code, output } = await check(args())
  expect(output).toMatch(message)
  expect(code).toBe(2)
})
