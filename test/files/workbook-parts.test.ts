import { describe, expect, it } from 'vitest'
import { folderOf, refusalOf, tableOf } from './support/folder.js'
import { main, relations, rows, spreadsheet, strict } from './support/spreadsheet.js'
import { zipOf } from './support/zip.js'

const simple = rows(['id', 'ward'], [1, 'Abbey'], [2, 'Alibon'])
const isRead = {
  names: ['id', 'ward'],
  rows: [
    ['1', 'Abbey'],
    ['2', 'Alibon'],
  ],
  problems: [],
}
const sheetOf = (data: string, attributes = `xmlns="${main}"`) =>
  `<?xml version="1.0"?><worksheet ${attributes}><sheetData>${data}</sheetData></worksheet>`
const prefixed = (data: string, prefix: string) => data.replace(/<(\/?)(\w)/g, `<$1${prefix}:$2`)
const strings = ['id', 'ward', 'Abbey', 'Alibon'].map((text) => `<si><t>${text}</t></si>`).join('')
const shared = (at: number | string) => `<c t="s"><v>${at}</v></c>`
const byStrings = rows([shared(0), shared(1)], [1, shared(2)], [2, shared(3)])
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

describe('the parts of a workbook', () => {
  it.each<[name: string, content: Buffer]>([
    ['in their usual places', spreadsheet({ sheets: [simple] })],
    ['in capitals', spreadsheet({ sheets: [simple], rename: (name) => name.replace('xl/worksheets/sheet', 'XL/WorkSheets/Sheet') })],
    [
      'in another case than their names in relationships',
      zipOf(
        partsOf(spreadsheetParts(simple)).map(({ name, content }) => ({
          name: name.toUpperCase().replace('[CONTENT_TYPES].XML', '[content_types].xml').replace('_RELS/.RELS', '_rels/.rels'),
          content,
        })),
      ),
    ],
    [
      'with a slash before their names',
      zipOf(partsOf(spreadsheetParts(simple)).map(({ name, content }) => ({ name: `/${name}`, content }))),
    ],
    [
      'in one folder',
      spreadsheet({
        sheets: [simple],
        rename: (name) => name.replace(/^xl\/(?:worksheets\/)?(?!_rels)/, 'data/').replace('xl/_rels', 'data/_rels'),
      }),
    ],
    ['at the root', spreadsheet({ sheets: [simple], rename: (name) => name.replace(/^xl\/(?:worksheets\/)?/, '') })],
    [
      'by names with blanks',
      spreadsheet({
        sheets: [simple],
        parts: {
          'xl/worksheets/sheet1.xml': undefined,
          'xl/worksheets/my sheet.xml': sheetOf(simple),
          'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', 'worksheets/my%20sheet.xml']]),
        },
      }),
    ],
    [
      'by backslashes in targets',
      spreadsheet({
        sheets: [simple],
        parts: { 'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', 'worksheets\\sheet1.xml']]) },
      }),
    ],
    [
      'by dots in targets',
      spreadsheet({
        sheets: [simple],
        parts: { 'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', '../xl/./worksheets/sheet1.xml']]) },
      }),
    ],
    [
      'by targets from the root without their slash',
      spreadsheet({
        sheets: [simple],
        parts: { 'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', 'xl/worksheets/sheet1.xml']]) },
      }),
    ],
    ['without content types', spreadsheet({ sheets: [simple], parts: { '[Content_Types].xml': undefined } })],
    ['without styles', spreadsheet({ sheets: [simple], parts: { 'xl/styles.xml': undefined } })],
    ['without the package’s relationships', spreadsheet({ sheets: [simple], parts: { '_rels/.rels': undefined } })],
    ['with shared texts', spreadsheet({ sheets: [byStrings], strings })],
    [
      'with shared texts that no relationship names',
      spreadsheet({
        sheets: [byStrings],
        strings,
        parts: { 'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', 'worksheets/sheet1.xml']]) },
      }),
    ],
    [
      'of a strict workbook',
      spreadsheet({
        sheets: [sheetOf(byStrings, `xmlns="${strict}"`)],
        parts: {
          'xl/workbook.xml': `<workbook xmlns="${strict}" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships" conformance="strict"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
          'xl/_rels/workbook.xml.rels': relations([
            ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
            ['rId2', 'sharedStrings', 'sharedStrings.xml'],
          ]).replaceAll(office, 'http://purl.oclc.org/ooxml/officeDocument/relationships'),
          'xl/sharedStrings.xml': `<s:sst xmlns:s="${strict}">${prefixed(strings, 's')}</s:sst>`,
        },
      }),
    ],
    [
      'whose elements have a prefix',
      spreadsheet({
        sheets: [
          `<?xml version="1.0"?><x:worksheet xmlns:x="${main}" xmlns="urn:other"><x:sheetData>${prefixed(simple, 'x')}</x:sheetData></x:worksheet>`,
        ],
      }),
    ],
    [
      'whose elements each declare their namespace',
      spreadsheet({
        sheets: [
          sheetOf(
            simple.replaceAll('<row', `<row xmlns="${main}"`).replaceAll('<c ', `<q:c xmlns:q="${main}" `).replaceAll('</c>', '</q:c>'),
            `xmlns="${main}"`,
          ),
        ],
      }),
    ],
    [
      'whose relations have another prefix',
      spreadsheet({
        sheets: [simple],
        parts: {
          'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:rel="${office}"><sheets><sheet rel:id="rId1" sheetId="7" name="Data"/></sheets></workbook>`,
        },
      }),
    ],
    ['without a namespace', spreadsheet({ sheets: [sheetOf(simple, '')] })],
    [
      'in UTF-16, little end first',
      spreadsheet({
        sheets: [simple],
        parts: { 'xl/worksheets/sheet1.xml': Buffer.from(`\uFEFF${sheetOf(simple).replace('?>', ' encoding="UTF-16"?>')}`, 'utf16le') },
      }),
    ],
    [
      'in UTF-16, big end first',
      spreadsheet({ sheets: [simple], parts: { 'xl/worksheets/sheet1.xml': Buffer.from(`\uFEFF${sheetOf(simple)}`, 'utf16le').swap16() } }),
    ],
    [
      'in UTF-16 without a mark',
      spreadsheet({ sheets: [simple], parts: { 'xl/worksheets/sheet1.xml': Buffer.from(sheetOf(simple), 'utf16le') } }),
    ],
    [
      'in UTF-8 with a mark',
      spreadsheet({
        sheets: [simple],
        parts: {
          'xl/worksheets/sheet1.xml': `\uFEFF${sheetOf(simple)}`,
          'xl/workbook.xml': `\uFEFF<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="A" r:id="rId1"/></sheets></workbook>`,
        },
      }),
    ],
    ['that are laid out on many lines', spreadsheet({ sheets: [simple.replace(/(<(?:row|c|is|v)\b|<\/(?:row|c|is)>)/g, '\n  $1')] })],
    [
      'with extensions and alternatives',
      spreadsheet({
        sheets: [
          simple.replace(
            '</row>',
            '<extLst><ext uri="x"><x14:c xmlns:x14="urn:x14"><row><c r="A9"><v>9</v></c></row></x14:c></ext></extLst></row>',
          ),
        ],
        after: `<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14"><row r="7"><c r="A7"><v>7</v></c></row></mc:Choice><mc:Fallback/></mc:AlternateContent>`,
      }),
    ],
    [
      'with comments, instructions and CDATA',
      spreadsheet({
        sheets: [
          `<!-- <row r="9"/> --><?x y?>${rows(['id', 'ward'], [1, 'Abbey'])}<row r="3"><c r="A3"><v><![CDATA[2]]></v></c><c r="B3" t="inlineStr"><is><t><![CDATA[Ali]]>bon</t></is></c></row>`,
        ],
      }),
    ],
    ['before a comment of the archive', commented(spreadsheet({ sheets: [simple] }), 'made by hand PK')],
    ['before foreign bytes', Buffer.concat([spreadsheet({ sheets: [simple] }), Buffer.from('\r\n--boundary--\r\n')])],
    ['before very many foreign bytes', Buffer.concat([spreadsheet({ sheets: [simple] }), Buffer.alloc(100_000)])],
    ['behind foreign bytes', Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\n\r\n'), spreadsheet({ sheets: [simple] })])],
  ])('%s', async (_, content) => {
    expect(await tableOf('book.xlsx', content)).toMatchObject(isRead)
  })

  it('may be of a template, or hold macros', async () => {
    for (const ending of ['xltx', 'xltm', 'XLSM'])
      expect(await tableOf(`book.${ending}`, spreadsheet({ sheets: [simple] }))).toMatchObject(isRead)
  })

  it('may be in an encoding that is no Unicode', async () => {
    const sheet = Buffer.from(sheetOf(rows(['name'], ['Café £5'])).replace('?>', ' encoding="windows-1252"?>'), 'latin1')
    expect((await tableOf('book.xlsx', spreadsheet({ sheets: [''], parts: { 'xl/worksheets/sheet1.xml': sheet } }))).rows).toEqual([
      ['Café £5'],
    ])
  })

  it('hold charts, dialogs and macro sheets that are no tables', async () => {
    const parts = {
      '[Content_Types].xml': undefined,
      'xl/_rels/workbook.xml.rels': relations([
        ['rId1', 'worksheet', 'worksheets/sheet1.xml'],
        ['rId2', 'chartsheet', 'worksheets/sheet2.xml'],
        ['rId3', 'dialogsheet', 'worksheets/sheet3.xml'],
      ]),
    }
    expect(
      await tableOf(
        'book.xlsx',
        spreadsheet({ sheets: [simple, '<?xml version="1.0"?><chartsheet/>', '<?xml version="1.0"?><dialogsheet/>'], parts }),
      ),
    ).toMatchObject(isRead)
    const charts = {
      'xl/_rels/workbook.xml.rels': relations([['rId1', 'chartsheet', 'worksheets/sheet1.xml']]),
      '[Content_Types].xml': undefined,
    }
    expect(await refusalOf('book.xlsx', spreadsheet({ sheets: ['<?xml version="1.0"?><chartsheet/>'], parts: charts }))).toMatch(
      /Charts are no tables/,
    )
  })

  it('that are missing cost their sheet alone, and that is reported', async () => {
    const content = spreadsheet({
      sheets: [simple, simple, simple],
      names: ['A', 'B', 'C'],
      parts: { 'xl/worksheets/sheet2.xml': undefined },
    })
    const { tables } = await (await folderOf({ 'book.xlsx': content })).dataset('book')
    expect(tables.map(({ name }) => name)).toEqual(['A', 'C'])
    expect(tables[0]?.problems).toEqual([
      expect.stringMatching(/^Sheet "B" was left out\. The workbook has no part xl\/worksheets\/sheet2\.xml/),
    ])
  })

  it('are read once, however many sheets say that they are theirs', async () => {
    const sheets = Array.from({ length: 2000 }, (_, at) => `<sheet name="S${at}" sheetId="${at + 1}" r:id="rId1"/>`).join('')
    const content = spreadsheet({
      sheets: [simple],
      parts: { 'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets}</sheets></workbook>` },
    })
    const { tables } = await (await folderOf({ 'book.xlsx': content })).dataset('book')
    expect(tables).toHaveLength(1)
    expect(tables[0]?.problems[0]).toMatch(/^Sheets "S1", "S2", "S3", "S4", "S5" and 1994 more are the same part/)
  })

  it('may be too many: those beyond the bound are reported', async () => {
    const { tables } = await (
      await folderOf({
        'book.xlsx': spreadsheet({ sheets: Array.from({ length: 502 }, () => '').map((_, at) => (at % 100 === 0 ? simple : '')) }),
      })
    ).dataset('book')
    expect(tables).toHaveLength(5)
    expect(tables[0]?.problems).toEqual([expect.stringMatching(/^The workbook has 502 sheets; those after the first 500 were left out/)])
  })
})

