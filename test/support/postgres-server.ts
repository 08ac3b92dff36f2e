import { execFile } from 'node:child_process'
import { appendFile, chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connect } from '../../src/database/connect.js'
import { openEmbeddedServer } from '../../src/database/embedded/embedded-server.js'
import { quiet } from './postgres.js'

/** A PostgreSQL server for one test, beside the run's shared server. */
export interface PostgresServer {
  /** The superuser's URL. */
  readonly url: string
  /** The folder of its files. Another server can start from it with `copyOf` once this one is stopped. */
  readonly folder: string
  rows(sql: string): Promise<Record<string, unknown>[]>
  /** Stops it and keeps its files. Safe to call twice. */
  stop(): Promise<void>
  /** Starts it again after `stop`, at another port. */
  start(): Promise<void>
  /** Stops it and removes its files. */
  remove(): Promise<void>
}

/** How to set the server up before it starts. */
interface Options {
  /** Lines of postgresql.conf. */
  settings?: readonly string[]
  /** Files to write into its data directory. Only the server's own account can read them. */
  files?: Readonly<Record<string, string>>
  /** The folder of a stopped server. The new server begins with its data, roles and password. */
  copyOf?: string
}

/** Starts a server with the programs of the embedded one. */
export async function openPostgresServer({ settings = [], files = {}, copyOf }: Options = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'seven-dials-server-'))
  // The account that runs the server is not root, so it could not enter a folder that only root can.
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
