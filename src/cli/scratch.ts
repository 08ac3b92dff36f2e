import { constants } from 'node:fs'
import { access, lstat, mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Log } from '../connector/source.js'

const prefix = 'seven-dials-'
const tmpfsMagic = 0x01021994

/**
 * Makes a folder in memory for result parts, for this process alone, and removes those of dead processes. Without a tmpfs the system's
 * temporary folder is used; a hub then encrypts what spokes send, and the log reports it.
 * @param shared the memory file system.
 */
export async function openScratch(log: Log, shared = '/dev/shm'): Promise<{ folder: string; close(): Promise<void> }> {
  const base = (await isTmpfs(shared)) ? shared : tmpdir()
  if (!(await isTmpfs(base)))
    log.warn(
      {},
      'there is no tmpfs at /dev/shm: what spokes answer is encrypted on the disk of the temporary folder; rows of databases that this process reads itself are not',
    )
  else if (await hasSwap()) log.warn({}, 'this machine swaps: rows under way in memory may reach its disk. Turn swap off, or encrypt it')
  await sweep(base)
  // Everybody may write to the base. A name that could be guessed could be made first, or be a link; this one is new and only ours.
  const folder = await mkdtemp(join(base, `${prefix}${process.pid}-`))
  return { folder, close: () => rm(folder, { recursive: true, force: true }) }
}

async function isTmpfs(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK)
    return (await statfs(folder)).type === tmpfsMagic
  } catch {
    return false
  }
}

/** Whether the kernel may swap memory to a disk: the file has a header, and a line for each swap area. */
async function hasSwap(): Promise<boolean> {
  const text = await readFile('/proc/swaps', 'utf8').catch(() => '')
  return text.trim().split('\n').length > 1
}

async function sweep(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = new RegExp(`^${prefix}(\\d+)(?:-\\w{6})?$`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid)) || !(await isOurFolder(join(base, name)))) continue
    await rm(join(base, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Whether a path is a folder of this user, and no link to one. */
async function isOurFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  return found?.isDirectory() === true && found.uid === process.getuid?.()
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}
