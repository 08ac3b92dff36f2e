import { describe, expect, it } from 'vitest'
import { tableOf } from '../files/support/folder.js'
import { columnsOf, type ReadColumn } from './read-columns.js'

/** `[type, values]` where nothing is reported; the parts of what is reported after them. */
type Expected = readonly [type: string, values: readonly (string | null)[], ...problems: readonly string[]]

/** Values, the type that catalogue.yaml asks for, and what comes of them. */
type Sibling = readonly [values: readonly string[], expected: Expected, demand?: string]

async function expectAll(siblings: Readonly<Record<string, Sibling>>, delimiter?: string): Promise<void> {
  const read = await columnsOf(
    Object.fromEntries(
      Object.entries(siblings).map(([name, [values, , demand]]) => [name, demand === undefined ? [values] : [values, demand]]),
    ),
    delimiter,
  )
  for (const [name, [, [type, values, ...problems]]] of Object.entries(siblings)) {
    const { type: readType, values: readValues, problems: told } = read[name] as ReadColumn
    expect({ name, type: readType, values: readValues, told }).toEqual({
      name,
      type,
      values,
      told: problems.map((part) => expect.stringContaining(part) as string),
    })
  }
}

/** Stays as it is, with a report. */
const told = (values: readonly string[], problem: string): Sibling => [values, ['STRING', values, problem]]

