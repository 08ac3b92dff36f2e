import { execFile } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Premises } from './premises.js'

const run = promisify(execFile)

/** An hour. No initdb takes so long, so an older folder was left by a process that died. */
const leftoverAgeMs = 3_600_000

/** The database's superuser, and the only one. */
export const superuser = 'postgres'

/**
 * The folder of the database's files and the password of its superuser, made at the first start. Made under another name and then renamed:
 * a killed start leaves no half of it, and if several hubs start at once, one wins.
 */
export async function ensureCluster(premises: Premises, signal?: AbortSignal): Promise<{ folder: string; password: string }> {
  const { home } = premises
  if (!(await exists(home))) {
    await sweep(home)
    await build(premises, signal)
  }
  const folder = path.join(home, 'cluster')
  await giveTo(premises, folder)
  return { folder, password: await readFile(path.join(home, 'password'), 'utf8') }
}

async function build(premises: Premises, signal?: AbortSignal): Promise<void> {
  const { home, account } = premises
  const growing = `${home}.${randomUUID()}.tmp`
  const folder = path.join(growing, 'cluster')
  const passwordFile = path.join(growing, 'initdb-password')
  const password = randomBytes(32).toString('base64url')
  try {
    // The server's account may pass through the folder; the password is for this process alone.
    await mkdir(growing, { mode: 0o711 })
    await mkdir(folder, { mode: 0o700 })
    await writeFile(path.join(growing, 'password'), password, { mode: 0o600 })
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (account.owner !== undefined) {
      await chown(folder, account.owner.uid, account.owner.gid)
      await chown(passwordFile, account.owner.uid, account.owner.gid)
    }
    const { file, args, options } = premises.command('initdb', [
      `--pgdata=${folder}`,
      '--no-locale',
      '--encoding=UTF8',
      `--username=${superuser}`,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
    ])
    await run(file, args, { ...options, ...(signal === undefined ? {} : { signal }) })
    await rm(passwordFile)
    await rename(growing, home).catch(async (error: unknown) => {
      if (!(await exists(home))) throw error
    })
  } finally {
    await rm(growing, { recursive: true, force: true })
  }
}

/** The account may differ from the last start: a folder's mode changes, or the hub no longer runs as root. */
async function giveTo({ account: { owner } }: Premises, folder: string): Promise<void> {
  if (owner === undefined || (await stat(folder)).uid === owner.uid) return
  await run('chown', ['-R', `${owner.uid}:${owner.gid}`, folder])
}

async function sweep(home: string): Promise<void> {
  const prefix = `${path.basename(home)}.`
  for (const name of await readdir(path.dirname(home))) {
    if (!name.startsWith(prefix) || !name.endsWith('.tmp')) continue
    const leftover = path.join(path.dirname(home), name)
    const { mtimeMs } = await stat(leftover)
    if (Date.now() - mtimeMs > leftoverAgeMs) await rm(leftover, { recursive: true, force: true })
  }
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  )
