import { execFileSync } from 'node:child_process'
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findPostmaster } from '../../src/database/embedded/postmaster.js'
import { memorySettings } from '../../src/database/embedded/server-process.js'
import { databaseError } from '../../src/database/database-error.js'
import { type Database, openDatabase } from '../../src/database/open-database.js'
import { type HubProcess, startHubProcess } from '../support/hub-process.js'
import { longTest } from '../support/long-test.js'
import { quiet } from '../support/postgres.js'

const root = process.getuid?.() === 0
const nobody = root ? { uid: Number(execFileSync('id', ['-u', 'nobody'])), gid: Number(execFileSync('id', ['-g', 'nobody'])) } : undefined
/** Whether a process of nobody's could run this checkout. */
const checkoutIsOpen = (() => {
  try {
    if (nobody !== undefined) execFileSync('test', ['-r', fileURLToPath(import.meta.url)], nobody)
    return root
  } catch {
    return false
  }
})()

/** A data folder whose database was made and stopped. */
let made: string
beforeAll(async () => {
  made = await mkdtemp(path.join(tmpdir(), 'seven-dials-embedded-made-'))
  await (await openDatabase({ dataFolder: made, log: quiet })).close()
})
afterAll(() => rm(made, { recursive: true, force: true }))
/** Has the folder begin with a copy of that database: to make another would take longer than most of these tests. */
const copyMade = async () => {
  // Where a database lies elsewhere, its folder has only a link to it, and the test makes its own.
  if ((await lstat(path.join(made, 'postgres'))).isDirectory()) execFileSync('cp', ['-a', path.join(made, 'postgres'), folder])
}

let folder: string
let hubs: HubProcess[]
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seven-dials-embedded-'))
  hubs = []
})
afterEach(async () => {
  // What a test left running is stopped as a hub would stop it: opened, and closed by the last.
  for (const hub of hubs) await hub.kill()
  const home = await readlink(path.join(folder, 'postgres')).catch(() => undefined)
  if ((await findPostmaster(cluster())) !== undefined) await (await open()).close()
  await rm(folder, { recursive: true, force: true })
  if (home !== undefined) await rm(home, { recursive: true, force: true })
})

const cluster = () => path.join(folder, 'postgres', 'cluster')
const open = () => openDatabase({ dataFolder: folder, log: quiet })
const postmaster = async () => (await findPostmaster(cluster()))?.pid
const start = async (options?: Parameters<typeof startHubProcess>[1]) => {
  const hub = await startHubProcess(folder, options)
  hubs.push(hub)
  return hub
}