describe('numbers as people write them', () => {
  it('are read where all agree', async () => {
    await expectAll({
      'figure blanks': [
        ['1\u2007234', '12'],
        ['INT64', ['1234', '12']],
      ],
      'typographic apostrophes': [
        ['1\u2019234.50', '12.00'],
        ['DECIMAL(2)', ['1234.50', '12.00']],
      ],
      'a no-break blank around a number': [
        ['\u00a05\u00a0', '7'],
        ['INT64', ['5', '7']],
      ],
      'a dash for a minus': [
        ['\u20135', '6'],
        ['INT64', ['-5', '6']],
      ],
      'signs on every side': [
        ['-5', '5-', '+5'],
        ['INT64', ['-5', '-5', '5']],
      ],
      'a minus before and behind the pound': [
        ['-£1,234.50', '£-5', '(£5.00)'],
        ['DECIMAL(2)', ['-1234.50', '-5.00', '-5.00'], 'amounts in £; the sign was left out; numbers in brackets'],
      ],
      'a code for the pound': [
        ['GBP 1,000.50', '5 GBP', '£7'],
        ['DECIMAL(2)', ['1000.50', '5.00', '7.00'], 'amounts in £'],
      ],
      'a euro behind': [
        ['5 €', '7,50 €'],
        ['DECIMAL(2)', ['5.00', '7.50'], 'grouping thousands; its values are amounts in €; the sign was left out.'],
      ],
      'percent with blanks': [
        ['45.2 %', '-3 %'],
        ['DECIMAL(1)', ['45.2', '-3.0'], 'percentages'],
      ],
      'points between thousands, twice': [
        ['1.234.567', '2.345'],
        ['INT64', ['1234567', '2345'], 'decimal commas'],
      ],
      'French numbers': [
        ['1\u202f234,56', '12,5'],
        ['DECIMAL(2)', ['1234.56', '12.50'], 'decimal commas'],
      ],
      'Swiss numbers': [
        ["1'234.50", "12'345'678.00"],
        ['DECIMAL(2)', ['1234.50', '12345678.00']],
      ],
    })
  })

  it('are reported where they do not, or mean more than one thing', async () => {
    const values = (...list: string[]) => list
    await expectAll({
      'percent and fractions': told(values('45%', '0.45'), 'of several kinds (numbers; percentages)'),
      'two currencies': told(values('£5', '€7'), 'amounts with a currency sign'),
      'nothing but brackets': told(values('(1)', '(2)'), 'numbers in brackets'),
      'codes in groups of three': told(values('530 180', '531 181'), 'may be numbers with blanks between the thousands, or codes'),
      units: told(values('£1.2m', '£3k'), 'numbers with a unit'),
      pence: told(values('50p', '70p'), 'numbers with a unit'),
      notes: told(values('5*', '7 [p]', '8\u2020'), 'numbers with a note beside them'),
      'credit and debit': told(values('12.50CR', '3.00 DR'), 'amounts marked CR or DR'),
      lakhs: told(values('1,00,000', '2,50,000'), 'commas do not group thousands'),
      'an apostrophe of Excel': told(values("'00123", "'00456"), 'behind an apostrophe'),
      'more than 38 digits': told(values('123456789012345678901234567890123456789', '1'), 'more digits than can be held exactly'),
      'an exponent too small': told(values('1e-400', '1.5e+3'), 'more digits than can be held exactly'),
    })
  })

  it('stay text without a word where they are codes', async () => {
    const codes = [
      ['+447700900123', '+447700900124'],
      ['020 7946 0123', '020 7946 0124'],
      ['12', '14A', '22B'],
      ['M', 'F', 'M'],
      ['943 476 5919', '943 476 5870'],
      ['E05000026', 'E05000027'],
    ]
    await expectAll(Object.fromEntries(codes.map((values): [string, Sibling] => [values.join(), [values, ['STRING', values]]])))
  })

  it('are exact', async () => {
    await expectAll({
      'one digit more than a DOUBLE gives back': [
        ['0.10000000000000001', '5'],
        ['DECIMAL(17)', ['0.10000000000000001', '5.00000000000000000']],
      ],
      'as programs print a DOUBLE': [
        ['51.54565432109876', '-0.14189999999999999', '0.30000000000000004'],
        ['DECIMAL(17)', ['51.54565432109876000', '-0.14189999999999999', '0.30000000000000004']],
      ],
      coordinates: [
        ['51.545654', '-0.14189', '0.1'],
        ['DOUBLE', ['51.545654', '-0.14189', '0.1']],
      ],
      'a blank among coordinates': [
        ['51.545654', '', '-0.14189'],
        ['DOUBLE', ['51.545654', null, '-0.14189']],
      ],
      '38 digits': [
        ['12345678901234567890123456789012345678', '1'],
        ['DECIMAL(0)', ['12345678901234567890123456789012345678', '1']],
      ],
      'a blank among four decimals': [
        ['1.0001', '', '2'],
        ['DECIMAL(4)', ['1.0001', null, '2.0000']],
      ],
      'an unsigned number of 64 bits': [
        ['18446744073709551615', '0'],
        ['DECIMAL(0)', ['18446744073709551615', '0']],
      ],
      'codes cut by Excel': [
        ['1.00023E+11', '1.2E+12'],
        ['DOUBLE', ['100023000000', '1200000000000'], 'as Excel shows long numbers and codes'],
      ],
    })
  })
})

describe('decimal commas of a file', () => {
  const table = async (text: string, name = 't.csv') => {
    const { types, rows, problems } = await tableOf(name, text)
    return { types, rows, problems }
  }

  it('make 1.234 a whole number, and 1.234.567 and 1 234 too', async () => {
    expect(await table('k;a;b;c\nx;1,5;1.234;1 234\ny;2,25;12.345.678;999\n')).toMatchObject({
      types: { a: 'DECIMAL(2)', b: 'INT64', c: 'INT64' },
      rows: [
        ['x', '1.50', '1234', '1234'],
        ['y', '2.25', '12345678', '999'],
      ],
    })
  })

  it('are found behind many rows without one', async () => {
    const rows = Array.from({ length: 30_000 }, (_, at) => `${at};1.${100 + (at % 900)}`)
    const { types } = await table(`a;b\n${rows.join('\n')}\n7,5;2.345\n`)
    expect(types).toEqual({ a: 'DECIMAL(1)', b: 'INT64' })
  })

  it('are told apart from points that are surely decimal', async () => {
    const { types, problems } = await table('k;a;b;c\nx;1,5;1.234;51.5074\ny;2,25;12.345;0.1\n')
    expect(types).toEqual({ k: 'STRING', a: 'DECIMAL(2)', b: 'STRING', c: 'DECIMAL(4)' })
    expect(problems).toEqual([
      expect.stringContaining('Column a: its commas were read'),
      expect.stringContaining('Column b: its commas or points may be decimal ones'),
    ])
  })

  it('are assumed not to be there where nothing shows them', async () => {
    expect(await table('k;b\nx;1.234\ny;12.345\n')).toMatchObject({
      types: { b: 'DECIMAL(3)' },
      problems: [expect.stringContaining('no value shows whether its points are decimal points')],
    })
    expect(await table('k,b\nx,1.234\ny,12.345\n')).toMatchObject({ types: { b: 'DECIMAL(3)' }, problems: [] })
  })
})

