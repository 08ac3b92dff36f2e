import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { originalKeys } from '../../connectors/files/folder/copy-names.js'
import { folderOf } from './support/folder.js'

const csv = 'a,b\n1,x\n2,y\n'
const closed = 'datasets:\n  housing-waits: { access: CLOSED }\n'

async function accessOf(files: Record<string, string>): Promise<{ access: Record<string, string>; told: string[] }> {
  const events = await (await folderOf(files)).harvest()
  return {
    access: Object.fromEntries(events.flatMap((event) => (event.kind === 'dataset' ? [[event.dataset.id, event.dataset.access]] : []))),
    told: events.flatMap((event) => (event.kind === 'problem' ? [event.message] : [])),
  }
}

describe('a copy of a protected file', () => {
  it.each([
    'housing-waits - Copy',
    'housing-waits (1)',
    'Copy of housing-waits',
    'housing-waits copy 2',
    'housing-waits_v2',
    'housing-waits_FINAL',
    'housing-waits.csv',
    'housing-waits.xlsx',
    'housing-waits-2024',
    'Housing Waits 2024-01-31',
    'housing_waits_Jan_2024',
    "housing-waits (Ann Smith's conflicted copy 2024-01-01)",
    'housing-waits-DESKTOP-AB12CD',
    'Kopie von housing-waits',
    'HOUSINGWAITS',
    'new housing-waits old',
    'housing-waits-Q1',
    'housing-waits-sheet1',
  ])('is not published before somebody says so: %s', async (stem) => {
    const { access, told } = await accessOf({ 'catalogue.yaml': closed, 'housing-waits.csv': csv, [`${stem}.csv`]: csv })
    expect(Object.values(access)).toEqual(['CLOSED', 'CLOSED'])
    expect(told).toEqual([expect.stringMatching(/may mean this file and does not name it plainly, so it is CLOSED/)])
  })

  it('is as its own entry says', async () => {
    const { access, told } = await accessOf({
      'catalogue.yaml': `${closed}  housing-waits-2024: { access: OPEN }\n`,
      'housing-waits.csv': csv,
      'housing-waits-2024.csv': csv,
    })
    expect([access, told]).toEqual([{ 'housing-waits': 'CLOSED', 'housing-waits-2024': 'OPEN' }, []])
  })

  it('is held back where only a column, or a file that an entry names, is protected', async () => {
    const columns = 'datasets:\n  spend:\n    columns:\n      b: { sensitivity: PERSONAL }\n'
    expect((await accessOf({ 'catalogue.yaml': columns, 'spend.csv': csv, 'spend (2).csv': csv })).access).toEqual({
      spend: 'OPEN',
      'spend-2': 'CLOSED',
    })
    const named = 'datasets:\n  waits: { access: SHARED, files: [List.csv] }\n'
    expect((await accessOf({ 'catalogue.yaml': named, 'List.csv': csv, 'List_old.csv': csv })).access).toEqual({
      waits: 'SHARED',
      'list-old': 'CLOSED',
    })
  })

  it('is no other file, and an open dataset has none', async () => {
    const others = { 'housing-wait-times.csv': csv, 'housing.csv': csv, 'waits.csv': csv }
    expect(await accessOf({ 'catalogue.yaml': closed, 'housing-waits.csv': csv, ...others })).toEqual({
      access: { housing: 'OPEN', 'housing-wait-times': 'OPEN', 'housing-waits': 'CLOSED', waits: 'OPEN' },
      told: [],
    })
    expect(
      (await accessOf({ 'catalogue.yaml': 'datasets:\n  spend: { title: Spend }\n', 'spend.csv': csv, 'spend-2024.csv': csv })).told,
    ).toEqual([])
  })

  it('is found in bounded steps, whatever the name', () => {
    for (const name of ['a', '', '-', '1', '2024', 'copy', `${'copy-of-'.repeat(500)}x`, `x${'-1'.repeat(5000)}`, 'x-desktop'.repeat(1000)])
      expect(originalKeys(name).size).toBeLessThan(200)
  })
})

describe('a catalogue.yaml that became something else', () => {
  it.each(['catalogue.yaml.bak', 'catalogue.yaml~', '.catalogue.yaml.swp', 'Catalogue.yml.old'])('closes the folder: %s', async (name) => {
    const { access, told } = await accessOf({ [name]: closed, 'a.csv': csv })
    expect(access).toEqual({ a: 'CLOSED' })
    expect(told).toEqual([`${name} is not read: rename it to catalogue.yaml. Until then everything in this folder counts as CLOSED.`])
  })

  it('is nothing beside catalogue.yaml', async () => {
    expect(await accessOf({ 'catalogue.yaml': 'datasets: {}', 'catalogue.yaml.bak': closed, 'a.csv': csv })).toEqual({
      access: { a: 'OPEN' },
      told: [],
    })
  })
})

describe('catalogue.yaml', () => {
  it('may name a dataset and say nothing of it', async () => {
    expect(await accessOf({ 'catalogue.yaml': 'datasets:\n  a:\n', 'a.csv': csv })).toEqual({ access: { a: 'OPEN' }, told: [] })
  })

  it.each<[string, string | Buffer, RegExp]>([
    [
      'an id as people write it',
      'datasets:\n  Housing Waits: { access: CLOSED }\n',
      /small letters, digits and hyphens only, such as housing-waits;/,
    ],
    ['a file as an id', 'datasets:\n  w.csv: { access: CLOSED }\n', /goes under "files" of an entry/],
    [
      'a second document',
      'datasets: {}\n---\ndatasets: {}\n',
      /line 2, column 1: a second document begins here; take out the line of three hyphens/,
    ],
    ['UTF-16', Buffer.from('\ufeffdatasets:\n  w: { access: CLOSED }\n', 'utf16le'), /save the file as UTF-8/],
  ])('says in plain words what is wrong with %s', async (_, content, message) => {
    const opened = await folderOf({ 'w.csv': csv })
    await writeFile(join(opened.folder, 'catalogue.yaml'), content)
    await expect(opened.harvest()).rejects.toThrow(message)
  })
})
