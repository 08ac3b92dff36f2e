import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openFolder } from './support/source.js'
import { folderOf, refusalOf, tableOf } from './support/folder.js'
import { patienceMs } from '../support/patience.js'

describe('files that are refused, with the reason', () => {
  it.each<[string, string, string | Buffer, RegExp]>([
    ['an HTML page', 'page.csv', '<!DOCTYPE html>\n<html><body>Sign in, please</body></html>', /web page/],
    ['an XML answer', 'page.csv', '\ufeff<?xml version="1.0"?><Error/>', /web page \(HTML or XML\)/],
    ['an HTML page as JSON', 'page.json', '<html></html>', /web page/],
    ['nothing', 'none.csv', '', /empty/],
    ['nothing but blank lines', 'none.csv', '\n\n , \n', /no value/],
    ['nothing as JSON', 'none.json', '', /empty/],
    [
      'prose',
      'prose.csv',
      `${'Dear all, we met.\n'.repeat(3)}${'And then, when, as, so, to say, it rained, we left.\n"Well\n'.repeat(20)}`,
      /only \d+ can be read as rows/,
    ],
    ['a ZIP file', 'zip.csv', Buffer.from('PK\x03\x04\x00\x00'), /ZIP/],
    ['bytes', 'bytes.csv', Buffer.from('a,b\0\0\0\x01\x02,3\n'), /NUL/],
    ['an old workbook by another name', 'old.csv', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), /old Excel/],
    ['an old workbook', 'old.xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), /Save it as \.xlsx or CSV/],
    ['a GeoJSON without features', 'f.geojson', '{"type":"FeatureCollection","features":[]}', /without features/],
    [
      'a GeoJSON cut short',
      'f.geojson',
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},"geometry":null},{"ty',
      /cut short/,
    ],
    [
      'nothing but broken features',
      'f.geojson',
      '{"features":[{"properties":{"a":}},{"properties":{"a":}}]}',
      /Features 1 and 2: not valid/,
    ],
    ['a JSON file cut short', 'l.json', '[{"a":1},{"a":2', /ends in the middle, after 1 whole/],
    ['a JSON list of numbers', 'l.json', '[1,2]', /No element .* is a JSON object.* Elements 1 and 2: not a JSON object/],
    ['an empty JSON list', 'l.json', ' [ ] ', /empty/],
    ['a JSON list of empty objects', 'l.json', '[{},{}]', /no members/],
    ['JSON nested without end', 'l.json', '['.repeat(100_000), /nests deeper/],
    ['lines that are no JSON', 'l.ndjson', 'a,b\n1,2\n', /No line/],
    ['a Parquet file cut short', 'p.parquet', 'PAR1 and then nothing more', /Parquet/],
    ['a workbook cut short', 'w.xlsx', Buffer.from('PK\x03\x04 and then nothing'), /workbook/],
  ])('%s', async (_, name, content, reason) => {
    const message = await refusalOf(name, content)
    expect(message).toMatch(reason)
    expect(message.startsWith(name)).toBe(true)
    expect(message).not.toContain('/')
  })

  it('one bad file takes no other with it', async () => {
    const opened = await folderOf({ 'bad.csv': '<html>', 'good.csv': 'a\n1\n' })
    expect(
      (await opened.harvest()).map((event) =>
        event.kind === 'dataset' ? event.dataset.id : event.kind === 'problem' ? `! ${event.sourceId}` : event.kind,
      ),
    ).toEqual(['! bad', 'good', 'complete'])
  })

  it('a folder that is not there is an unavailable source', async () => {
    const opened = await openFolder('/nowhere/at/all')
    await expect(opened.harvest()).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message: expect.not.stringContaining('nowhere') as unknown,
    })
    await expect(opened.source.health(AbortSignal.timeout(patienceMs))).resolves.toMatchObject({ status: 'DOWN' })
    await opened.close()
  })

  it('a folder that is itself a link is read', async () => {
    const real = await folderOf({ 'a.csv': 'v\n1\n' })
    const around = await folderOf({})
    await symlink(real.folder, join(around.folder, 'linked'))
    const opened = await openFolder(join(around.folder, 'linked'))
    expect(await opened.texts('a/a')).toEqual([['1']])
    await opened.close()
  })

  it('links out of the folder and notes are no data, and are reported; hidden files are passed over', async () => {
    const outside = await folderOf({ 'secret.csv': 'a\n1\n' })
    const opened = await folderOf({ '.hidden.csv': 'a\n1\n', 'readme.md': '# x', 'notes.txt': 'a,b', 'inside.csv': 'a\n1\n' })
    await symlink(join(outside.folder, 'secret.csv'), join(opened.folder, 'linked.csv'))
    await symlink(join(opened.folder, 'gone.csv'), join(opened.folder, 'dangling.csv'))
    await symlink('inside.csv', join(opened.folder, 'alias.csv'))
    const events = await opened.harvest()
    expect(events.flatMap((event) => (event.kind === 'dataset' ? [event.dataset.id] : []))).toEqual(['alias', 'inside'])
    expect(events.flatMap((event) => (event.kind === 'problem' ? [event.message] : []))).toEqual([
      'notes.txt: not read (text). If it holds a table, save it as .csv, .tsv or .ndjson.',
      'readme.md: not read (a document). Publish the tables in it as CSV.',
      'dangling.csv, linked.csv: not read (a link that leads out of the folder, or nowhere). Put the file itself here.',
    ])
  })

  it('a file beyond the limit is not read', async () => {
    const opened = await folderOf({}, { maxFileMb: 1 })
    await writeFile(join(opened.folder, 'large.csv'), 'a\n'.repeat(600_000))
    expect(await opened.harvest()).toMatchObject([
      { kind: 'problem', sourceId: 'large', message: expect.stringContaining('larger than 1 MiB') as unknown },
      { kind: 'complete' },
    ])
  })
})

