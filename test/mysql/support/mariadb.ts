import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createConnection } from 'mysql2/promise'
import { mysql } from '../../../connectors/mysql/index.js'
import type { Source } from '../../../src/connector/source.js'
import { DuckDbEngine } from '../../../src/engine/duckdb.js'
import { type Bench, openBench } from '../../support/query.js'
import { until } from '../../support/processes.js'

const server = ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd', '/usr/bin/mariadbd'].find(existsSync)

/** Why the tests of this folder do not run, where they cannot. */
export const missing =
  server === undefined ? 'there is no MariaDB server here: apt-get install --no-install-recommends mariadb-server' : undefined

/** A MariaDB server of a test's own, with an empty database `town`. */
export interface TestMariaDb {
  /** Of a user that may only read. */
  readonly url: string
  /** Of the user who may do anything. */
  readonly rootUrl: string
  /** Where its files are: its sources read theirs from beside them. */
  readonly folder: string
  readonly bench: Bench
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Record<string, unknown>[]>
  open(config?: Record<string, unknown>): Promise<Source>
  close(): Promise<void>
}

/** @param files of its folder, by name. @param settings its options beside ours; each may name those files by `{folder}`. */
export async function openMariaDb({
  files = {},
  settings = [],
}: { files?: Record<string, string>; settings?: readonly string[] } = {}): Promise<TestMariaDb> {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-mariadb-'))
  const data = join(folder, 'data')
  await mkdir(data)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const user = userInfo().username
  // A MariaDB that starts removes the temporary tables of every other one in the same folder.
  const env = { ...process.env, TMPDIR: folder }
  const install = ['--no-defaults', `--user=${user}`, `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db']
  await promisify(execFile)('mariadb-install-db', install, { env })
  const port = await freePort()
  const child = spawn(
    server as string,
    [
      '--no-defaults',
      `--user=${user}`,
      `--datadir=${data}`,
      `--socket=${join(folder, 'socket')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-log-bin',
      '--innodb-flush-log-at-trx-commit=0',
      ...settings.map((setting) => setting.replace('{folder}', folder)),
    ],
    { stdio: 'ignore', env },
  )
  const exited = once(child, 'exit')
  const admin = await connectWhenUp(port)
  const bench = await openBench()
  const sources: Source[] = []
  await admin.query('CREATE DATABASE town CHARACTER SET utf8mb4')
  await admin.query('USE town')
  await admin.query(`CREATE USER only_reads IDENTIFIED BY 'reads'; GRANT SELECT, SHOW VIEW ON *.* TO only_reads`)
  const url = `mysql://only_reads:reads@127.0.0.1:${port}/town`
  const quiet = () => undefined
  return {
    url,
    rootUrl: `mysql://root@127.0.0.1:${port}/town`,
    folder,
    bench,
    async run(sql) {
      await admin.query(sql)
    },
    async rows(sql) {
      return (await admin.query(sql))[0] as Record<string, unknown>[]
    },
    async open(config = {}) {
      const source = await mysql.open(mysql.configSchema.parse({ url, schemas: ['town'], defaultAccess: 'OPEN', ...config }), {
        spokeId: 'camden',
        baseFolder: folder,
        engine: bench.engine,
        openEngine: (options) => DuckDbEngine.open(options),
        scratchFolder: bench.folder,
        storeFolder: folder,
        log: { info: quiet, warn: quiet, error: quiet },
      })
      sources.push(source)
      return source
    },
    async close() {
      await Promise.all(sources.map((source) => source.close()))
      await bench.close()
      await admin.end()
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const connectWhenUp = (port: number) =>
  until('MariaDB takes connections', () =>
    createConnection({ host: '127.0.0.1', port, user: 'root', charset: 'utf8mb4', multipleStatements: true }).catch(() => undefined),
  )

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}
