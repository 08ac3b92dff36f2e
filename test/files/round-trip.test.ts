import { isAscii, isUtf8 } from 'node:buffer'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { folderOf } from './support/folder.js'
import { long, runsOf } from '../support/long.js'

/** Letters of Windows-1252, so that every encoding can hold them; quotes, delimiters and line ends among them. */
const letter = fc.constantFrom(...'abcXYZ éèüß£“”’', '"', ',', ';', '|', '\t', '\n', '\r\n', ' ', '0', '7', '.', '-', '/')
const value = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: fc.array(letter, { maxLength: 12 }).map((letters) => letters.join('')) },
)

const tables = fc.integer({ min: 2, max: 5 }).chain((width) =>
  fc.record({
    rows: fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 2, maxLength: 12 }),
    width: fc.constant(width),
    delimiter: fc.constantFrom(',', ';', '|', '\t'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    lastLineEnd: fc.boolean(),
    quoteAll: fc.boolean(),
    encoding: fc.constantFrom('utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16be', 'windows-1252'),
  }),
)

function written(row: readonly (string | null)[], delimiter: string, quoteAll: boolean): string {
  return row
    .map((text) => {
      if (text === null) return ''
      const plain = !quoteAll && text !== '' && !/["\r\n]/.test(text) && !text.includes(delimiter) && text.trim() === text
      return plain ? text : `"${text.replaceAll('"', '""')}"`
    })
    .join(delimiter)
}

function encoded(text: string, encoding: string): Buffer {
  if (encoding === 'utf-8 with mark') return Buffer.from(`\ufeff${text}`)
  return iconv.encode(text, encoding, { addBOM: encoding.startsWith('utf-16') })
}

describe('a table written as delimited text', () => {
  it('reads back equal, whatever its dialect, encoding and line ends', { tags: [long] }, async () => {
    const opened = await folderOf({})
    const path = join(opened.folder, 't.csv')
    await fc.assert(
      fc.asyncProperty(tables, async ({ rows, width, delimiter, lineEnd, lastLineEnd, quoteAll, encoding }) => {
        // The first column names its rows; it is what makes each of them a row, and its header a header.
        const header = ['row name', ...Array.from({ length: width }, (_, at) => `column ${'abcde'[at]}`)]
        const named = rows.map((row, at) => [`row ${'abcdefghijkl'[at]}`, ...row])
        const lines = [header, ...named].map((row) => written(row, delimiter, quoteAll))
        const bytes = encoded(lines.join(lineEnd) + (lastLineEnd ? lineEnd : ''), encoding)
        // Letters of Windows-1252 whose bytes happen to be UTF-8, such as ß”, are read as UTF-8 by everybody.
        fc.pre(encoding !== 'windows-1252' || !isUtf8(bytes) || isAscii(bytes))
        await writeFile(path, bytes)
        const dataset = await opened.dataset('t')
        const columns = dataset.tables[0]?.columns ?? []
        // What looks like a number or a date is one; it is compared as text by the tests of types.
        fc.pre(columns.every(({ type }) => type === 'STRING'))
        expect(columns.map(({ name }) => name)).toEqual(header)
        expect(await opened.texts('t/t')).toEqual(named)
        await rm(path)
      }),
      { numRuns: runsOf(30, 50) },
    )
  })
})
