import { randomUUID } from 'node:crypto'
import { readFile, readlink, realpath, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** A server that has this cluster open: lines 1, 4 and 8 of the `postmaster.pid` that PostgreSQL keeps there. */
interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** The server of this cluster, started by this process or another. Undefined if none runs, even where a killed one left its file. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const found = await readPostmaster(path.join(cluster, 'postmaster.pid'))
  return found !== undefined && (await serves(found.pid, cluster)) ? found : undefined
}

/**
 * Removes a `postmaster.pid` that names a process which is not the server. PostgreSQL does not start while the file names a living process
 * of its user, but the pid of a dead server may belong to another process now (in a container it usually does). A file that a server wrote
 * meanwhile is put back.
 */
export async function clearStalePostmaster(cluster: string): Promise<void> {
  const file = path.join(cluster, 'postmaster.pid')
  const stale = await readPostmaster(file)
  if (stale === undefined || !lives(stale.pid) || (await serves(stale.pid, cluster))) return
  const aside = path.join(cluster, `postmaster.pid.${randomUUID()}`)
  await rename(file, aside)
  if ((await readPostmaster(aside))?.pid === stale.pid) await rm(aside)
  else await rename(aside, file)
}

async function readPostmaster(file: string): Promise<Postmaster | undefined> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/** On Linux the working directory of the process must be the cluster's folder, as PostgreSQL's is; elsewhere any living process counts. */
async function serves(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return lives(pid)
  return (await readlink(`/proc/${pid}/cwd`).catch(() => '')) === (await realpath(cluster))
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
