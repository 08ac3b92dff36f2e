import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ExcelJs from 'exceljs'
import { fromBufferPromise as openZip } from 'yauzl'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { hubFamily } from '../support/processes.js'
import { decoded } from './support/read-files.js'
import { landedAt, typedHub } from './support/typed-hub.js'

const mediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const everything = `
  SELECT * FROM (VALUES
    (1, '00123', 1234567890123456, 123456789012345, CAST(12345678901234567890 AS DECIMAL(38,0)), CAST(1234.50 AS DECIMAL(18,2)), 0.1::DOUBLE, true,
      DATE '2026-11-30', TIME '13:45:30', TIMESTAMP '2026-11-30 13:45:30', TIMESTAMPTZ '2026-07-01 13:45:30+01', '=1+1'),
    (2, '', -1234567890123456, -123456789012345, 1, 0.00, 'NaN'::DOUBLE, false,
      DATE '1900-02-28', TIME '00:00:00', TIMESTAMP '1899-12-31 23:59:59', TIMESTAMPTZ '1850-01-01 00:00:00+00', '+44 20'),
    (3, '0000123456789012', 9007199254740993, 0, -99999999999999999999999999999999999999, -0.05, 'Infinity'::DOUBLE, NULL,
      DATE '1900-03-01', TIME '23:59:59', TIMESTAMP '9999-12-31 00:00:00', TIMESTAMPTZ '2026-01-01 00:00:00+00', '@cmd'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '1e5', 1, 2, 999999999999999, 99999999999999.99, 1e300, true,
      DATE '0044-03-15', TIME '12:00:00', TIMESTAMP '2000-02-29 06:00:00', TIMESTAMPTZ '2000-02-29 06:00:00+00', '-2')
  ) t(id, code, big, long, wide, money, share, yes, day, hour, moment, instant, "text")`
const strange = [
  'a & b < c > d "e" \'f\'',
  'tab\there, line\nthere',
  'return\r\nhere',
  'bell\u0007 and null-like \u0001',
  '_x0041_',
  '_x0041_x0042_x005F_',
  '_x0041\u0001',
  'my_xray_x',
  '_x00e9_',
  ' leading and trailing ',
  ']]>',
  '😀 𝒜stral',
  '\ufffe\uffff\ufeff',
  '\u0085\u2028',
]
const sql = (text: string) => `'${text.replaceAll("'", "''")}'`
const strangeRows = strange.map((text, index) => `(${index}, ${sql(text)})`).join(', ')

const held = typedHub(
  {
    everything,
    strange: `SELECT * FROM (VALUES ${strangeRows}) t(id, "text")`,
    nothing: 'SELECT 1 AS id, 2.5::DOUBLE AS x WHERE false',
    full: 'SELECT range AS id FROM range(1048575)',
    over: 'SELECT range AS id FROM range(3000000)',
    long: "SELECT 1 AS id, repeat('a', 32767) AS fits, repeat('😀', 16384) AS \"too long\"",
    ever: "SELECT 1 AS id, TIMESTAMP '9999-12-31 23:59:59.999999' AS ends, TIME '23:59:59.9999999' AS \"at\"",
    fitting: "SELECT 1 AS id, repeat('é', 32767) AS fits, repeat('😀', 16383) AS astral",
    parts: `SELECT range AS id, 'row ' || range AS "text", sum(range) OVER (ORDER BY range) AS total FROM range(300000)`,
    names: `SELECT 1 AS a, 2 AS " A", 3 AS "=b", 4 AS "_x0041_", 5 AS "c<&>"`,
  },
  {
    'camden/data/catalogue.yaml':
      "datasets:\n  everything:\n    licence: { id: OGL-UK-3.0, title: Open Government Licence v3, url: 'https://example.org/ogl' }\n",
  },
)

const query = (name: string, more: object = {}) => ({ from: { table: `camden/${name}/${name}` }, ...more })

async function opened(input: object): Promise<{ workbook: ExcelJs.Workbook; bytes: Buffer; response: Response }> {
  const response = await held.download('xlsx', input)
  if (response.status !== 200) throw new Error(await response.text())
  const bytes = Buffer.from(await response.arrayBuffer())
  const workbook = new ExcelJs.Workbook()
  await workbook.xlsx.load(bytes as unknown as ArrayBuffer)
  return { workbook, bytes, response }
}

