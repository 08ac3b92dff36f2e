import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatNames } from '../../src/api/download-url.js'
import { type Dials, dials } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

const file = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
/** The address that the documents name. */
const documented = 'http://localhost:4000'

interface Snippet {
  section: string
  language: string
  text: string
  /** What the page says that it prints. */
  printed: string | undefined
}

/** The code blocks of a page, each with the `text` block after it, under the name of its section. */
function snippetsOf(page: string): Snippet[] {
  const blocks = [...file(page).matchAll(/^#{2,3} (.+)$|^```(\w+)\n([^]*?)^```$/gm)]
  let section = ''
  return blocks.flatMap(([, heading, language = '', text = ''], at) => {
    if (heading !== undefined) section = heading
    if (heading !== undefined || language === 'text') return []
    const [, , next, printed] = blocks[at + 1] ?? []
    return [{ section, language, text, printed: next === 'text' ? printed : undefined }]
  })
}

const python = process.env['PYTHON'] ?? 'python3'
const succeeds = (program: string, args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0

/** The command that runs a snippet, as it stands; or why it is not run. */
function programFor({ language, section, text }: Snippet): { command: [string, ...string[]] } | { missing: string } {
  switch (language) {
    case 'sh':
      return succeeds('curl', ['--version']) ? { command: ['bash', '-euc', text] } : { missing: 'There is no curl' }
    case 'python': {
      const imports = [...text.matchAll(/^(?:import|from) (\w+)/gm)].map(([, name = '']) => name)
      const needed = [...new Set([...imports, ...(section === 'pandas' ? ['pyarrow'] : [])])].join(', ')
      return succeeds(python, ['-c', `import ${needed}`])
        ? { command: [python, '-c', text] }
        : { missing: `${python} cannot import ${needed}. Set PYTHON to one that can` }
    }
    case 'js':
      return { command: [process.execPath, '--input-type=module', '-e', text] }
    case 'r':
      return succeeds('Rscript', ['--version']) ? { command: ['Rscript', '-e', text] } : { missing: 'There is no R' }
    default:
      return { missing: 'The page says so' }
  }
}

let database: FreshDatabase
let folder: string
let demo: Dials
let url: string
let token: string
beforeAll(async () => {
  database = await freshDatabase()
  folder = await mkdtemp(join(tmpdir(), 'seven-dials-clients-'))
  demo = dials(['demo', '--port', '0', '--data-dir', folder], { DATABASE_URL: database.url })
  url = (await demo.line(/^The graph: (http:\S+)\/graphql/m))[1] ?? ''
  const args = ['token', '--organisation', 'london-borough-of-lambeth', '--data-dir', folder]
  token = execFileSync(process.execPath, ['bin/dials.js', ...args], { encoding: 'utf8' }).trim()
})
afterAll(async () => {
  expect(await demo.stop()).toBe(0)
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

/** Runs a snippet against the demonstration. Only its address is replaced. */
async function run([program, ...args]: [string, ...string[]]): Promise<{ code: number | null; output: string; errors: string }> {
  const env = { ...process.env, DIALS_TOKEN: token }
  const here = args.map((text) => text.replaceAll(documented, url))
  const child = spawn(program, here, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: output.replaceAll('\r\n', '\n'), errors }
}

describe.each(
  snippetsOf('docs/clients.md').map((snippet, at) => ({ ...snippet, name: `${snippet.section}, ${snippet.language}, block ${at + 1}` })),
)('docs/clients.md: $name', (snippet) => {
  const found = programFor(snippet)
  if ('missing' in found) console.warn(`NOT RUN: docs/clients.md, ${snippet.name}. ${found.missing}`)

  test.skipIf('missing' in found)('prints what the page says', async () => {
    if ('missing' in found) return
    const { code, output, errors } = await run(found.command)
    expect([code, output], errors).toEqual([0, snippet.printed])
  })
})

test('docs/clients.md tells what each format holds', () => {
  const told = [...file('docs/clients.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(told).toEqual([...formatNames])
})
