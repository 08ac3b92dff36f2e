import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { folderOf, refusalOf, tableOf, typesOf } from './support/folder.js'

describe('a .csv that is no delimited text', () => {
  it.each<[string, string, RegExp]>([
    ['the message of an error', '{"error":"not found"}\n', /^t\.csv: The file is JSON/],
    ['pretty JSON', '\ufeff{\n  "success": true,\n  "result": []\n}\n', /is JSON/],
    ['a JSON list', '[\r\n  {"a":1},{"a":2}]\r\n', /give it the ending \.json/],
    ['lists in JSON', '[["a","b"],[1,2]]', /is JSON/],
    ['an empty JSON list', '[]\n', /is JSON/],
    ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n', /git lfs pull/],
    ['a dump in SQL', '-- dump\nCREATE TABLE x (a int);\nINSERT INTO x VALUES (1,2);\n', /Export the table as CSV/],
    ['RTF', '{\\rtf1\\ansi a,b\\par 1,2\\par }', /RTF/],
    ['an address book', 'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n', /address book or a calendar/],
  ])('is refused by what it is: %s', async (_, content, message) => {
    expect(await refusalOf('t.csv', content)).toMatch(message)
  })

  it.each<[string, string, string[]]>([
    ['braces in names', '{a},{b}\n1,2\n', ['{a}', '{b}']],
    ['brackets in names', '[Date].[Year],n\n2023,2\n', ['[Date].[Year]', 'n']],
    ['a version', 'version,n\n1,2\n', ['version', 'n']],
    ['JSON in fields', '"{""a"":1}",n\n"{""a"":2}",2\n', ['{"a":1}', 'n']],
    ['notes of SQL', '--note\na,b\n1,2\n', ['a', 'b']],
    ['a list in a field', '[1],n\n[2],3\n', ['[1]', 'n']],
  ])('is not mistaken: %s', async (_, content, names) => {
    expect((await tableOf('t.csv', content)).names).toEqual(names)
  })
})

describe('a text with a header and no rows', () => {
  it.each(['a,b\n', 'a,b', 'No records found\n'])('is reported: %j', async (content) => {
    const { rows, problems } = await tableOf('t.csv', content)
    expect([rows, problems]).toEqual([
      [],
      ['The file holds the names of columns and no row under them. If it should hold rows, fetch or save it again.'],
    ])
  })
})

describe('bytes that are no letters of a text', () => {
  it('are read as Windows-1252 one by one beside letters of UTF-8, though there are no more of these', async () => {
    const { rows, problems } = await tableOf('t.csv', Buffer.from('a,b\ncaf\u00c3\u00a9,1\nna\u00efve,2\nplain,3\n', 'latin1'))
    expect(rows.map(([a]) => a)).toEqual(['café', 'naïve', 'plain'])
    expect(problems).toEqual([
      'Line 3: letters that are not UTF-8 were read as Windows-1252. Save the file as UTF-8 to be certain of every letter.',
    ])
  })

  it('are Windows-1252 all where hardly any happen to look like UTF-8', async () => {
    const { rows } = await tableOf('t.csv', Buffer.from('a,b\nCAF\xc9\x92S,1\n\xe9,2\n\xef,3\n\xfc,4\n\xe0,5\n\xe7,6\n', 'latin1'))
    expect(rows[0]?.[0]).toBe('CAFÉ’S')
  })

  it('are the beginning of a letter where the file was cut there, though no other letter is beyond ASCII', async () => {
    const { rows, problems } = await tableOf('t.csv', Buffer.from('a,b\nx,1\ny,é').subarray(0, -1))
    expect(rows).toEqual([
      ['x', '1'],
      ['y', null],
    ])
    expect(problems.join()).toMatch(/cut short/)
  })

  it('are left out where a system filled the end of a file with NUL bytes', async () => {
    const { rows, problems } = await tableOf('t.csv', Buffer.concat([Buffer.from('a,b\n1,2\n3,4\n'), Buffer.alloc(5000)]))
    expect(rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    expect(problems).toEqual(['Line 4: NUL bytes were left out.'])
  })
})

describe('very wide text', () => {
  it('of 1,000 columns is read', async () => {
    const opened = await folderOf({
      't.csv': Array.from({ length: 4 }, (_, row) =>
        Array.from({ length: 1000 }, (__, at) => (row === 0 ? `c${at}` : at % 3 === 0 ? `x${row}` : row * at)).join(),
      ).join('\n'),
    })
    const [table] = (await opened.dataset('t')).tables
    expect([table?.columns.length, table?.rowCount, table?.problems]).toEqual([1000, 3, []])
  })
})

describe('a list that is empty today', () => {
  it.each(['t.csv', 't.tsv'])('keeps the types of its columns, whatever came first: %s', async (name) => {
    const text = (content: string) => (name === 't.tsv' ? content.replaceAll(',', '\t') : content)
    const full = text('id,amount,day,note\n1,2.50,31/01/2024,x\n2,3.25,01/02/2024,y\n')
    const opened = await folderOf({ [name]: full })
    const types = async () => typesOf((await opened.dataset('t')).tables[0]?.columns ?? [])
    const before = await types()
    expect(before).toEqual({ id: 'INT64', amount: 'DECIMAL(2)', day: 'DATE', note: 'STRING' })
    await writeFile(join(opened.folder, name), text('id,amount,day,note,more\n'))
    expect(await types()).toEqual({ ...before, more: 'STRING' })
    expect(await opened.texts('t/t')).toEqual([])
    await writeFile(join(opened.folder, name), full)
    expect(await types()).toEqual(before)
  })
})
