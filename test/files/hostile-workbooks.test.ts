import { expect, it, onTestFinished, vi } from 'vitest'
import { Archive } from '../../connectors/shared/tabular/xlsx/archive.js'
import { SheetCells } from '../../connectors/shared/tabular/xlsx/sheet-cells.js'
import { folderOf, refusalOf, tableOf } from './support/folder.js'
import { workbookParts, zipOf } from './support/zip.js'
import { main, relations, rows, spreadsheet } from './support/spreadsheet.js'

const table = rows(['name', 'n'], ['a', 1], ['b', 2])
const many = (count: number, text: (at: number) => string) => Array.from({ length: count }, (_, at) => text(at)).join('')

/** The names of the parts that are read from now on, each as often as it is read. */
function watchParts(): string[] {
  const read: string[] = []
  const bytes = vi.spyOn(Archive.prototype, 'bytes')
  bytes.mockImplementation(function (this: Archive, ...[name, ...rest]: Parameters<Archive['bytes']>) {
    read.push(name)
    return original.call(this, name, ...rest)
  })
  onTestFinished(() => bytes.mockRestore())
  return read
}
const original = Archive.prototype.bytes

it('of 20,000 sheets that all point to one part, the part is read once', async () => {
  const sheets = many(20_000, (at) => `<sheet name="S${at}" sheetId="${at}" xmlns:r="r" r:id="rId${at}"/>`)
  const names = Array.from({ length: 20_000 }, (_, at) => [`rId${at}`, 'worksheet', '/xl/worksheets/sheet1.xml'] as const)
  const parts = {
    'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns="${main}"><sheets>${sheets}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(names),
  }
  const read = watchParts()
  const { problems } = await tableOf('many.xlsx', spreadsheet({ sheets: [table], parts }))
  expect(read.filter((name) => name === 'xl/worksheets/sheet1.xml')).toHaveLength(1)
  expect(problems).toContainEqual(expect.stringMatching(/and 19994 more are the same part of the workbook as an earlier sheet/))
})

it('more sheets than a workbook may list are refused', async () => {
  const sheets = many(20_001, (at) => `<sheet name="S${at}" sheetId="${at}"/>`)
  const parts = { 'xl/workbook.xml': `<?xml version="1.0"?><workbook xmlns="${main}"><sheets>${sheets}</sheets></workbook>` }
  expect(await refusalOf('many.xlsx', spreadsheet({ sheets: [table], parts }))).toMatch(/lists more than 20000 sheets/)
})

it('of 20,000 relations to one Excel table, the table is read once', async () => {
  const names = Array.from({ length: 20_000 }, (_, at) => [`rId${at}`, 'table', '/xl/tables/table1.xml'] as const)
  const parts = {
    'xl/worksheets/_rels/sheet1.xml.rels': relations(names),
    'xl/tables/table1.xml': `<?xml version="1.0"?><table xmlns="${main}" ref="A1:B3" totalsRowCount="1"/>`,
  }
  const read = watchParts()
  const { problems } = await tableOf('tables.xlsx', spreadsheet({ sheets: [table], parts }))
  expect(read.filter((name) => name === 'xl/tables/table1.xml')).toHaveLength(1)
  expect(problems).toContainEqual(expect.stringMatching(/total/i))
})

it('an Excel table of too many bytes is refused', async () => {
  const parts = {
    'xl/worksheets/_rels/sheet1.xml.rels': relations([['rId1', 'table', '/xl/tables/table1.xml']]),
    'xl/tables/table1.xml': `<?xml version="1.0"?><table xmlns="${main}">${many(200_000, (at) => `<tableColumn id="${at}" name="c"/>`)}</table>`,
  }
  expect(await refusalOf('tables.xlsx', spreadsheet({ sheets: [table], parts }))).toMatch(
    /unpacks to far more than a workbook holds \(the limit is 4 MiB/,
  )
})

it('parts of an archive that lie over each other are refused', async () => {
  const book = spreadsheet({ sheets: Array.from({ length: 50 }, () => table) })
  const entries: { name: string; offsetAt: number }[] = []
  for (let at = book.indexOf('PK\x01\x02'); at !== -1; at = book.indexOf('PK\x01\x02', at + 1))
    entries.push({ name: book.toString('latin1', at + 46, at + 46 + book.readUInt16LE(at + 28)), offsetAt: at + 42 })
  const sheets = entries.filter(({ name }) => name.startsWith('xl/worksheets/'))
  expect(sheets).toHaveLength(50)
  for (const { offsetAt } of sheets) book.writeUInt32LE(book.readUInt32LE(sheets[0]?.offsetAt as number), offsetAt)
  expect(await refusalOf('over.xlsx', book)).toMatch(/lie over each other in its archive/)
})

it.each([
  ['columns.csv', `${many(100_000, (at) => `c${at},`)}\n${'1,'.repeat(100_000)}\n`],
  ['columns.tsv', `${many(100_000, (at) => `c${at}\t`)}\n${'1\t'.repeat(100_000)}\n`],
  ['columns.json', JSON.stringify([Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`c${at}`, at]))])],
  ['columns.ndjson', many(20_000, (at) => `${JSON.stringify({ [`c${at}`]: at })}\n`)],
])('%s of columns by the ten thousands is refused', async (name, text) => {
  expect(await refusalOf(name, text)).toMatch(/has more than 2000 columns\. Turn its columns into rows/)
})

