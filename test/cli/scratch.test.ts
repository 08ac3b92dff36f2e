import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openScratch } from '../../src/cli/scratch.js'
import { quiet } from '../support/postgres.js'

/** No process has this id. */
const dead = 2 ** 22 + 1

async function sharedFolder(): Promise<string> {
  const shared = await mkdtemp('/dev/shm/dials-shared-')
  onTestFinished(() => rm(shared, { recursive: true, force: true }))
  return shared
}

it('a folder made beforehand under the name of this process is neither used nor emptied', async () => {
  const shared = await sharedFolder()
  const guessed = join(shared, `seven-dials-${process.pid}`)
  await mkdir(guessed, { mode: 0o777 })
  await writeFile(join(guessed, 'bait'), '')
  const { folder, close } = await openScratch(quiet, shared)
  expect(folder).toMatch(new RegExp(`/seven-dials-${process.pid}-\\w{6}$`))
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect(await readdir(guessed)).toEqual(['bait'])
  await close()
  expect(await readdir(shared)).toEqual([`seven-dials-${process.pid}`])
})

it('a link under the name of a dead process is not followed', async () => {
  const shared = await sharedFolder()
  const target = await mkdtemp(join(tmpdir(), 'dials-target-'))
  onTestFinished(() => rm(target, { recursive: true, force: true }))
  await writeFile(join(target, 'kept'), '')
  await symlink(target, join(shared, `seven-dials-${dead}-aaaaaa`))
  const { close } = await openScratch(quiet, shared)
  expect(await readdir(target)).toEqual(['kept'])
  await close()
})

it('folders of dead processes are removed, of this version and of earlier ones', async () => {
  const shared = await sharedFolder()
  for (const name of [`seven-dials-${dead}`, `seven-dials-${dead}-bbbbbb`, 'seven-dials-bench-cccccc']) await mkdir(join(shared, name))
  const { close } = await openScratch(quiet, shared)
  await close()
  expect(await readdir(shared)).toEqual(['seven-dials-bench-cccccc'])
})
