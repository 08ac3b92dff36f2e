import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** As whom PostgreSQL's programs run: they refuse to run as root. */
export interface Account {
  /** What to spawn so that `program` runs as this account. */
  command(program: string, args: readonly string[]): Command
  /** Who must own the cluster's files; absent: whoever this process is. */
  readonly owner?: Identity
  /** Of the folders asked for those that `owner` cannot enter: what is in them has to be put where it can. */
  readonly closed: readonly string[]
}

/** A program with its arguments, as `spawn` takes them. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly options: { readonly cwd: string; readonly uid?: number; readonly gid?: number }
}

interface Identity {
  readonly uid: number
  readonly gid: number
}

/**
 * Whoever this process is, unless that is root. Then `nobody`, where it can enter every one of `folders`; else a user namespace, in which
 * root passes as `nobody` and keeps its way into folders of mode 0700; and where the system forbids that, `nobody` with some folders
 * `closed`.
 */
export async function chooseAccount(folders: readonly string[]): Promise<Account> {
  if (process.getuid?.() !== 0) return { command: (file, args) => ({ file, args, options: { cwd: '/' } }), closed: [] }
  const owner = await nobody()
  const open = await Promise.all(folders.map(openToAll))
  const closed = folders.filter((_folder, index) => open[index] !== true)
  if (closed.length > 0 && (await namespaceWorks(owner))) {
    return {
      command: (program, args) => ({ file: 'unshare', args: [...namespaceOf(owner), program, ...args], options: { cwd: '/' } }),
      owner: { uid: 0, gid: 0 },
      closed: [],
    }
  }
  return { command: (file, args) => ({ file, args, options: { cwd: '/', ...owner } }), owner, closed }
}

/** Its number is not the same everywhere: 65534 on Linux, -2 on macOS. */
async function nobody(): Promise<Identity> {
  const [uid, gid] = await Promise.all([run('id', ['-u', 'nobody']), run('id', ['-g', 'nobody'])])
  return { uid: Number(uid.stdout) >>> 0, gid: Number(gid.stdout) >>> 0 }
}

/** initdb looks its user up by name, so the namespace shows a uid that every system has a name for. */
const namespaceOf = ({ uid, gid }: Identity) => ['--user', `--map-user=${uid}`, `--map-group=${gid}`]

async function namespaceWorks(identity: Identity): Promise<boolean> {
  return run('unshare', [...namespaceOf(identity), 'true']).then(
    () => true,
    () => false,
  )
}

/** Whether everybody may pass through the folder and all above it. */
async function openToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder)
  if ((mode & 0o001) === 0) return false
  const parent = path.dirname(folder)
  return parent === folder || openToAll(parent)
}
