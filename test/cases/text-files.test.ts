import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { refusalOf, tableOf } from '../files/support/folder.js'

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const mark = [0xef, 0xbb, 0xbf]
const utf32 = (text: string) =>
  Buffer.from(Array.from(text).flatMap((letter) => [(letter.codePointAt(0) as number) & 255, (letter.codePointAt(0) as number) >> 8, 0, 0]))

type File = readonly [
  name: string,
  content: string | Buffer,
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
  problems: readonly string[],
]

function expectEach(files: readonly File[]): void {
  it.each(files)('%s', async (_, content, names, rows, problems) => {
    const read = await tableOf('t.csv', content)
    expect({ names: read.names, rows: read.rows, told: read.problems }).toEqual({
      names,
      rows,
      told: problems.map((part) => expect.stringContaining(part) as string),
    })
  })
}

describe('letters', () => {
  expectEach([
    [
      'a mark where files were joined',
      bytes(mark, 'a,b\n1,2\n', mark, '3,4\n'),
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
      ['Line 3: a byte order mark was left out'],
    ],
    ['two marks', bytes(mark, mark, 'a,b\n1,2\n'), ['a', 'b'], [['1', '2']], ['Line 1: a byte order mark was left out']],
    [
      'a mark and a foreign letter',
      bytes(mark, 'a,b\n1,caf', [0xe9], '\n'),
      ['a', 'b'],
      [['1', 'café']],
      ['Line 2: letters that are not UTF-8'],
    ],
    ['UTF-32', bytes([0xff, 0xfe, 0, 0], [...utf32('a,b\n1,é\n')]), ['a', 'b'], [['1', 'é']], []],
    [
      'UTF-16 cut in a letter',
      Buffer.concat([iconv.encode('a,b\n1,2\n3,4\n', 'utf-16le', { addBOM: true }), Buffer.from('x')]),
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
      ['ends in the middle of a letter'],
    ],
    [
      'a NUL in UTF-16',
      iconv.encode('a,b\n1,x\0y\n', 'utf-16be', { addBOM: true }),
      ['a', 'b'],
      [['1', 'xy']],
      ['Line 2: NUL bytes were left out'],
    ],
    [
      'half a pair of UTF-16 inside of UTF-8',
      bytes('a,b\n1,éééééééé\n2,', [0xed, 0xa0, 0xbd], '\n'),
      ['a', 'b'],
      [
        ['1', 'éééééééé'],
        ['2', 'í\u00a0½'],
      ],
      ['Line 3: letters that are not UTF-8'],
    ],
    [
      'an old Mac',
      bytes('a,b\n1,caf', [0x8e], '\n'),
      ['a', 'b'],
      [['1', 'cafŽ']],
      ['read as Windows-1252', 'encoding of an old Mac or of DOS'],
    ],
    ['DOS', bytes('a,b\n1,caf', [0x82], '\n'), ['a', 'b'], [['1', 'caf‚']], ['read as Windows-1252', 'encoding of an old Mac or of DOS']],
    [
      'NUL bytes at the end',
      bytes('a,b\n1,2\n3,4\n5,6\n7,8\n9,10\n', [0, 0, 0, 0]),
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
        ['7', '8'],
        ['9', '10'],
      ],
      ['Line 7: NUL bytes were left out'],
    ],
    ['Ctrl-Z behind the last value', 'a,b\n1,2\x1a', ['a', 'b'], [['1', '2']], []],
    [
      'Ctrl-Z where DOS joined files',
      'a,b\r\n1,2\r\n\x1a3,4\r\n\x1a',
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
      [],
    ],
  ])

  it('are repaired far behind the first megabyte too', async () => {
    const many = Array.from({ length: 120_000 }, (_, at) => `${at},Café ${at}`).join('\n')
    const { rows, problems } = await tableOf('t.csv', bytes(`a,b\n${many}\n5,Caf`, [0xe9], '\n6,\0x\n'))
    expect(rows.slice(-2)).toEqual([
      ['5', 'Café'],
      ['6', 'x'],
    ])
    expect(problems).toEqual([
      expect.stringContaining('Line 120002: letters that are not UTF-8'),
      expect.stringContaining('Line 120003: NUL'),
    ])
  })

  it('are none in a file of NUL bytes', async () => {
    expect(
      await refusalOf(
        't.csv',
        bytes(
          'a,b\n',
          Array.from({ length: 400 }, () => 0),
        ),
      ),
    ).toMatch(/NUL bytes/)
    expect(await refusalOf('t.csv', Buffer.alloc(4096))).toMatch(/NUL bytes/)
  })
})