describe('rows that are mended or left out, told by line', () => {
  it.each<[string, string, (string | null)[][], RegExp[]]>([
    [
      'a short row',
      'a,b,c\n1,2,3\n4,5\n6,7,8\n',
      [
        ['1', '2', '3'],
        ['4', '5', null],
        ['6', '7', '8'],
      ],
      [/^Line 3: fewer fields/],
    ],
    [
      'a long row',
      'a,b\n1,2\n3,4,5\n6,7\n',
      [
        ['1', '2'],
        ['6', '7'],
      ],
      [/^Line 3: more fields/],
    ],
    [
      'empty fields too many',
      'a,b\n1,2\n3,4,,\n',
      [
        ['1', '2'],
        ['3', '4'],
      ],
      [],
    ],
    [
      'an unterminated quote',
      'a,b\n1,2\n3,"4\n5,6\n7,8\n',
      [
        ['1', '2'],
        ['5', '6'],
        ['7', '8'],
      ],
      [/^Line 3: a quote is opened and never closed/],
    ],
    [
      'a quote that closes too late',
      'a,b\n1,"x\n2,y"z\n3,w\n',
      [
        ['2', 'y"z'],
        ['3', 'w'],
      ],
      [/^Line 2: a quote is opened/],
    ],
    [
      'quotes that are not doubled',
      'a,b\n1,"The "Old" Hall"\n2,y\n',
      [
        ['1', '"The "Old" Hall"'],
        ['2', 'y'],
      ],
      [/^Line 2: quotes inside/],
    ],
    [
      'a NUL byte',
      `${'a,b\n'}${'1,2\n'.repeat(200)}3,\x004\n`,
      [...Array.from({ length: 200 }, () => ['1', '2']), ['3', '4']],
      [/^Line 202: NUL bytes were left out/],
    ],
    [
      'a file cut in a row',
      'a,b,c\n1,2,3\n4,5',
      [
        ['1', '2', '3'],
        ['4', '5', null],
      ],
      [/^Line 3: the file ends in this row, .* may have been cut short/],
    ],
    ['a file cut in a quote', 'a,b\n1,2\n3,"so', [['1', '2']], [/^Line 3: the file ends in the middle/]],
    [
      'a row of delimiters',
      'a,b\n1,2\n,\n3,4\n',
      [
        ['1', '2'],
        ['3', '4'],
      ],
      [/^Line 3: no field holds a value/],
    ],
    [
      'many bad rows',
      `a,b\n${'1,2\n'.repeat(20)}${'1,2,3\n'.repeat(9)}`,
      Array.from({ length: 20 }, () => ['1', '2']),
      [/^Lines 22, 23, 24, 25, 26 and 4 more: more/],
    ],
  ])('%s', async (_, content, rows, problems) => {
    const read = await tableOf('t.csv', content)
    expect(read.rows).toEqual(rows)
    expect(read.table.rowCount).toBe(rows.length)
    expect(read.problems).toHaveLength(problems.length)
    for (const [at, problem] of problems.entries()) expect(read.problems[at]).toMatch(problem)
  })

  it('a file cut in a letter', async () => {
    const whole = Buffer.from('a,b\n1,café noir\n2,café')
    const read = await tableOf('t.csv', Buffer.concat([whole.subarray(0, 18), Buffer.from('2,caf\u00e9'), Buffer.from([0xf0, 0x9f, 0x98])]))
    expect(read.rows).toEqual([
      ['1', 'café noir'],
      ['22', 'café'],
    ])
    expect(read.problems).toEqual([expect.stringMatching(/^Line 3: the file ends in this row/)])
  })

  it('counts lines through quotes that hold line ends', async () => {
    const read = await tableOf('t.csv', 'a,b\n"x\r\ny\nz",1\n2\n3,4\n')
    expect(read.problems).toEqual([expect.stringMatching(/^Line 5: fewer/)])
  })

  it('bad lines of NDJSON are reported and nothing else is lost', async () => {
    const read = await tableOf('t.ndjson', '{"a":1}\n{"a":\n\n[1]\n{"a":2}')
    expect(read.rows).toEqual([['1'], ['2']])
    expect(read.problems).toEqual([
      expect.stringMatching(/^Line 2: not valid JSON; left out/),
      expect.stringMatching(/^Line 4: not a JSON object but a list; left out/),
    ])
  })

  it('a last row that looks like a total is kept and told', async () => {
    const read = await tableOf('t.csv', 'supplier,total\nTotal Hygiene Ltd,5\nA,6\nGrand Total,12\n')
    expect(read.rows.at(-1)).toEqual(['Grand Total', '12'])
    expect(read.problems).toEqual([expect.stringContaining('looks like a total')])
  })

  it('a last row that begins like a total is none', async () => {
    expect((await tableOf('t.csv', 'supplier,total\nA,6\nTotal Hygiene Ltd,5\n')).problems).toEqual([])
  })
})
