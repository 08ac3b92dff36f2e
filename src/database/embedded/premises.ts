import { randomUUID } from 'node:crypto'
import { cp, mkdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '../../errors.js'
import type { DatabaseLog } from '../database-log.js'
import { type Account, chooseAccount, type Command } from './account.js'
import { findNativePackage, type NativePackage } from './native-package.js'

/** A place where everybody may pass, for a root whose own folders `nobody` cannot enter. */
const sharedFolder = '/var/lib/seven-dials'

/** What the embedded server runs with: programs, a home for its files, and an account that can reach both. */
export interface Premises {
  /** Holds `cluster/`, `password` and `server.log`. May not exist yet, but its parent does. */
  readonly home: string
  readonly account: Account
  /** The command for one of the three programs of the package. */
  command(program: 'initdb' | 'pg_ctl' | 'postgres', args: readonly string[]): Command
}

/**
 * The home is `dataFolder/postgres`. If the server's account may not enter it (root, a folder of mode 0700, no user namespaces), the files
 * go under /var/lib/seven-dials instead: a copy of the programs, and the home with `dataFolder/postgres` as a link to it.
 */
export async function findPremises(dataFolder: string, log: DatabaseLog): Promise<Premises> {
  const native = findNativePackage()
  await mkdir(dataFolder, { recursive: true })
  const link = path.join(await realpath(dataFolder), 'postgres')
  const planned = await targetOf(link).catch(() => link)
  const [parent, packed] = [path.dirname(planned), await realpath(native.folder)]
  const account = await chooseAccount([parent, packed])
  const programs = account.closed.includes(packed) ? await copyPrograms(native) : packed
  const home = account.closed.includes(parent) ? await settle(link) : planned
  if (home !== planned)
    log.warn({ folder: home }, 'the account nobody cannot enter the data folder, so the catalogue database lies elsewhere')
  return { home, account, command: (program, args) => account.command(path.join(programs, 'bin', program), args) }
}

/** Copies programs and libraries, without what only compilers need. Renamed when complete, so that an existing copy is complete. */
async function copyPrograms({ folder, version }: NativePackage): Promise<string> {
  const target = path.join(sharedFolder, `programs-${version}`)
  if (await exists(target)) return target
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 })
  const growing = `${target}.${randomUUID()}.tmp`
  await cp(folder, growing, { recursive: true, verbatimSymlinks: true, filter: (file) => !file.endsWith('.a') })
  await rename(growing, target).catch(async (error: unknown) => {
    await rm(growing, { recursive: true, force: true })
    if (!(await exists(target))) throw error
  })
  return target
}

/**
 * A home elsewhere for this data folder alone; the link points to it. If several hubs start at once, the one that makes the link decides.
 */
async function settle(link: string): Promise<string> {
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 })
  await symlink(path.join(sharedFolder, randomUUID()), link).catch(() => undefined)
  return targetOf(link).catch((cause: unknown) => {
    const mend = 'the account nobody cannot enter it: make it and the folders above it passable (chmod o+x), or do not run as root'
    throw new ConfigError(link, '', mend, { cause })
  })
}

const targetOf = async (link: string) => path.resolve(path.dirname(link), await readlink(link))

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  )
