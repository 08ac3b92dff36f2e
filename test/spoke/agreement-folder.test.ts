import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignedAgreement } from '../../src/policy/agreement.js'
import { AgreementFolder } from '../../src/spoke/agreement-folder.js'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'seven-dials-agreements-'))
})
afterAll(() => rm(root, { recursive: true }))

const id = (last: number) => `5f3b8d3e-6a43-4a52-9d0c-${String(last).padStart(12, '0')}`
const signed = (of: string, version: number) => ({ agreement: { id: of, version } }) as SignedAgreement
const folderOf = (name: string) => join(root, name)

describe('the agreements of a spoke', () => {
  it('lose no refusal where several commands write at once', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => id(index))
    const folders = await Promise.all(ids.map(() => AgreementFolder.open(folderOf('at-once'))))
    await Promise.all(folders.map((folder, index) => folder.refuse(ids[index] as string, true)))
    expect([...((await folders[0]?.refused()) ?? [])].sort()).toEqual(ids)
    await Promise.all(folders.map((folder, index) => folder.refuse(ids[index] as string, index % 2 === 0)))
    expect((await folders[0]?.refused())?.size).toBe(10)
  })

  it('are kept whole where scans at once bring the same one', async () => {
    const folder = await AgreementFolder.open(folderOf('copies'))
    const copy = { agreement: { id: id(4), version: 1 }, canonical: 'x'.repeat(100_000), signatures: [] } as unknown as SignedAgreement
    await Promise.all(Array.from({ length: 50 }, () => folder.keep(copy)))
    expect((await readdir(folderOf('copies'))).sort()).toEqual([`${id(4)}.v1.json`, 'refused'])
  })

  it('are refused from the next scan on, and taken again', async () => {
    const [spoke, command] = [await AgreementFolder.open(folderOf('next')), await AgreementFolder.open(folderOf('next'))]
    await spoke.check(signed(id(1), 1))
    await command.refuse(id(1), true)
    await expect(spoke.check(signed(id(1), 1))).rejects.toMatchObject({ code: 'AGREEMENT_REQUIRED' })
    await spoke.check(signed(id(2), 1))
    await command.refuse(id(1), false)
    await command.refuse(id(1), false)
    await spoke.check(signed(id(1), 1))
  })

  it('name a damaged copy, and list the others', async () => {
    const folder = await AgreementFolder.open(folderOf('damaged'))
    await writeFile(join(folderOf('damaged'), `${id(3)}.v2.json`), '{"canonical":')
    await writeFile(join(folderOf('damaged'), 'notes.txt'), 'of the operator')
    expect(await folder.list()).toEqual([{ id: id(3), version: 2, agreement: undefined }])
    // What it has seen stays seen, though the copy cannot be read.
    const again = await AgreementFolder.open(folderOf('damaged'))
    await expect(again.check(signed(id(3), 1))).rejects.toMatchObject({ code: 'AGREEMENT_REQUIRED' })
    expect((await readdir(folderOf('damaged'))).sort()).toEqual([`${id(3)}.v2.json`, 'notes.txt', 'refused'])
  })
})
