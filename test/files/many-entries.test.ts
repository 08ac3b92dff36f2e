import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isDocument } from 'yaml'
import { inOrder } from '../../connectors/files/folder/binary-order.js'
import { groupFiles } from '../../connectors/files/folder/datasets.js'
import { noMemory } from '../../connectors/files/folder/memory.js'
import { parseYaml } from '../../connectors/files/folder/parse-yaml.js'
import { HarvestedTables } from '../../connectors/shared/tabular/copies/harvested-tables.js'
import { Pace } from '../../src/connector/next-turn.js'
import { folderOf } from './support/folder.js'

const data = { 'b.csv': 'v\n1\n' }
const lines = (count: number, line: (at: number) => string) => Array.from({ length: count }, (_, at) => line(at)).join('')
const refusal = async (catalogue: string) =>
  (await folderOf({ ...data, 'catalogue.yaml': catalogue })).harvest().then(
    () => 'served',
    (thrown: unknown) => (thrown as Error).message,
  )

it('ids by the ten thousands in catalogue.yaml take no pairwise comparison, and other work goes on meanwhile', async () => {
  let turns = 0
  const count = () => {
    turns++
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  const { found } = await parseYaml(`datasets:\n${lines(150_000, (at) => `  a${at}:\n`)}`)
  clearImmediate(next)
  expect(isDocument(found)).toBe(true)
  expect(turns).toBeGreaterThan(100)
})

it('200,000 ids in catalogue.yaml are refused with what to do', async () => {
  expect(await refusal(`datasets:\n${lines(200_000, (at) => `  a${at}:\n`)}`)).toMatch(
    /more than 1000000 words and signs; split the folder/,
  )
})

it('20,000 ids in catalogue.yaml are refused with what to do', async () => {
  expect(await refusal(`datasets:\n${lines(20_000, (at) => `  a${at}:\n`)}`)).toMatch(
    /^catalogue\.yaml, datasets: it names more than 10000 datasets; take out those that are gone, or split the folder\. Until/,
  )
})

it('20,000 files in entries of catalogue.yaml are refused with what to do', async () => {
  const files = lines(1000, (at) => `f${at}.csv,`)
  expect(await refusal(`datasets:\n${lines(20, (at) => `  a${at}: { files: [${files}] }\n`)}`)).toMatch(/it names more than 10000 files/)
})

it('entries without files by the thousands are told in a bounded number of problems', async () => {
  const opened = await folderOf({ ...data, 'catalogue.yaml': `datasets:\n${lines(9000, (at) => `  a${at}: { access: CLOSED }\n`)}` })
  const events = await opened.harvest()
  const told = events.flatMap((event) => (event.kind === 'problem' && event.message.startsWith('catalogue.yaml describes') ? [event] : []))
  expect(told).toHaveLength(200)
  expect(events).toContainEqual(expect.objectContaining({ message: '8800 more problems of this kind. Mend these first.' }))
})

it('40,000 columns of an entry are told in a bounded message, and hold back what they protect', async () => {
  const columns = lines(40_000, (at) => `      c${at}: { sensitivity: PERSONAL }\n`)
  const opened = await folderOf({ ...data, 'catalogue.yaml': `datasets:\n  b:\n    columns:\n${columns}` })
  const [table] = (await opened.dataset('b')).tables
  expect(table?.columns[0]?.sensitivity).toBe('PERSONAL')
  expect(table?.problems).toHaveLength(102)
  expect(table?.problems.at(-2)).toBe('catalogue.yaml describes 39900 more such columns.')
  expect(table?.problems.at(-1)).toMatch(/"c99" and 39900 more, which no table/)
})

it('organisations by the thousands in sharedWith are refused', async () => {
  expect(await refusal(`datasets: { b: { access: SHARED, sharedWith: [${lines(20_000, (at) => `o${at},`)}] } }`)).toBe(
    'catalogue.yaml, line 1, column 46 (datasets.b.sharedWith): has more than 500 entries. Until it is mended, nothing of this folder is served.',
  )
})

it.each([
  ['lists', '- '.repeat(20_000)],
  ['lists in brackets', '['.repeat(100_000)],
  ['objects', '{a: '.repeat(100_000)],
  ['keys', '? '.repeat(20_000)],
])('catalogue.yaml of nested %s does not end the process', async (_, text) => {
  expect(await refusal(text)).toMatch(/^catalogue\.yaml, line 1, column \d+: it nests deeper than 64 levels/)
})

it('catalogue.yaml of faults, of documents or of aliases is read to the first', async () => {
  expect(await refusal('a: ]\n'.repeat(400_000))).toMatch(/^catalogue\.yaml, line \d+, column \d+: /)
  expect(await refusal('---\n'.repeat(500_000))).toMatch(/line 2, column 1: a second document begins here/)
  expect(await refusal(`a: &a 1\n${lines(50_000, (at) => `b${at}: *a\n`)}`)).toMatch(/its aliases: write the values out/)
})

it('a key that is repeated in catalogue.yaml is refused by its place', async () => {
  expect(await refusal('datasets:\n  b: { title: One }\n  c:\n  b: { title: Two }\n')).toMatch(/line 4, column 3: Map keys must be unique/)
})

it('5,000 files beside 10,000 protective entries without files are grouped without a pairwise comparison', async () => {
  const names = Array.from({ length: 5000 }, (_, at) => `catalogue (${at})`)
  const files = names.map((stem) => ({
    ...{ name: `${stem}.csv`, stem, format: 'csv' as const, path: `/f/${stem}.csv`, bytes: 1, modified: '2024-01-01T00:00:00Z' },
  }))
  const entries = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`a${at}`, { access: 'CLOSED' as const }]))
  const { datasets } = await groupFiles(
    {
      files,
      refused: [],
      foreign: new Set(Array.from({ length: 20_000 }, (_, at) => `x${at}`)),
      passedOver: [],
      misnamedCatalogue: undefined,
    },
    { datasets: entries, isAbsent: false },
    noMemory,
    'OPEN',
  )
  expect(datasets).toHaveLength(5000)
})

