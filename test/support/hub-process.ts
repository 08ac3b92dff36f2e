import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('open-database-process.ts', import.meta.url))

/** A process that has opened a database as a hub does. */
export interface HubProcess {
  /** Absent where the database could not be opened. */
  readonly url?: string
  /** Why it could not be opened. */
  readonly refused?: { name: string; message: string }
  /** Ends it like `kill -9`. */
  kill(): Promise<void>
  /** Closes the database and ends. Rejects where the process fails. */
  close(): Promise<void>
}

/** Opens the embedded database of a folder in a process of its own, which runs with `uid`, `gid` and `env`. */
export async function startHubProcess(
  dataFolder: string,
  options: { uid?: number; gid?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<HubProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, dataFolder], { ...options, stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const line = await firstLine(child)
  return {
    ...(JSON.parse(line) as Pick<HubProcess, 'url' | 'refused'>),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
    async close() {
      child.stdin.end()
      const [code] = (await exited) as [number | null]
      if (code !== 0) throw new Error(`the hub process ended with ${code}`)
    },
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the process has no output')
  for await (const line of createInterface({ input: child.stdout })) return line
  throw new Error('the hub process said nothing')
}