describe('what is no workbook', () => {
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex')
  const encrypted = Buffer.concat([ole, Buffer.alloc(5000), Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(500)])
  it.each<[name: string, content: Buffer | string, reason: RegExp]>([
    ['one that is protected by a password', encrypted, /protected by a password/],
    ['an old one', Buffer.concat([ole, Buffer.alloc(2000)]), /old Excel workbook/],
    ['a web page', '\n<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>', /web page/],
    [
      'XML of 2003',
      '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
      /XML Spreadsheet of 2003/,
    ],
    ['CSV', 'id,ward\n1,Abbey\n', /plain text/],
    ['PDF', '%PDF-1.7 ...', /PDF/],
    ['gzip', Buffer.from('1f8b0800', 'hex'), /gzip/],
    ['nothing', '', /is empty/],
    ['bytes', Buffer.from([1, 2, 3, 0, 5]), /no workbook/],
    [
      'an OpenDocument sheet',
      zipOf([
        { name: 'mimetype', content: Buffer.from('application/vnd.oasis.opendocument.spreadsheet') },
        { name: 'content.xml', content: Buffer.from('<x/>') },
      ]),
      /OpenDocument/,
    ],
    ['a binary workbook', spreadsheet({ rename: (name) => name.replace('workbook.xml', 'workbook.bin') }), /\.xlsb/],
  ])('%s', async (_, content, reason) => {
    expect(await refusalOf('book.xlsx', content)).toMatch(reason)
  })

  it.each<[name: string, content: Buffer, reason: RegExp]>([
    [
      'a document type, and entities of its own',
      spreadsheet({
        sheets: [
          `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet xmlns="${main}"><sheetData>${rows(['&b;'])}</sheetData></worksheet>`,
        ],
      }),
      /damaged/,
    ],
    [
      'elements without end',
      spreadsheet({ sheets: [`<?xml version="1.0"?><worksheet xmlns="${main}">${'<a>'.repeat(100_000)}`] }),
      /damaged/,
    ],
    [
      'a text without end',
      spreadsheet({ sheets: [`<?xml version="1.0"?><worksheet xmlns="${main}"><sheetData><row><c t="str"><v>${'a'.repeat(9_000_000)}`] }),
      /damaged/,
    ],
    [
      'an attribute without end',
      spreadsheet({ sheets: [`<?xml version="1.0"?><worksheet xmlns="${main}" a="${'a'.repeat(9_000_000)}`] }),
      /damaged/,
    ],
    ['another root', spreadsheet({ sheets: ['<?xml version="1.0"?><html/>'] }), /damaged/],
    ['a foreign namespace', spreadsheet({ sheets: [sheetOf(simple, 'xmlns="urn:other"')] }), /damaged/],
    [
      'an unknown encoding',
      spreadsheet({ sheets: ['<?xml version="1.0" encoding="klingon"?><worksheet/>'] }),
      /encoding that is not known/,
    ],
    [
      'a part twice',
      zipOf([...partsOf(spreadsheetParts(simple)), { name: 'xl/workbook.xml', content: Buffer.from('<workbook/>') }]),
      /damaged/,
    ],
    ['a flipped bit', flipped(spreadsheet({ sheets: [simple] })), /damaged/],
    [
      'too many columns',
      spreadsheet({ sheets: [`<row r="1">${Array.from({ length: 5100 }, (_, at) => `<c t="str"><v>c${at}</v></c>`).join('')}</row>`] }),
      /more than 2000 columns/,
    ],
  ])('one with %s', async (_, content, reason) => {
    expect(await refusalOf('book.xlsx', content)).toMatch(reason)
  })
})

function spreadsheetParts(data: string): Record<string, string> {
  return {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': relations([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([['rId1', 'worksheet', 'worksheets/sheet1.xml']]),
    'xl/worksheets/sheet1.xml': sheetOf(data),
  }
}

function partsOf(parts: Record<string, string>) {
  return Object.entries(parts).map(([name, text]) => ({ name, content: Buffer.from(text) }))
}

function commented(archive: Buffer, note: string): Buffer {
  const end = Buffer.from(archive)
  end.writeUInt16LE(note.length, end.length - 2)
  return Buffer.concat([end, Buffer.from(note)])
}

/** In the checksum of the sheet, so that its bytes unpack as before. */
function flipped(archive: Buffer): Buffer {
  const bytes = Buffer.from(archive)
  const at = bytes.lastIndexOf('PK\x01\x02', bytes.lastIndexOf('xl/worksheets/sheet1.xml'), 'latin1')
  bytes[at + 16] = (bytes[at + 16] as number) ^ 1
  return bytes
}