it('a folder of 20,000 files is put in order in turns, and its names are those of a plain sort', async () => {
  const names = Array.from({ length: 20_000 }, (_, at) => `f${(at * 7919) % 20_000}.csv`)
  let turns = 0
  const count = () => {
    turns++
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  const ordered = await inOrder(names, (name) => name, new Pace())
  clearImmediate(next)
  expect(ordered).toEqual(names.toSorted())
  expect(turns).toBeGreaterThan(5)
})

it('20,000 empty files are told in a bounded number of problems, with one sentence on those left out', async () => {
  const opened = await folderOf({})
  for (let at = 0; at < 20_000; at++) writeFileSync(join(opened.folder, `f${at}.csv`), '')
  const events = await opened.harvest()
  const told = events.flatMap((event) => (event.kind === 'problem' ? [event.message] : []))
  expect(events).toHaveLength(5002)
  expect(told.filter((message) => message.endsWith('The file is empty.'))).toHaveLength(5000)
  expect(told.filter((message) => message.includes('left out'))).toEqual([
    expect.stringMatching(/and 14980 more: left out\. The folder holds 20000 data files, and only 5000 are served/),
  ])
})

it('tables of thousands of datasets are replaced without a look at every other table', async () => {
  const { folder } = await folderOf({})
  const tables = new HarvestedTables(`${folder}/harvested.json`)
  const table = { key: 'a'.repeat(64), file: 't0.duckdb', columns: [], rowCount: 1, asOf: '2024-01-01T00:00:00Z' }
  const own = (dataset: string) => new Map([[`${dataset}/t`, { ...table, dataset }]])
  for (let at = 0; at < 20_000; at++) await tables.replace(`d${at}`, own(`d${at}`))
  for (let at = 0; at < 20_000; at++) await tables.replace(`d${at}`, own(`d${at}`))
  await tables.markStale('d7', 'why')
  await tables.keepOnly(new Set(['d7', 'd8']))
  await tables.save()
  const again = new HarvestedTables(`${folder}/harvested.json`)
  expect(await again.get('d7/t')).toMatchObject({ dataset: 'd7', stale: 'why' })
  expect(await again.get('d9/t')).toBeUndefined()
})
