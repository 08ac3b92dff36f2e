import { randomUUID } from 'node:crypto'
import { cp, mkdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '../../errors.js'
import type { DatabaseLog } from '../database-log.js'
import { type Account, chooseAccount, type Command } from './account.js'
import { findNativePackage, type NativePackage } from './native-package.js'

/** Where everybody may pass, for a root whose own folders `nobody` cannot enter. */
const sharedFolder = '/var/lib/seven-dials'

/** What the embedded server needs to run: programs, a home for its files, and the account that reaches both. */
export interface Premises {
  /** Holds `cluster/`, `password` and `server.log`. May not exist yet; its parent does. */
  readonly home: string
  readonly account: Account
  /** What to spawn to run one of the three programs that the package ships. */
  command(program: 'initdb' | 'pg_ctl' | 'postgres', args: readonly string[]): Command
}

/**
 * Home is `dataFolder/postgres`. What the server's account may not enter (root, a folder of mode 0700, no user namespaces) goes under
 * /var/lib/seven-dials: the programs as a copy, the home with `dataFolder/postgres` as a link to it.
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

/** Programs and libraries, without what only compilers want. Renamed into place whole, so that a copy that is there is complete. */
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

/** A home elsewhere for this data folder alone; the link tells where. Of hubs that start at once, the link's maker decides. */
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