describe('marks for no value', () => {
  const marks = [
    'c',
    'z',
    '[c]',
    '[x]',
    '[low]',
    '<5',
    '\u2264 5',
    '*',
    '**',
    '..',
    ':',
    '-',
    '~',
    '#',
    '\\N',
    'NULL',
    'n/a',
    'N.A.',
    'suppressed',
    'data not available',
    'S',
    '^',
    '#N/A',
    '\u2014',
    'tbc',
  ]

  it('are named beside numbers and dates, and are nulls where the publisher asks for a type', async () => {
    const siblings = Object.fromEntries(
      marks.flatMap((mark, at): [string, Sibling][] => [
        [mark, told(['120', mark, '88.5', mark], `but for 2 of 4 that seem to stand for no value (${mark}); kept as text.`)],
        ...(at % 3 > 0
          ? []
          : ([
              [
                `${mark} as DECIMAL`,
                [
                  ['120', mark, '88.5', mark],
                  [
                    'DECIMAL(1)',
                    ['120.0', null, '88.5', null],
                    `read as null, since they seem to stand for no value and the catalogue asks for DECIMAL: 2 of its values (${mark}).`,
                  ],
                  'DECIMAL',
                ],
              ],
            ] as [string, Sibling][])),
      ]),
    )
    await expectAll(siblings)
  })

  it('may be most of a column', async () => {
    await expectAll({
      'one number': told(['[c]', '[c]', '[low]', '5', '[c]', '[c]', '[c]'], 'but for 6 of 7'),
      dates: told(['2024-01-31', 'n/a', '2024-02-01'], 'its values are dates, but for 1 of 3'),
      'dates as asked': [['31/01/2024', '..', '2024-02-01'], ['DATE', ['2024-01-31', null, '2024-02-01'], 'read as null'], 'DATE'],
      'nothing but marks': [
        ['-', '..'],
        ['STRING', ['-', '..']],
      ],
      'nulls of a database among words': told(['x', '\\N', 'NULL'], 'what programs write for no value'),
    })
  })
})

