import { execFile } from 'node:child_process'
import { appendFile, chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from '../../src/database/connect.js'
import { openEmbeddedServer } from '../../src/database/embedded/embedded-server.js'
import { quiet } from './postgres.js'

/** A PostgreSQL server of a test's own, beside the run's. */
export interface PostgresServer {
  /** As its superuser. */
  readonly url: string
  /** Where its files are: `copyOf` takes it, once it is stopped. */
  readonly folder: string
  rows(sql: string): Promise<Record<string, unknown>[]>
  /** Stops it and leaves its files. Safe to call twice. */
  stop(): Promise<void>
  /** Starts what was stopped, at another port. */
  start(): Promise<void>
  /** Stops it and takes its files away. */
  remove(): Promise<void>
}

/** What a server is to be before it starts. */
interface Options {
  /** Lines of postgresql.conf. */
  settings?: readonly string[]
  /** Files of its data directory, which its own account alone may read. */
  files?: Readonly<Record<string, string>>
  /** The folder of a server that is stopped: this one begins with its data, its roles and its password. */
  copyOf?: string
}

/** Starts one with the programs of the embedded server. */
export async function openPostgresServer({ settings = [], files = {}, copyOf }: Options = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-server-'))
  // Of root's own folders, the account that runs the server could enter none.
  await chmod(folder, 0o755)
  if (copyOf === undefined) await (await openEmbeddedServer({ dataFolder: folder, log: quiet })).close()
  else await promisify(execFile)('cp', ['-a', join(copyOf, 'postgres'), folder])
  const cluster = join(folder, 'postgres', 'cluster')
  await appendFile(join(cluster, 'postgresql.conf'), ['', 'fsync = off', ...settings, ''].join('\n'))
  const { uid, gid } = await stat(cluster)
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(cluster, name), text, { mode: 0o600 })
    await chown(join(cluster, name), uid, gid)
  }
  let server = await openEmbeddedServer({ dataFolder: folder, log: quiet })
  let admin = connect(server.url, { log: quiet, embedded: true })
  const stop = async () => {
    await admin.destroy()
    await server.close()
  }
  return {
    get url() {
      return server.url
    },
    folder,
    rows: async (sql) => ((await admin.raw(sql.replaceAll('?', '\\?'))) as { rows: Record<string, unknown>[] }).rows,
    stop,
    async start() {
      server = await openEmbeddedServer({ dataFolder: folder, log: quiet })
      admin = connect(server.url, { log: quiet, embedded: true })
    },
    async remove() {
      await stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
