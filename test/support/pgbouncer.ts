import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

const program = ['/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'].find(existsSync)

/** Why tests with a pooler are skipped; undefined where they can run. */
export const missing = program === undefined ? 'there is no PgBouncer here: apt-get install --no-install-recommends pgbouncer' : undefined

/** A PgBouncer in front of a server. */
export interface Pooler {
  /** The server's URL through the pooler. */
  readonly url: string
  close(): Promise<void>
}

/** @param poolSize connections to the server, which all clients share. */
export async function openPooler(
  serverUrl: string,
  { mode, poolSize }: { mode: 'session' | 'transaction' | 'statement'; poolSize: number },
): Promise<Pooler> {
  const url = new URL(serverUrl)
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-pooler-'))
  const port = await freePort()
  await writeFile(join(folder, 'users.txt'), `"${url.username}" "${decodeURIComponent(url.password)}"\n`)
  await writeFile(
    join(folder, 'pooler.ini'),
    `[databases]\n* = host=${url.hostname} port=${url.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = scram-sha-256\n` +
      `auth_file = ${folder}/users.txt\npool_mode = ${mode}\ndefault_pool_size = ${poolSize}\n`,
  )
  // PgBouncer does not run as root, and its account must be able to read these files.
  await chmod(folder, 0o755)
  const child = spawn(program as string, ['-q', ...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []), join(folder, 'pooler.ini')], {
    stdio: 'ignore',
  })
  const exited = once(child, 'exit')
  const pooled = Object.assign(new URL(serverUrl), { hostname: '127.0.0.1', port: String(port) }).href
  await connectWhenUp(pooled)
  return {
    url: pooled,
    async close() {
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function connectWhenUp(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new pg.Client({ connectionString: url, ssl: false })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return await client.end()
    } catch (thrown) {
      if (attempt === 200) throw thrown
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}