describe('what separates fields', () => {
  expectEach([
    [
      'a first line of Excel',
      'sep=;\r\na;b\r\n1;2,5\r\n3;4,25\r\n',
      ['a', 'b'],
      [
        ['1', '2.50'],
        ['3', '4.25'],
      ],
      ['decimal commas'],
    ],
    ['a first line of Excel, quoted', '"sep=|"\na|b\n1|2\n', ['a', 'b'], [['1', '2']], []],
    ['a mark and a first line of Excel', bytes(mark, 'sep=\t\na\tb\n1\t2\n'), ['a', 'b'], [['1', '2']], []],
    [
      'tildes',
      'a~b\n1~2\n3~4\n',
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
      ['separated by "~"'],
    ],
    [
      'unit separators',
      'a\x1fb\n1\x1f2\n3\x1f4\n',
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
      ['the control character 31'],
    ],
    [
      'control characters of Hive',
      'a\x01b\n1\x012\n3\x014\n',
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
      ['the control character 1.'],
    ],
    [
      'two bars',
      'a||b||c\n1||x||2\n3||y||4\n',
      ['a', 'b', 'c'],
      [
        ['1', 'x', '2'],
        ['3', 'y', '4'],
      ],
      ['Columns 2 and 4 had neither a name nor a value'],
    ],
    ['broken bars', 'a¦b¦c\n1¦2¦3\n', ['a¦b¦c'], [['1¦2¦3']], ['every line holds "¦" twice']],
    ['blanks', 'a   b\nx   2\ny   4\n', ['a   b'], [['x   2'], ['y   4']], ['every line holds two blanks or more once']],
    ['whole lines in quotes', '"a,b"\n"x,2"\n"y,4"\n', ['a,b'], [['x,2'], ['y,4']], ['every line holds "," once']],
    ['a caret in some lines only', 'note\nx^2\nnone\n', ['note'], [['x^2'], ['none']], []],
    [
      'semicolons beside a caret in every line',
      'a;b^\n1;x^\n2;y^\n',
      ['a', 'b^'],
      [
        ['1', 'x^'],
        ['2', 'y^'],
      ],
      [],
    ],
  ])
})

describe('quotes', () => {
  expectEach([
    [
      'backslashes before quotes and backslashes',
      'a,b\n1,"x \\"y\\", z"\n2,"back\\\\slash"\n',
      ['a', 'b'],
      [
        ['1', 'x "y", z'],
        ['2', 'back\\slash'],
      ],
      ['escaped by backslashes'],
    ],
    [
      'a folder of Windows at the end of a field',
      'a,b\n1,"C:\\dir\\"\n2,"x"\n',
      ['a', 'b'],
      [
        ['1', 'C:\\dir\\'],
        ['2', 'x'],
      ],
      [],
    ],
    [
      'single quotes around every field',
      "'a','b'\n'x, y','it''s'\n'z','w'\n",
      ['a', 'b'],
      [
        ['x, y', "it's"],
        ['z', 'w'],
      ],
      ['single quotes'],
    ],
    [
      'single quotes without delimiters inside',
      "a,b\n1,'x'\n2,'y'\n",
      ['a', 'b'],
      [
        ['1', 'x'],
        ['2', 'y'],
      ],
      ['single quotes'],
    ],
    [
      'apostrophes of words',
      "a,b\n1,'Tis\n2,O'Brien\n",
      ['a', 'b'],
      [
        ['1', "'Tis"],
        ['2', "O'Brien"],
      ],
      [],
    ],
  ])

  it('of single and double kind stay what they are', async () => {
    const { rows } = await tableOf('t.csv', "a,b\n'x',\"y, z\"\n'w',v\n")
    expect(rows).toEqual([
      ["'x'", 'y, z'],
      ["'w'", 'v'],
    ])
  })
})

describe('names of columns', () => {
  expectEach([
    [
      'that differ in capitals or blanks only',
      'Name,name,name ,na me,a\x07b,c\u200bd\n1,2,3,4,5,6\n',
      ['Name', 'name', 'name_2', 'na me', 'a b', 'c d'],
      [['1', '2', '3', '4', '5', '6']],
      [
        'Columns 5 and 6 had control or invisible characters',
        'Column 3 had the name of an earlier column',
        'Columns 1, 2 and 4 have names that differ only in capitals or blanks',
      ],
    ],
    [
      'that are the same for 500 letters',
      `${'x'.repeat(600)},${'x'.repeat(700)}\n1,2\n`,
      ['x'.repeat(500), `${'x'.repeat(494)}_2`],
      [['1', '2']],
      ['Columns 1 and 2 had a name of more than 500 letters', 'Column 2 had the name of an earlier column'],
    ],
    [
      'cut in the middle of a letter of two halves',
      `${'x'.repeat(499)}😀,b\n1,2\n`,
      ['x'.repeat(499), 'b'],
      [['1', '2']],
      ['Column 1 had a name of more than 500 letters'],
    ],
  ])
})