describe('the embedded database', () => {
  it('starts on an empty folder, keeps what it is given, and stops with its hub', async () => {
    const first = await open()
    await first.knex.raw('create table kept as select 42 as answer')
    await first.close()
    expect(await postmaster()).toBeUndefined()

    const second = await open()
    expect((await second.knex.raw('select * from kept')).rows).toEqual([{ answer: 42 }])
    await Promise.all([second.close(), second.close()])
    expect(await postmaster()).toBeUndefined()
  })

  it('has an eighth of the memory for what it keeps at hand, within bounds, and reads without waking a worker', async () => {
    await copyMade()
    const gibibyte = 2 ** 30
    const sizes = [0.5, 1, 2, 4, 64].map((size) => memorySettings(size * gibibyte).shared_buffers)
    expect(sizes).toEqual(['128MB', '128MB', '256MB', '512MB', '512MB'])
    const database = await open()
    const { rows } = await database.knex.raw(
      `select name, current_setting(name) as value from unnest(array['shared_buffers', 'io_method']) as asked (name)`,
    )
    expect(Object.fromEntries(rows.map(({ name, value }: { name: string; value: string }) => [name, value]))).toEqual({
      shared_buffers: expect.stringMatching(/^\d+MB$/),
      io_method: 'sync',
    })
    await database.close()
  })

  it('listens on loopback alone, and asks for a password that is a secret of its folder', async () => {
    await copyMade()
    const database = await open()
    const { rows } = await database.knex.raw('show listen_addresses')
    expect(rows).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect((await stat(path.join(folder, 'postgres', 'password'))).mode & 0o777).toBe(0o600)
    expect((await stat(cluster())).mode & 0o777).toBe(0o700)
    const wrong = new URL(database.url)
    wrong.password = 'wrong'
    const stranger = await openDatabase({ url: wrong.href, dataFolder: folder, log: quiet })
    await expect(stranger.knex.raw('select 1').catch((error: unknown) => Promise.reject(databaseError(error)))).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
    })
    await stranger.close()
    await database.close()
  })

  it('is shared by hubs that start at once on an empty folder, and stops with the last of them', async () => {
    const [one, two, three] = await Promise.all([start(), start(), start()])
    expect(one?.url).toBeDefined()
    expect([two?.url, three?.url]).toEqual([one?.url, one?.url])
    await one?.close()
    await three?.close()
    expect(await postmaster()).toBeDefined()
    const late = await open()
    await two?.close()
    expect((await late.knex.raw('select 1 as n')).rows).toEqual([{ n: 1 }])
    await late.close()
    expect(await postmaster()).toBeUndefined()
  })

  it('is adopted when its hub was killed, and stopped by the one that adopted it', async () => {
    await copyMade()
    await (await start()).kill()
    const orphan = await postmaster()
    expect(orphan).toBeDefined()
    const database = await open()
    expect(await postmaster()).toBe(orphan)
    await database.close()
    expect(await postmaster()).toBeUndefined()
  })

  it('starts when hub and server were killed', async () => {
    await copyMade()
    const hub = await start()
    const pid = await postmaster()
    await hub.kill()
    process.kill(pid ?? 0, 'SIGKILL')
    const database = await open()
    expect((await database.knex.raw('select 1 as n')).rows).toEqual([{ n: 1 }])
    expect(await postmaster()).not.toBe(pid)
    await database.close()
  })

  it("starts when a dead server's pid is another process's by now", async () => {
    await copyMade()
    await writeFile(path.join(cluster(), 'postmaster.pid'), `${process.pid}\n${cluster()}\n1\n5432\n\n127.0.0.1\n\nready\n`)
    const database = await open()
    expect((await database.knex.raw('select 1 as n')).rows).toEqual([{ n: 1 }])
    await database.close()
  })

  it('is started again when it dies in use, and the pool recovers by itself', async () => {
    await copyMade()
    const database = await open()
    const pid = await postmaster()
    await database.knex.raw('select 1')
    process.kill(pid ?? 0, 'SIGKILL')
    for (let answered = false; !answered;) {
      const outcome = await database.knex.raw('select 1').then(() => true, databaseError)
      if (outcome !== true) expect(outcome).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
      else answered = (await postmaster()) !== pid && (await postmaster()) !== undefined
    }
    await database.close()
    expect(await postmaster()).toBeUndefined()
  })

  it('takes a folder of mode 0700, below one of mode 0700', async () => {
    await chmod(folder, 0o700)
    const database = await openDatabase({ dataFolder: path.join(folder, 'deeper', 'data'), log: quiet })
    expect((await database.knex.raw('select 1 as n')).rows).toEqual([{ n: 1 }])
    await database.close()
  })

  it('ends with the signal, and leaves nothing running', async () => {
    const opening = (signal: AbortSignal) => openDatabase({ dataFolder: folder, log: quiet, signal })
    await expect(opening(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
    await copyMade()
    for (const turns of [1, 5, 20]) {
      const abort = new AbortController()
      const opened = opening(abort.signal)
      for (let turn = 0; turn < turns; turn += 1) await setImmediate()
      abort.abort(new Error('enough'))
      await expect(opened).rejects.toThrow('enough')
      expect(await postmaster()).toBeUndefined()
    }
  })

  it('says what is wrong where the folder is a file, or the cluster is of another PostgreSQL', async () => {
    const file = path.join(folder, 'file')
    await writeFile(file, '')
    await expect(openDatabase({ dataFolder: file, log: quiet })).rejects.toThrow(/file: it is not a folder/)
    await copyMade()
    await writeFile(path.join(cluster(), 'PG_VERSION'), '9.6\n')
    await expect(open()).rejects.toThrow(/another version of PostgreSQL/)
  })
})