describe('days and times', () => {
  it('are read in one certain form', async () => {
    await expectAll({
      'points, the year first': [
        ['2024.01.31', '2024.12.01'],
        ['DATE', ['2024-01-31', '2024-12-01']],
      ],
      ordinals: [
        ['31st January 2024', '2nd Feb 2024'],
        ['DATE', ['2024-01-31', '2024-02-02']],
      ],
      weekdays: [
        ['Mon 29/01/2024', 'Tuesday 30/01/2024'],
        ['DATE', ['2024-01-29', '2024-01-30']],
      ],
      'the month first, by name': [
        ['January 31, 2024', 'Feb 1, 2024'],
        ['DATE', ['2024-01-31', '2024-02-01']],
      ],
      SAS: [
        ['31JAN2024:10:15:00.00', '01FEB2024:00:00:00'],
        ['TIMESTAMP', ['2024-01-31 10:15:00', '2024-02-01 00:00:00']],
      ],
      mail: [
        ['Wed, 31 Jan 2024 10:15:00 +0000', 'Thu, 01 Feb 2024 10:15:00 +0100'],
        ['TIMESTAMPTZ', ['2024-01-31 10:15:00+00', '2024-02-01 09:15:00+00']],
      ],
      JavaScript: [['Wed Jan 31 2024 10:15:00 GMT+0100 (Central European Standard Time)'], ['TIMESTAMPTZ', ['2024-01-31 09:15:00+00']]],
      'UTC and GMT': [
        ['2024-01-31 10:00:00 UTC', '2024-01-31 10:00:00 GMT'],
        ['TIMESTAMPTZ', ['2024-01-31 10:00:00+00', '2024-01-31 10:00:00+00']],
      ],
      'offsets without a colon': [
        ['2024-01-31T10:15:00+0100', '2024-01-31T10:15:00-0500'],
        ['TIMESTAMPTZ', ['2024-01-31 09:15:00+00', '2024-01-31 15:15:00+00']],
      ],
      'no seconds': [
        ['2024-01-31T10:00', '2024-02-01T11:30'],
        ['TIMESTAMP', ['2024-01-31 10:00:00', '2024-02-01 11:30:00']],
      ],
      'nine decimals that are zeros': [
        ['2024-01-31 10:00:00.000000000', '2024-02-01 11:30:00.500000000'],
        ['TIMESTAMP', ['2024-01-31 10:00:00', '2024-02-01 11:30:00.5']],
      ],
      'a clock of twelve hours': [
        ['12:30 pm', '9:05 AM', '9am'],
        ['TIME', ['12:30:00', '09:05:00', '09:00:00']],
      ],
      'a clock of twelve hours behind a day': [
        ['2024/01/31 12:05 am', '2024/01/31 1:05 pm'],
        ['TIMESTAMP', ['2024-01-31 00:05:00', '2024-01-31 13:05:00']],
      ],
      'by day first, as assumed': [
        ['Mon 1/2/2024', 'Tue 2/3/2024'],
        ['DATE', ['2024-02-01', '2024-03-02'], 'no value shows whether day or month comes first'],
      ],
    })
  })

  it('are reported where they are no days, or not certain', async () => {
    const values = (...list: string[]) => list
    await expectAll({
      'months by name': told(values('Jan-24', 'Feb-24'), 'its values are months'),
      'months by number': told(values('2024-01', '2024-12'), 'its values are months'),
      'long months': told(values('January 2024', 'March 2024'), 'its values are months'),
      weeks: told(values('2024-W05', '2024-W06'), 'its values are weeks'),
      quarters: told(values('Q1 2024', '2024 Q2'), 'its values are quarters'),
      'financial years': told(values('2023/24', '2024/25'), 'years such as 2023/24'),
      'two digits of a year': told(values('31 Jan 24', '1 Feb 24'), 'two digits'),
      BST: told(values('2024-07-31 10:00 BST', '2024-07-31 11:00 BST'), 'may be British Summer Time'),
      'days with and without a time': told(values('31.12.2024', '01.01.2025 10:00'), 'written in several ways'),
      'days beyond the hours': told(values('26:30:00', '100:05'), 'its values are durations'),
      'no such day': told(values('2024/02/30', '2024/02/01'), 'no days of the calendar'),
    })
  })

  it('are read as the publisher asks, each by its own form', async () => {
    await expectAll({
      'many forms': [
        ['31/01/2024', '2024-02-01', '3 March 2024', 'Mon 29.01.2024', '20240131'],
        ['DATE', ['2024-01-31', '2024-02-01', '2024-03-03', '2024-01-29', '2024-01-31']],
        'DATE',
      ],
      'two digits of a year': [
        ['31 Jan 24', '01/02/31', '31/12/99'],
        ['DATE', ['2024-01-31', '1931-02-01', '1999-12-31'], 'the year of 3 of its dates has two digits'],
        'DATE',
      ],
      months: [['Jan-24', '2024-03'], ['DATE', ['2024-01-01', '2024-03-01'], '2 of its values are months'], 'DATE'],
      midnights: [
        ['2024-01-31 00:00:00', '01/02/2024 12:00 am'],
        ['DATE', ['2024-01-31', '2024-02-01'], 'no value shows whether day or month comes first'],
        'DATE',
      ],
      'a time that is no midnight': [
        ['2024-01-31 00:00:01', '2024-02-01T00:00'],
        [
          'TIMESTAMP',
          ['2024-01-31 00:00:01', '2024-02-01 00:00:00'],
          'asks for DATE, but 1 of its 2 values cannot be read as that (the first is in row 1 of the table); read as TIMESTAMP.',
        ],
        'DATE',
      ],
      BST: [
        ['2024-07-31 10:00 BST', '2024-01-31 10:00 GMT'],
        ['TIMESTAMPTZ', ['2024-07-31 09:00:00+00', '2024-01-31 10:00:00+00'], 'BST was read as British Summer Time'],
        'TIMESTAMPTZ',
      ],
      'days as moments': [['31/01/2024', '2024-02-01 10:00'], ['TIMESTAMP', ['2024-01-31 00:00:00', '2024-02-01 10:00:00']], 'TIMESTAMP'],
      'no zone': [
        ['2024-01-31 10:00', '2024-01-31 10:00Z'],
        ['STRING', ['2024-01-31 10:00', '2024-01-31 10:00Z'], 'asks for TIMESTAMPTZ, but 1 of its 2 values'],
        'TIMESTAMPTZ',
      ],
      'no leading zero': [['9:30', '17:00', '5 pm'], ['TIME', ['09:30:00', '17:00:00', '17:00:00']], 'TIME'],
      'nothing at all': [['', ''], ['DATE', [null, null]], 'DATE'],
      'a word': [['2024-01-31', 'soon'], ['STRING', ['2024-01-31', 'soon'], '(the first is in row 2 of the table); kept as text.'], 'DATE'],
    })
  })
})

