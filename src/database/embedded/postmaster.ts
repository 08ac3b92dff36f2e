import { randomUUID } from 'node:crypto'
import { readFile, readlink, realpath, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** A server that has this cluster open: from line 1, 4 and 8 of the `postmaster.pid` that PostgreSQL keeps in it. */
interface Postmaster {
  readonly pid: number
  readonly port: number
  readonly ready: boolean
}

/** The server of this cluster, whoever started it; undefined where none runs, even if one that was killed left its file. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const found = await readPostmaster(path.join(cluster, 'postmaster.pid'))
  return found !== undefined && (await serves(found.pid, cluster)) ? found : undefined
}

/**
 * PostgreSQL does not start where `postmaster.pid` names a living process of its user, though a dead server's pid may by now be anybody's
 * (in a container it usually is). Takes such a file away; one that a server wrote meanwhile goes back.
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

/** On Linux the process must stand in the cluster's folder, as PostgreSQL does; elsewhere a living one is taken for it. */
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