it('a JSON file of 20,000 lists is read as one table, with a word on how many others there are', async () => {
  const lists = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`list${at}`, [{ n: at }, { n: at + 1 }]]))
  const opened = await folderOf({ 'lists.json': JSON.stringify(lists) })
  const [event, ...rest] = await opened.harvest()
  expect(rest).toEqual([{ kind: 'complete' }])
  if (event?.kind !== 'dataset') throw new Error(JSON.stringify(event))
  expect(event.dataset.tables).toMatchObject([
    {
      rowCount: 2,
      columns: [{ name: 'n' }],
      problems: [
        'The file holds several lists: "list0" was taken, and left out were "list1", "list2", "list3", "list4", "list5" and 19994 more. Publish each as a file of its own.',
        'The list "list0" of the file was read as its table; what stands beside it (list1, list2, list3, list4, list5 …) was set aside.',
      ],
    },
  ])
})

it('a limit of gigabytes is told as it is', async () => {
  const parts = workbookParts('').map((part) => ({ ...part, claimed: 3 * 1024 ** 3 }))
  expect(await refusalOf('bomb.xlsx', zipOf(parts))).toMatch(/the limit is 2048 MiB a part/)
})

const styleSheet = (content: string) => ({ 'xl/styles.xml': `<?xml version="1.0"?><styleSheet xmlns="${main}">${content}</styleSheet>` })
const worksheet = (head: string, content: string) => ({
  'xl/worksheets/sheet1.xml': `<?xml version="1.0"?>${head}<worksheet xmlns="${main}"><sheetData>${content}</sheetData></worksheet>`,
})

it.each([
  [
    'formats by the hundred thousand',
    {
      parts: styleSheet(
        `<numFmts>${many(200_000, (at) => `<numFmt numFmtId="${at + 164}" formatCode="${at}0.0"/>`)}</numFmts><cellXfs><xf/>${many(200_000, (at) => `<xf numFmtId="${at + 164}"/>`)}</cellXfs>`,
      ),
    },
  ],
  [
    'defined names by the hundred thousand',
    { calculation: `<definedNames>${many(300_000, (at) => `<definedName name="n${at}"/>`)}</definedNames>` },
  ],
  [
    'merged ranges by the hundred thousand',
    { after: `<mergeCells>${many(300_000, (at) => `<mergeCell ref="C${at + 5}:D${at + 9}"/>`)}</mergeCells>` },
  ],
  [
    'conditional formats by the hundred thousand',
    { after: many(200_000, (at) => `<conditionalFormatting sqref="A1"><cfRule priority="${at}"/></conditionalFormatting>`) },
  ],
  ['shared texts by the million', { strings: many(1_000_000, (at) => `<si><t>${at}</t></si>`) }],
  [
    'namespaces in namespaces, each with its own prefixes',
    { after: many(200, (at) => `<x ${many(2000, (prefix) => `xmlns:a${at}_${prefix}="u" `)}>`) + many(200, () => '</x>') },
  ],
])('a workbook of %s is read, and its rows are those of its sheet', async (_, parts) => {
  expect((await tableOf('many.xlsx', spreadsheet({ sheets: [table], ...parts }))).rows).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
})

it.each([
  [
    'entities that expand each other',
    worksheet('<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>', '<row><c t="str"><v>&b;</v></c></row>'),
  ],
  ['a document type without end', worksheet(`<!DOCTYPE ${'<!ELEMENT x ANY>'.repeat(200_000)}`, '')],
  [
    'unknown entities by the hundred thousand',
    worksheet(
      '',
      many(120_000, () => '<row><c t="str"><v>&a;</v></c></row>'),
    ),
  ],
  ['attributes of one cell by the hundred thousand', worksheet('', `<row><c ${many(100_000, (at) => `a${at}="" `)}/></row>`)],
  [
    'elements deeper than any workbook',
    worksheet(
      '',
      many(300, () => '<row>'),
    ),
  ],
])('a workbook of %s is refused', async (_, parts) => {
  expect(await refusalOf('entities.xlsx', spreadsheet({ sheets: [table], parts }))).toMatch(/The workbook is damaged/)
})

it('a workbook that unpacks to a thousand times its bytes is refused', async () => {
  const parts = { 'xl/worksheets/sheet1.xml': Buffer.alloc(100_000_000, ' ') }
  expect(await refusalOf('bomb.xlsx', spreadsheet({ sheets: [table], parts }))).toMatch(/unpacks to far more than a workbook holds/)
})

it('an archive of 60,000 parts is refused', async () => {
  const parts = Array.from({ length: 60_000 }, (_, at) => ({ name: `p${at}`, content: Buffer.alloc(0) }))
  expect(await refusalOf('parts.xlsx', zipOf(parts))).toMatch(/an archive of more than 10000 parts/)
})

it('rows of two cells, the first and the last column, are read in turns', async () => {
  const far = many(20_000, (at) => `<row r="${at + 2}"><c r="A${at + 2}"><v>1</v></c><c r="BXW${at + 2}"><v>1</v></c></row>`)
  let [turns, longest] = [0, 0]
  const write = vi.spyOn(SheetCells.prototype, 'write')
  onTestFinished(() => write.mockRestore())
  const count = () => {
    turns++
    longest = Math.max(longest, write.mock.calls.length)
    write.mockClear()
    next = setImmediate(count)
  }
  let next = setImmediate(count)
  await (await folderOf({ 'far.xlsx': spreadsheet({ sheets: [`<row r="1"><c t="str"><v>a</v></c></row>${far}`] }) })).harvest()
  clearImmediate(next)
  expect(turns).toBeGreaterThan(100)
  expect(longest).toBeLessThanOrEqual(2)
})

it.each([
  ['coordinates', `{"type":"Polygon","coordinates":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`],
  ['collections', '{"type":"GeometryCollection","geometries":['.repeat(100_000) + ']}'.repeat(100_000)],
])('GeoJSON of nested %s does not end the process', async (_, geometry) => {
  const text = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},"geometry":${geometry}}]}`
  expect(await refusalOf('deep.geojson', text)).toMatch(/nests deeper than 512 levels/)
})
