import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The account that PostgreSQL's programs run as, because they refuse to run as root. */
export interface Account {
  /** The command that runs `program` as this account. */
  command(program: string, args: readonly string[]): Command
  /** The owner that the cluster's files need; absent: the account of this process. */
  readonly owner?: Identity
  /** Those of the given folders that `owner` cannot enter; their contents have to go elsewhere. */
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
 * The account of this process, unless that is root. For root it is `nobody`, if `nobody` can enter every one of `folders`; else a user
 * namespace, in which root appears as `nobody` and can still enter folders of mode 0700; and if the system forbids that, `nobody` with some
 * folders `closed`.
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

/** Its number differs: 65534 on Linux, -2 on macOS. */
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

/** Whether everybody may pass through the folder and all folders above it. */
async function openToAll(folder: string): Promise<boolean> {
  const { mode } = await stat(folder)
  if ((mode & 0o001) === 0) return false
  const parent = path.dirname(folder)
  return parent === folder || openToAll(parent)
}
