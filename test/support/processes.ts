import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { readdir, readFile, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Dials, TestHub } from './dials.js'
import { patienceMs } from './patience.js'
import type { Workspace } from './workspace.js'

/** Calls `look` repeatedly until it finds something. Rejects where it finds nothing in time. */
export async function until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  for (const end = Date.now() + patienceMs; ; await delay(40)) {
    const found = await look()
    if (found !== undefined && found !== null && found !== false) return found as NonNullable<Exclude<T, false>>
    if (Date.now() > end) throw new Error(`in ${patienceMs} ms it did not come to this: ${what}`)
  }
}

interface Listed {
  pid: number
  parent: number
  command: string
}

/** Every process except those that have ended and are zombies. */
function processes(): Listed[] {
  const text = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  return text.split('\n').flatMap((line) => {
    const [, pid, parent, state = 'Z', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }]
  })
}

/** Whether a process runs. */
export const lives = (pid: number) => processes().some((one) => one.pid === pid)

/** The process and all its descendants, including PostgreSQL's while its hub lives. */
export function familyOf(pid: number): Listed[] {
  const all = processes()
  const family = all.filter((one) => one.pid === pid)
  for (const member of family) family.push(...all.filter(({ parent }) => parent === member.pid))
  return family
}

/** The processes of a `dials hub` whose spokes run. */
export interface HubFamily {
  readonly launcher: number
  readonly hub: number
  /** Process ids by the spoke's id. */
  readonly spokes: ReadonlyMap<string, number>
}

/** Waits until these spokes of a hub run. Every process is then present. */
export async function hubFamily({ process: { pid = 0 } }: Dials, ...spokeIds: string[]): Promise<HubFamily> {
  return until(`the spokes ${spokeIds.join(', ')} run`, () => {
    const family = familyOf(pid)
    const hub = family.find(({ parent }) => parent === pid)
    const spokes = new Map(
      spokeIds.flatMap((id) =>
        family
          .filter(({ parent, command }) => parent === hub?.pid && command.includes(`/spokes/${id} `))
          .map((one) => [id, one.pid] as const),
      ),
    )
    return hub !== undefined && spokes.size === spokeIds.length && { launcher: pid, hub: hub.pid, spokes }
  })
}

/** The ids of all processes of a hub. */
export const everyoneOf = ({ launcher, hub, spokes }: HubFamily) => [launcher, hub, ...spokes.values()]

/** Sends a signal to each process that still lives, as a terminal or a supervisor does to a whole group. */
export function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ESRCH') throw thrown
    }
  }
}

/** Waits until none of them lives. */
export async function allGone(pids: readonly number[]): Promise<void> {
  await until('all of them have ended', () => {
    const left = new Set(processes().map(({ pid }) => pid))
    return pids.every((pid) => !left.has(pid))
  })
}

/** The scratch folders in memory that these processes have now. */
export function scratchOf(pids: readonly number[]): string[] {
  const isTheirs = (name: string) => pids.some((pid) => name.startsWith(`seven-dials-${pid}-`))
  return ['/dev/shm', tmpdir()]
    .filter((base) => existsSync(base))
    .flatMap((base) =>
      readdirSync(base)
        .filter(isTheirs)
        .map((name) => join(base, name)),
    )
}

/** The files of running scans in a process's scratch folder. */
export async function scansUnderWay(pid: number): Promise<string[]> {
  const [folder] = scratchOf([pid])
  return folder === undefined ? [] : (await readdir(folder)).filter((name) => /^[0-9a-f-]{36}/.test(name))
}

/** The process id of a data folder's embedded PostgreSQL, where it runs. */
export async function postmasterOf(dataFolder: string): Promise<number | undefined> {
  const text = await readFile(join(dataFolder, 'postgres/cluster/postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number(text.split('\n')[0])
  return pid > 0 && lives(pid) ? pid : undefined
}

/** Kills a spoke process of a hub, and waits until the hub says that it is DOWN. It is not started again: its spoke.yaml is moved away. */
export async function loseSpoke(hub: TestHub, workspace: Workspace, id: string): Promise<void> {
  const { spokes } = await hubFamily(hub, id)
  await rename(workspace.path(`${id}/spoke.yaml`), workspace.path(`${id}/away.yaml`))
  signal([spokes.get(id) as number], 'SIGKILL')
  const isDown = async () =>
    (await hub.ask<{ spoke: { status: string } }>(`{ spoke(id: "${id}") { status } }`)).data?.spoke.status === 'DOWN'
  await until(`${id} is DOWN`, isDown)
}
