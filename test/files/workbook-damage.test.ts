import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Unreadable } from '../../connectors/shared/tabular/unreadable.js'
import { Archive } from '../../connectors/shared/tabular/xlsx/archive.js'
import { openWorkbook } from '../../connectors/shared/tabular/xlsx/workbook-reader.js'
import { folderOf } from './support/folder.js'
import { main, rows, spreadsheet } from './support/spreadsheet.js'
import { long, runsOf } from '../support/long.js'

const runs = runsOf(100, 200)
const inputs = new URL('../cases/in/', import.meta.url)
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dials-damage-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Every cell of a workbook's sheets, or the reason why it is not read. Anything else that is thrown fails the test. */
async function outcome(content: Buffer): Promise<{ cells: number } | { reason: string }> {
  const path = join(folder, 'book.xlsx')
  await writeFile(path, content)
  const { signal } = new AbortController()
  try {
    const archive = await Archive.open(path)
    try {
      let cells = 0
      for (const sheet of (await openWorkbook(archive, signal)).sheets) {
        for await (const { values, number } of sheet.rows()) {
          cells += values.length
          expect(number).toBeGreaterThan(0)
        }
        await sheet.totalsRows()
      }
      return { cells }
    } finally {
      archive.close()
    }
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Unreadable)
    return { reason: (thrown as Unreadable).message }
  }
}

describe('a damaged workbook', () => {
  it('is read or refused in plain words, whatever bytes are flipped, cut or doubled', { tags: [long] }, async () => {
    const files = await Promise.all(
      ['xlsx', 'xlsx2', 'b4'].map(async (part) => (await readdir(new URL(`${part}/`, inputs))).map((name) => `${part}/${name}`)),
    )
    const books = await Promise.all(files.flat().map((name) => readFile(new URL(name, inputs))))
    const change = fc.record({
      kind: fc.constantFrom('flip', 'cut', 'double', 'drop', 'zero'),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 1, max: 200 }),
      bit: fc.integer({ min: 0, max: 7 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...books), fc.array(change, { minLength: 1, maxLength: 4 }), async (book, changes) => {
        let bytes = Buffer.from(book)
        for (const { kind, at, length, bit } of changes) {
          const from = Math.floor(at * Math.max(0, bytes.length - 1))
          const to = Math.min(bytes.length, from + length)
          if (kind === 'flip' && bytes.length > 0) bytes[from] = (bytes[from] as number) ^ (1 << bit)
          if (kind === 'cut') bytes = bytes.subarray(0, from)
          if (kind === 'double') bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
          if (kind === 'drop') bytes = Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
          if (kind === 'zero') bytes = Buffer.concat([bytes.subarray(0, from), Buffer.alloc(to - from), bytes.subarray(to)])
        }
        const found = await outcome(bytes)
        if ('reason' in found) expect(found.reason).toMatch(/^The (?:file|workbook) |^A (?:part|sheet) /)
      }),
      { numRuns: runs },
    )
  })

  it('is read or refused, whatever its XML is', { tags: [long] }, async () => {
    const name = fc.constantFrom(
      'row',
      'c',
      'v',
      'f',
      'is',
      't',
      'r',
      'rPh',
      'sheetData',
      'mergeCell',
      'cols',
      'col',
      'x:c',
      'mc:Choice',
      'si',
    )
    const attribute = fc.tuple(
      fc.constantFrom('r', 't', 's', 'hidden', 'ref', 'min', 'max', 'xmlns', 'xmlns:x', 'xml:space'),
      fc.oneof(
        fc.constantFrom('A1', 's', 'b', 'd', 'inlineStr', '1', '-1', 'XFD1048576', 'ZZZZZZZ9', '1e9', main, 'preserve', 'A1:B2', ''),
        fc.string({ maxLength: 8 }).map((text) => text.replace(/[<&"]/g, '.')),
      ),
    )
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('1', '45292', 'true', '&amp;', 'Abbey', ' ', '<![CDATA[x]]>', '<!-- x -->', '&nbsp;', '\u0001', '_x0041_'),
        fc
          .tuple(name, fc.uniqueArray(attribute, { maxLength: 3, selector: ([key]) => key }), fc.array(tie('node'), { maxLength: 4 }))
          .map(
            ([tag, attributes, children]) =>
              `<${tag}${attributes.map(([key, value]) => ` ${key}="${value}"`).join('')}>${children.join('')}</${tag}>`,
          ),
      ),
    }))
    await fc.assert(
      fc.asyncProperty(fc.array(node, { maxLength: 8 }), fc.boolean(), async (nodes, inRows) => {
        const data = nodes.join('')
        const found = await outcome(
          spreadsheet({ sheets: [inRows ? `<row>${data}</row>` : data], strings: '<si><t>a</t></si>', formats: ['d/m/y'] }),
        )
        if ('reason' in found) expect(found.reason).toMatch(/damaged/)
      }),
      { numRuns: runs },
    )
  })

  it('has every row in its table, whatever its cells are', { tags: [long] }, async () => {
    const stored = fc.oneof(
      fc.constantFrom(
        '1',
        '-0',
        '1E-3',
        '45292',
        '60',
        '0.5',
        '1e308',
        '99999999999999999999',
        '12345678901234567.25',
        'true',
        '#N/A',
        '2024-02-30',
        '2024-03-17T10:30:00Z',
        '10:30',
        '',
        ' ',
        'c',
        '[x]',
        '15/01/2024',
        '1,200',
        '_xD800_',
        '-1',
        '5%',
      ),
      fc.double({ noNaN: true }).map(String),
      fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => text.replace(/[<&\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '.')),
    )
    const cell = fc
      .record({
        t: fc.constantFrom('', 't="n"', 't="s"', 't="b"', 't="d"', 't="e"', 't="str"', 't="inlineStr"'),
        s: fc.integer({ min: 0, max: 6 }),
        f: fc.boolean(),
        stored,
      })
      .map(({ t, s, f, stored: value }) => `<c ${t} s="${s}">${f ? '<f>A1</f>' : ''}<v>${value}</v></c>`)
    const type = fc.constantFrom('INT64', 'DECIMAL', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIME', 'BOOLEAN', 'STRING', undefined)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 12 }),
        fc.tuple(type, type, type),
        fc.boolean(),
        async (cells, types, isOld) => {
          const content = spreadsheet({
            sheets: [rows(['row', 'a', 'b', 'c'], ...cells.map((row, at) => [at, ...row]))],
            strings: '<si><t>a</t></si><si><t>1</t></si>',
            formats: ['d/m/y', 'hh:mm', '[h]:mm', '0%', '0.0"m";-0;"none"', '@'],
            properties: isOld ? '<workbookPr date1904="1"/>' : '',
          })
          const asked = ['a', 'b', 'c'].flatMap((name, at) => (types[at] === undefined ? [] : [`      ${name}: { type: ${types[at]} }`]))
          const opened = await folderOf({
            'book.xlsx': content,
            'catalogue.yaml': asked.length === 0 ? 'datasets: {}' : `datasets:\n  book:\n    columns:\n${asked.join('\n')}\n`,
          })
          expect((await opened.dataset('book')).tables[0]?.rowCount).toBe(cells.length)
          await opened.close()
        },
      ),
      { numRuns: Math.ceil(runs / 15) },
    )
  })
})
