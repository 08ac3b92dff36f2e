import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Unreadable } from '../../connectors/files/unreadable.js'
import { Archive } from '../../connectors/files/xlsx/archive.js'
import { openWorkbook } from '../../connectors/files/xlsx/workbook-reader.js'
import { main, spreadsheet } from './support/spreadsheet.js'

const runs = Number(process.env.RUNS ?? 300)
const seed = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }
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
  it('is read or refused in plain words, whatever bytes are flipped, cut or doubled', async () => {
    const files = await Promise.all(['xlsx', 'xlsx2', 'b4'].map(async (part) => (await readdir(new URL(`${part}/`, inputs))).map((name) => `${part}/${name}`)))
    const books = await Promise.all(files.flat().map((name) => readFile(new URL(name, inputs))))
    const change = fc.record({ kind: fc.constantFrom('flip', 'cut', 'double', 'drop', 'zero'), at: fc.double({ min: 0, max: 1, noNaN: true }), length: fc.integer({ min: 1, max: 200 }), bit: fc.integer({ min: 0, max: 7 }) })
    await fc.assert(fc.asyncProperty(fc.constantFrom(...books), fc.array(change, { minLength: 1, maxLength: 4 }), async (book, changes) => {
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
    }), { numRuns: runs, ...seed })
  }, 120_000)

  it('is read or refused, whatever its XML is', async () => {
    const name = fc.constantFrom('row', 'c', 'v', 'f', 'is', 't', 'r', 'rPh', 'sheetData', 'mergeCell', 'cols', 'col', 'x:c', 'mc:Choice', 'si')
    const attribute = fc.tuple(fc.constantFrom('r', 't', 's', 'hidden', 'ref', 'min', 'max', 'xmlns', 'xmlns:x', 'xml:space'), fc.oneof(fc.constantFrom('A1', 's', 'b', 'd', 'inlineStr', '1', '-1', 'XFD1048576', 'ZZZZZZZ9', '1e9', main, 'preserve', 'A1:B2', ''), fc.string({ maxLength: 8 }).map((text) => text.replace(/[<&"]/g, '.'))))
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof({ maxDepth: 5 },
        fc.constantFrom('1', '45292', 'true', '&amp;', 'Abbey', ' ', '<![CDATA[x]]>', '<!-- x -->', '&nbsp;', '\u0001', '_x0041_'),
        fc.tuple(name, fc.uniqueArray(attribute, { maxLength: 3, selector: ([key]) => key }), fc.array(tie('node'), { maxLength: 4 })).map(([tag, attributes, children]) => `<${tag}${attributes.map(([key, value]) => ` ${key}="${value}"`).join('')}>${children.join('')}</${tag}>`)),
    }))
    await fc.assert(fc.asyncProperty(fc.array(node, { maxLength: 8 }), fc.boolean(), async (nodes, inRows) => {
      const data = nodes.join('')
      const found = await outcome(spreadsheet({ sheets: [inRows ? `<row>${data}</row>` : data], strings: '<si><t>a</t></si>', formats: ['d/m/y'] }))
      if ('reason' in found) expect(found.reason).toMatch(/damaged/)
    }), { numRuns: runs, ...seed })
  }, 120_000)
})