describe.runIf(root)('the embedded database of root', () => {
  it.runIf(checkoutIsOpen)('runs as nobody where nobody may enter', async () => {
    await chmod(folder, 0o755)
    const hub = await start()
    expect((await stat(cluster())).uid).toBe(nobody?.uid)
    expect(await readFile(`/proc/${await postmaster()}/status`, 'utf8')).toContain(`Uid:\t${nobody?.uid}`)
    await hub.close()
  })

  it('goes on when its folder becomes one that nobody may enter, and back', async () => {
    await copyMade()
    for (const mode of [0o755, 0o700, 0o755]) {
      await chmod(folder, mode)
      const database = await open()
      await database.knex.raw('create table if not exists kept (mode integer)')
      await database.knex('kept').insert({ mode })
      if (mode === 0o755) expect(await database.knex('kept').count()).not.toEqual([])
      await database.close()
    }
    const database = await open()
    expect(await database.knex('kept').pluck('mode')).toEqual([0o755, 0o700, 0o755])
    await database.close()
  })

  longTest('lies elsewhere, where neither nobody nor a user namespace may enter', async () => {
    // A PATH without `unshare` is a system without user namespaces.
    const programs = path.join(folder, 'bin')
    await mkdir(programs)
    for (const name of ['id', 'chown']) await symlink(execFileSync('which', [name]).toString().trim(), path.join(programs, name))
    const env = { ...process.env, PATH: programs }
    for (const time of ['first', 'second']) {
      const hub = await start({ env })
      expect(hub.refused, time).toBeUndefined()
      expect(await readlink(path.join(folder, 'postgres'))).toMatch(/^\/var\/lib\/seven-dials\//)
      expect((await stat(cluster())).uid).toBe(nobody?.uid)
      await hub.close()
      expect(await postmaster()).toBeUndefined()
    }
  })

  it.runIf(checkoutIsOpen)('refuses a folder that the process may not write to', async () => {
    await chmod(folder, 0o755)
    const hub = await start({ ...nobody })
    expect(hub.refused).toMatchObject({ name: 'ConfigError', message: expect.stringContaining('cannot be written to') })
  })

  const ifOpen = checkoutIsOpen ? longTest : it.skip
  ifOpen('starts for a user who is not root', async () => {
    await chown(folder, nobody?.uid ?? 0, nobody?.gid ?? 0)
    const hub = await start({ ...nobody })
    expect(hub.refused).toBeUndefined()
    expect((await stat(path.join(folder, 'postgres'))).uid).toBe(nobody?.uid)
    await hub.close()
    expect(await postmaster()).toBeUndefined()
  })

  it('says so when the disk is full, at the first start and in use, and goes on when there is room', async (context) => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'pipe' })
    } catch (error) {
      console.warn('NOT RUN: a full disk, since no small file system can be mounted here')
      return context.skip(String(error))
    }
    let database: Database | undefined
    try {
      await expect(open()).rejects.toThrow(/disk is full/)
      expect(await readdir(folder)).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=200m', folder])
      database = await open()
      execFileSync('sh', ['-c', `cat /dev/zero > '${folder}/ballast' 2>/dev/null || true`])
      // Not logged: a full disk under PostgreSQL's own log ends the server, and another test is about that.
      const fill = database.knex.raw('create unlogged table big as select n from generate_series(1, 1000000) as n')
      expect(await fill.catch(databaseError)).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: expect.stringContaining('disk') })
      await rm(path.join(folder, 'ballast'))
      expect((await database.knex.raw('select 1 as n')).rows).toEqual([{ n: 1 }])
    } finally {
      await database?.close()
      execFileSync('umount', [folder])
    }
  })
})

if (!root) console.warn('NOT RUN: what the embedded database does for root, since this user is not root')
else if (!checkoutIsOpen) console.warn('NOT RUN: the embedded database as nobody, since nobody may not enter this checkout')