describe('numbers as the publisher asks', () => {
  it('are read, and nothing of them is lost', async () => {
    await expectAll({
      'leading zeros': [['0012', '13'], ['INT64', ['12', '13']], 'INT64'],
      'whole numbers of pandas': [['1.0', '2.0', ''], ['INT64', ['1', '2', null]], 'INT64'],
      fractions: [
        ['1.5', '2.0'],
        ['DECIMAL(1)', ['1.5', '2.0'], 'asks for INT64, but 1 of its 2 values cannot be read as that (the first is in row 1'],
        'INT64',
      ],
      'beyond 64 bits': [
        ['9223372036854775808', '1'],
        ['DECIMAL(0)', ['9223372036854775808', '1'], 'larger than INT64 holds; read as DECIMAL.'],
        'INT64',
      ],
      'more digits than a DOUBLE': [
        ['9007199254740993', '1'],
        ['INT64', ['9007199254740993', '1'], 'have more digits than DOUBLE holds; ask for DECIMAL; read as INT64.'],
        'DOUBLE',
      ],
      'all spellings at once': [
        ['£1,200.00', '(3.50)', '5-', '1 234.5', 'n/a'],
        ['DECIMAL(2)', ['1200.00', '-3.50', '-5.00', '1234.50', null], 'the sign was left out; numbers in brackets were read as negative'],
        'DECIMAL',
      ],
      'decimal commas': [['1.234,56', '12,5'], ['DECIMAL(2)', ['1234.56', '12.50'], 'decimal commas'], 'DECIMAL'],
      'two currencies': [['£5', '€7'], ['STRING', ['£5', '€7'], 'several currencies'], 'DECIMAL'],
      'a word': [
        ['abc', '1', '2'],
        [
          'STRING',
          ['abc', '1', '2'],
          'asks for INT64, but 1 of its 3 values cannot be read as that (the first is in row 1 of the table); kept as text.',
        ],
        'INT64',
      ],
      'yes and no': [['Y', 'no', 'TRUE', '0', 'n/a'], ['BOOLEAN', ['true', 'false', 'true', 'false', null], 'read as null'], 'BOOLEAN'],
    })
  })
})