const sheetOf = (workbook: ExcelJs.Workbook, name: string) => {
  const sheet = workbook.getWorksheet(name)
  if (sheet === undefined) throw new Error(`no sheet ${name}`)
  return sheet
}
const valuesOf = (sheet: ExcelJs.Worksheet, row: number) => (sheet.getRow(row).values as unknown[]).slice(1)
const column = (sheet: ExcelJs.Worksheet, name: string) => {
  const at = valuesOf(sheet, 1).indexOf(name) + 1
  return Array.from({ length: sheet.rowCount - 1 }, (_, index) => sheet.getRow(index + 2).getCell(at).value)
}
const about = (workbook: ExcelJs.Workbook) => {
  const sheet = sheetOf(workbook, 'About')
  return Array.from({ length: sheet.rowCount }, (_, index) => valuesOf(sheet, index + 1))
}

describe('an Excel workbook', () => {
  test('keeps codes, long numbers and what looks like a formula as text', async () => {
    const { workbook, bytes, response } = await opened(query('everything', { orderBy: [{ column: 'id' }] }))
    expect(response.headers.get('content-type')).toBe(mediaType)
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="camden everything \d{4}-\d\d-\d\d\.xlsx"$/)
    expect(response.headers.get('content-encoding')).toBeNull()
    const sheet = sheetOf(workbook, 'Rows')
    expect(column(sheet, 'code')).toEqual(['00123', null, '0000123456789012', null, '1e5'])
    // This library reads empty text as nothing. In the file it is a cell.
    const xml = await partOf(bytes, 'xl/worksheets/sheet1.xml')
    expect(xml).toContain('<c r="B3" t="inlineStr"><is><t xml:space="preserve"></t></is></c>')
    expect(xml).not.toContain('r="B5"')
    expect(column(sheet, 'big')).toEqual(['1234567890123456', '-1234567890123456', '9007199254740993', null, 1])
    expect(column(sheet, 'long')).toEqual([123456789012345, -123456789012345, 0, null, 2])
    expect(column(sheet, 'wide')).toEqual(['12345678901234567890', 1, '-99999999999999999999999999999999999999', null, 999999999999999])
    expect(column(sheet, 'money')).toEqual([1234.5, 0, -0.05, null, '99999999999999.99'])
    expect(column(sheet, 'share')).toEqual([0.1, null, null, null, 1e300])
    expect(column(sheet, 'yes')).toEqual([true, false, null, null, true])
    expect(column(sheet, 'text')).toEqual(['=1+1', '+44 20', '@cmd', null, '-2'])
    for (const row of [2, 3, 4]) expect(sheet.getRow(row).getCell(13).type).toBe(ExcelJs.ValueType.String)
  })

  test('keeps days, times and moments, and those before Excel knows any as text', async () => {
    const { workbook } = await opened(query('everything', { orderBy: [{ column: 'id' }] }))
    const sheet = sheetOf(workbook, 'Rows')
    const date = (text: string) => new Date(text)
    expect(column(sheet, 'day')).toEqual([date('2026-11-30'), '1900-02-28', date('1900-03-01'), null, '0044-03-15'])
    expect(column(sheet, 'hour')).toEqual([
      date('1899-12-30T13:45:30Z'),
      date('1899-12-30T00:00:00Z'),
      date('1899-12-30T23:59:59Z'),
      null,
      date('1899-12-30T12:00:00Z'),
    ])
    expect(column(sheet, 'moment')).toEqual([
      date('2026-11-30T13:45:30Z'),
      '1899-12-31T23:59:59',
      date('9999-12-31T00:00:00Z'),
      null,
      date('2000-02-29T06:00:00Z'),
    ])
    expect(column(sheet, 'instant')).toEqual([
      date('2026-07-01T12:45:30Z'),
      '1850-01-01T00:00:00Z',
      date('2026-01-01T00:00:00Z'),
      null,
      date('2000-02-29T06:00:00Z'),
    ])
    const formats = ['money', 'day', 'hour', 'moment', 'long'].map(
      (name) => sheet.getRow(2).getCell(valuesOf(sheet, 1).indexOf(name) + 1).numFmt,
    )
    expect(formats).toEqual(['0.00', 'yyyy-mm-dd', 'hh:mm:ss', 'yyyy-mm-dd hh:mm:ss', '0'])
  })

  test('has a header that stays in sight', async () => {
    const { workbook } = await opened(query('names'))
    const sheet = sheetOf(workbook, 'Rows')
    expect(valuesOf(sheet, 1).map(decoded)).toEqual(['a', 'A', '=b', '_x0041_', 'c<&>'])
    expect(sheet.getCell('A1').font).toMatchObject({ bold: true })
    expect(sheet.views).toMatchObject([{ state: 'frozen', ySplit: 1 }])
  })

  test('brings back every text, control characters and what looks like an escape included', async () => {
    const { workbook } = await opened(query('strange', { orderBy: [{ column: 'id' }] }))
    expect(column(sheetOf(workbook, 'Rows'), 'text').map(decoded)).toEqual(strange)
  })

  test('says on its second sheet where the rows are from, when, of which query, under which licence, and whether they are all', async () => {
    const input = query('everything', { where: { column: 'id', lt: 3 } })
    const { workbook, response } = await opened(input)
    const rows = about(workbook)
    const told = (label: string) => rows.find(([first]) => first === label)
    expect(told('Rows')).toEqual(['Rows', '2'])
    expect(told('Complete')).toEqual(['Complete', 'yes'])
    expect(Math.abs(Date.parse(told('Time')?.[1] as string) - Date.now())).toBeLessThan(3_600_000)
    expect(told('camden')?.slice(0, 4)).toEqual(['camden', 'camden/everything/everything', expect.any(String), 'OK'])
    expect(told('camden/everything')).toEqual(['camden/everything', 'Open Government Licence v3', 'https://example.org/ogl'])
    expect(JSON.parse(told('Query')?.[1] as string)).toEqual(input)
    const notes = rows.filter(([first]) => first === 'Note').map(([, note]) => note)
    expect(notes).toEqual([
      "Dates and times are in UTC in 'instant'.",
      'Dates before 1 March 1900 or after 9999 are text: Excel has no numbers for them.',
      'Numbers of more than 15 digits are text: Excel would round them.',
      'NaN and the infinities are empty cells.',
    ])
    const report = await fetch(new URL(/<(.*)>/.exec(response.headers.get('link') ?? '')?.[1] ?? '', held.hub.url))
    expect(await report.json()).toMatchObject({ transaction: told('Transaction')?.[1], version: told('Version')?.[1], rowCount: 2 })
  })

  test('keeps the last moment of the last day on that day', async () => {
    const { workbook } = await opened(query('ever'))
    const [ends] = column(sheetOf(workbook, 'Rows'), 'ends') as Date[]
    expect(ends?.toISOString()).toBe('9999-12-31T23:59:59.999Z')
  })

  test('of a join says what matched', async () => {
    const side = (as: string) => ({ table: 'camden/everything/everything', as, where: { column: 'id', lte: as === 'l' ? 3 : 2 } })
    const { workbook } = await opened({
      from: side('l'),
      joins: [{ table: side('r'), on: [{ left: 'id', right: 'id' }] }],
      select: [{ column: 'l.id', as: 'id' }],
    })
    expect(about(workbook).filter(([first]) => first === 'Join')).toEqual([
      ['Join', 'l ⋈ r: 2 of 3 rows of l (67 %) and 2 of 2 rows of r (100 %) matched, by 2 keys'],
    ])
  })

  test('of a query longer than a cell holds has the whole query over several cells', async () => {
    const input = query('everything', { where: { column: 'text', in: Array.from({ length: 5000 }, (_, at) => `value 😀 ${at}`) } })
    const { workbook } = await opened(input)
    const rows = about(workbook).filter(([first]) => String(first).startsWith('Query'))
    expect(rows.length).toBeGreaterThan(1)
    expect(JSON.parse(rows.map(([, piece]) => piece).join(''))).toEqual(input)
  })

  test('of no rows has a header and says so', async () => {
    const { workbook } = await opened(query('nothing'))
    expect(sheetOf(workbook, 'Rows').rowCount).toBe(1)
    expect(about(workbook)[0]).toEqual(['Rows', '0'])
  })

  test('says which source failed under PARTIAL, and that rows are missing', async () => {
    const input = { from: { union: ['camden/libraries/libraries', 'barnet/libraries/libraries'] }, onSourceError: 'PARTIAL' }
    const whole = await opened(input)
    expect(about(whole.workbook)[1]).toEqual(['Complete', 'yes'])
    expect(sheetOf(whole.workbook, 'Rows').rowCount).toBe(4)
    const barnet = (await hubFamily(held.hub, 'barnet')).spokes.get('barnet') as number
    process.kill(barnet, 'SIGSTOP')
    try {
      const { workbook, response } = await opened({ ...input, timeoutMs: 3000 })
      expect(response.headers.get('dials-result')).toBe('complete=false')
      expect(about(workbook)[1]).toEqual(['Complete', 'no: rows are missing, as the states of the sources below say'])
      expect(
        about(workbook)
          .find(([first]) => first === 'barnet')
          ?.slice(0, 4),
      ).toEqual(['barnet', 'barnet/libraries/libraries', 'not known', 'TIMED_OUT'])
      expect(sheetOf(workbook, 'Rows').rowCount).toBe(3)
    } finally {
      process.kill(barnet, 'SIGCONT')
    }
  })

  test('numbers its rows on over the parts that the engine landed', async () => {
    const { workbook } = await opened(query('parts', { orderBy: [{ column: 'id', direction: 'DESC' }] }))
    const sheet = sheetOf(workbook, 'Rows')
    expect(sheet.rowCount).toBe(300_001)
    expect([2, 122_882, 300_001].map((row) => sheet.getRow(row).getCell(2).value)).toEqual(['row 299999', 'row 177119', 'row 0'])
  })

  test('of as many rows as a sheet holds is whole, and of one more is refused before its first byte', async () => {
    const full = await held.download('xlsx', query('full'))
    expect(full.status).toBe(200)
    const xml = await partOf(Buffer.from(await full.arrayBuffer()), 'xl/worksheets/sheet1.xml')
    expect(xml.slice(-100)).toMatch(/<row r="1048576"><c r="A1048576" s="5"><v>\d+<\/v><\/c><\/row><\/sheetData><\/worksheet>$/)
    const over = await held.download('xlsx', query('over'))
    expect([over.status, over.headers.get('content-disposition')]).toEqual([422, null])
    expect(over.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(await over.json()).toMatchObject({
      code: 'RESULT_TOO_LARGE',
      detail: 'The answer has more rows than a worksheet holds below its header, 1,048,575. Take csv or parquet, or filter more.',
    })
  })

  test('holds a cell of 32,767 characters, and is refused for one more, with the name of the column', async () => {
    const { workbook } = await opened(query('fitting'))
    expect(valuesOf(sheetOf(workbook, 'Rows'), 2).map((value) => String(value).length)).toEqual([1, 32_767, 32_766])
    const over = await held.download('xlsx', query('long'))
    expect(over.status).toBe(422)
    expect(await over.json()).toMatchObject({
      code: 'RESULT_TOO_LARGE',
      detail:
        "A cell of the column 'too long' has 32,768 characters, and a cell of a worksheet holds 32,767. Take csv or parquet, or leave the column out.",
    })
  })

  test('is asked for by its media type and by the address of a table', async () => {
    const byType = await fetch(`${held.hub.url}/query`, {
      method: 'POST',
      body: JSON.stringify(query('names')),
      headers: { 'content-type': 'application/json', accept: mediaType },
    })
    const byAddress = await fetch(`${held.hub.url}/tables/camden/names/names.xlsx`)
    const head = await fetch(`${held.hub.url}/tables/camden/names/names.xlsx`, { method: 'HEAD' })
    for (const response of [byType, byAddress, head]) {
      expect([response.status, response.headers.get('content-type')]).toEqual([200, mediaType])
      await response.arrayBuffer()
    }
    const etag = byAddress.headers.get('etag') as string
    const again = await fetch(`${held.hub.url}/tables/camden/names/names.xlsx`, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
  })

  test('whose client leaves in the middle keeps nothing at the hub', async () => {
    const leaves = new AbortController()
    const response = await held.download('xlsx', query('full'), { signal: leaves.signal })
    await (response.body as ReadableStream<Uint8Array>).getReader().read()
    leaves.abort()
    await expect.poll(() => landedAt(held.hub)).toEqual([])
  })

  test('opens in openpyxl', async ({ skip }) => {
    if (!hasOpenpyxl()) skip('There is no Python with openpyxl here.')
    const { bytes } = await opened(query('everything', { orderBy: [{ column: 'id' }] }))
    const folder = mkdtempSync(join(tmpdir(), 'seven-dials-xlsx-'))
    try {
      writeFileSync(join(folder, 'all.xlsx'), bytes)
      const script = `import openpyxl,sys; s=openpyxl.load_workbook(sys.argv[1])['Rows']; print([[c.data_type for c in r] for r in s.iter_rows(min_row=2,max_row=2)])`
      const types = execFileSync('python3', ['-c', script, join(folder, 'all.xlsx')], { encoding: 'utf8' })
      expect(types.trim()).toBe("[['n', 's', 's', 'n', 's', 'n', 'n', 'b', 'd', 'd', 'd', 'd', 's']]")
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** A part of a workbook, as its text. */
async function partOf(bytes: Buffer, part: string): Promise<string> {
  const zip = await openZip(bytes)
  for await (const entry of zip.eachEntry()) if (entry.fileName === part) return text(await zip.openReadStreamPromise(entry))
  throw new Error(`no part ${part}`)
}

function hasOpenpyxl(): boolean {
  try {
    execFileSync('python3', ['-c', 'import openpyxl'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
