import { generateKeyPairSync } from 'node:crypto'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The running program, started as users start it. */
export interface Dials {
  readonly process: ChildProcess
  /** Everything that it has printed so far. */
  output(): string
  /** Waits for a line that matches. Rejects when the program ends first. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  /** Sends SIGTERM and waits for the end. Returns the exit code. */
  stop(): Promise<number | null>
  exited: Promise<number | null>
}

/** Runs `dials` with these arguments. */
export function dials(args: readonly string[], env: NodeJS.ProcessEnv = {}): Dials {
  const { DATABASE_URL: _ours, ...inherited } = process.env
  const child = spawn(process.execPath, [join(root, 'bin/dials.js'), ...args], {
    cwd: root,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      for (const look of waiting) look()
    })
  }
  const exited = once(child, 'close').then(([code]) => {
    expectNoSecret(output, env)
    return code as number | null
  })
  return {
    process: child,
    output: () => output,
    exited,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(output)
          if (found === null) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        void exited.then((code) => reject(new Error(`dials ended with ${code}:\n${output}`)))
      }),
    async stop() {
      child.kill('SIGTERM')
      const code = await exited
      if (code !== 0) console.error(`dials ended with ${code}:\n${output.slice(-4000)}`)
      return code
    },
  }
}

/** No log of any program of the tests holds a token, or the password of its database. */
function expectNoSecret(output: string, { DATABASE_URL: url }: NodeJS.ProcessEnv): void {
  const password = url !== undefined && URL.canParse(url) ? new URL(url).password : ''
  const token = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}\./
  const logged = output.split('\n').filter((line) => line.startsWith('{"level"'))
  const told = logged.find((line) => token.test(line) || (password.length > 8 && line.includes(password)))
  if (told !== undefined) throw new Error(`a secret is in the log: ${told}`)
}

/** A running hub and the address of its graph. */
export interface TestHub extends Dials {
  readonly url: string
  readonly dataFolder: string
  ask<T = Record<string, unknown>>(query: string, variables?: object, headers?: Record<string, string>): Promise<Answer<T>>
  /** Waits until each of these spokes has been harvested since the hub started. */
  harvested(...spokes: string[]): Promise<void>
}

/** The answer to a GraphQL operation. */
export interface Answer<T> {
  data?: T | null
  errors?: {
    message: string
    path?: (string | number)[]
    extensions: { code: string; inputPath?: (string | number)[]; suggestions?: string[]; transaction?: string }
  }[]
}

/** Hubs of one database sign one audit log, so all that a test starts have this key. */
const auditKeys = JSON.stringify({ keys: [generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })] })

/** Starts a hub with this hub.yaml, on its own port and data folder, with log level info. */
export async function startTestHub(config: string, options: { dataFolder?: string; env?: NodeJS.ProcessEnv } = {}): Promise<TestHub> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'seven-dials-hub-')))
  await mkdir(dataFolder, { recursive: true })
  // One that has run before keeps its own, or lacks it.
  const hasRun = await access(join(dataFolder, 'hub.jwks.json')).then(
    () => true,
    () => false,
  )
  if (!hasRun) await writeFile(join(dataFolder, 'audit-keys.json'), auditKeys, { flag: 'wx' }).catch(() => undefined)
  const program = dials(['hub', '--config', config, '--port', '0', '--data-dir', dataFolder], options.env)
  const [, url = ''] = await program.line(/^The graph of .*: (http:\S+)\/graphql$/m)
  return {
    ...program,
    url,
    dataFolder,
    ask: (query, variables, headers) => ask(url, query, variables, headers),
    async harvested(...spokes) {
      for (const spoke of spokes) await program.line(new RegExp(`"spoke":"${spoke}","run":.*"msg":"harvested"`))
    },
    async stop() {
      const code = await program.stop()
      if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true })
      return code
    },
  }
}

/** Runs one operation over HTTP. */
export async function ask<T>(url: string, query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as Answer<T>
}
