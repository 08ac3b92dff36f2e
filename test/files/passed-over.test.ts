import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { filesMax, listFolder } from '../../connectors/files/folder/folder.js'
import { folderOf } from './support/folder.js'

const told = async (files: Readonly<Record<string, string>>) =>
  (await (await folderOf({ 'good.csv': 'a\n1\n', ...files })).harvest()).flatMap((event) =>
    event.kind === 'problem' ? [event.message] : event.kind === 'complete' ? ['complete'] : [],
  )

it.each([
  ['~$budget.xlsx'],
  ['.~lock.budget.ods#'],
  ['budget.csv~'],
  ['#budget.csv#'],
  ['budget.csv.bak'],
  ['budget.tmp'],
  ['.budget.csv.swp'],
  ['Thumbs.db'],
  ['desktop.ini'],
  ['.DS_Store'],
  ['budget.csv.part'],
  ['budget.csv.crdownload'],
  ['Icon\r'],
])('%s is left by an editor or a download, and passed over without a word', async (name) => {
  expect(await told({ [name]: 'a,b\n1,2\n' })).toEqual(['complete'])
})

it.each([
  ['notes.txt', /^notes\.txt: not read \(text\)\. .*save it as \.csv/],
  ['data.tab', /^data\.tab: not read \(text\)/],
  ['data.dat', /^data\.dat: not read/],
  ['feed.xml', /^feed\.xml: not read \(XML or RDF\)\. Save/],
  ['report.pdf', /^report\.pdf: not read \(a document\)\. Publish/],
  ['wards.kml', /^wards\.kml: not read \(a map .*GeoJSON in WGS84/],
  ['wards.gpkg', /^wards\.gpkg: not read \(a map/],
  ['book.xlsb', /^book\.xlsb: .*Save it as \.xlsx or CSV/],
  ['book.ods', /^book\.ods: /],
  ['frame.rds', /^frame\.rds: .*Export it/],
  ['x.sqlite', /^x\.sqlite: .*Export it/],
  ['photo.JPG', /^photo\.JPG: /],
  ['noending', /^noending: not read \(of a kind that is not read\)/],
  ['data.xyz', /^data\.xyz: /],
  ['data.CSV.GZ', /^data\.CSV\.GZ: not read \(compressed\)\. Unpack/],
])('%s is told, with what to do', async (name, message) => {
  expect(await told({ [name]: 'a,b\n1,2\n' })).toEqual([expect.stringMatching(message), 'complete'])
})

it('one line reports all files of a kind', async () => {
  const files = Object.fromEntries(['shp', 'shx', 'dbf', 'prj', 'cpg'].map((ending) => [`wards.${ending}`, 'x']))
  expect(await told(files)).toEqual([
    'wards.cpg, wards.dbf, wards.prj, wards.shp, wards.shx: not read (a map of another format). Save it as GeoJSON in WGS84 (longitude, latitude), or as CSV.',
    'complete',
  ])
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`${at} ${'long '.repeat(40)}.pdf`, 'x']))
  const [line, ...rest] = await told(many)
  expect(rest).toEqual(['complete'])
  expect(line).toMatch(/and 280 more: not read \(a document\)/)
})

it('sub-folders are reported', async () => {
  const opened = await folderOf({ 'good.csv': 'a\n1\n' })
  await mkdir(join(opened.folder, '2023'))
  await mkdir(join(opened.folder, 'archive.csv'))
  await mkdir(join(opened.folder, '.git'))
  expect(await opened.harvest()).toMatchObject([
    {
      kind: 'problem',
      sourceId: './2023',
      message: '2023, archive.csv: not read (sub-folder). Move its files here, or serve it as a source of its own.',
    },
    { kind: 'dataset' },
    { kind: 'complete' },
  ])
})

it('a file that was passed over keeps no dataset in the catalogue, whatever its name', async () => {
  const opened = await folderOf({ 'libraries.csv': 'a\n1\n' })
  await opened.harvest()
  const { rm } = await import('node:fs/promises')
  await rm(join(opened.folder, 'libraries.csv'))
  for (const name of ['libraries', 'libraries.xls', 'libraries.txt']) await writeFile(join(opened.folder, name), 'x')
  const events = await opened.harvest()
  expect(events.map((event) => (event.kind === 'problem' ? event.sourceId : event.kind))).toEqual([
    './libraries',
    'libraries.txt',
    'libraries.xls',
    'complete',
  ])
  await expect(opened.run({ op: 'scan', table: 'libraries/libraries', columns: [{ name: 'a', type: 'INT64' }] })).rejects.toMatchObject({
    code: 'SOURCE_UNAVAILABLE',
  })
})

it('of more files than the limit those are served that were served before, and the others are reported', async () => {
  const opened = await folderOf({})
  for (let at = 0; at < filesMax + 3; at++) await writeFile(join(opened.folder, `${String(at).padStart(5, '0')}.csv`), '')
  const first = await listFolder(opened.folder, 1024)
  expect(first.files).toHaveLength(filesMax)
  expect(first.passedOver).toEqual([
    {
      name: '05000.csv',
      message: expect.stringContaining(
        '05000.csv, 05001.csv, 05002.csv: left out. The folder holds 5003 data files, and only 5000 are served',
      ),
    },
  ])
  const later = await listFolder(opened.folder, 1024, ({ stem }) => stem >= '00003')
  expect(later.files.at(0)?.name).toBe('00003.csv')
  expect(later.passedOver[0]?.message).toContain('00000.csv, 00001.csv, 00002.csv: left out')
})
