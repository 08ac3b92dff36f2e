import { describe, expect, it } from 'vitest'
import { tableOf } from './support/folder.js'

/** A column `v` with these values, beside one that keeps the rows apart. */
async function column(values: readonly string[]) {
  const read = await tableOf('t.csv', `k;v\n${values.map((value, at) => `k${at};${value}`).join('\n')}\n`)
  return { type: read.types.v, values: read.rows.map(([, value]) => value), problems: read.problems }
}

const byCommas = 'its commas were read as decimal commas, and its points as grouping thousands.'
const oneWay = (type: string) => `Write all of them in one plain way, or write type: ${type} for this column in catalogue.yaml.`

describe('types of text, over all rows', () => {
  it.each<[string, string[], string, string[], string?]>([
    ['whole numbers', ['0', '-5', '9223372036854775807'], 'INT64', ['0', '-5', '9223372036854775807']],
    ['blanks around a number', [' 7', '8 '], 'INT64', ['7', '8']],
    ['leading zeros', ['1', '007'], 'STRING', ['1', '007']],
    ['a plus', ['+5', '5'], 'INT64', ['5', '5']],
    ['telephones', ['+447700900123', '+447700900124'], 'STRING', ['+447700900123', '+447700900124']],
    ['beyond 64 bits', ['9223372036854775808', '1'], 'DECIMAL(0)', ['9223372036854775808', '1']],
    [
      'beyond 38 digits',
      [`1${'0'.repeat(38)}`, '1'],
      'STRING',
      [`1${'0'.repeat(38)}`, '1'],
      'its numbers have more digits than can be held exactly; kept as text.',
    ],
    ['a constant scale', ['18.0', '-0.5', '3.1'], 'DECIMAL(1)', ['18.0', '-0.5', '3.1']],
    ['a scale of four', ['1.0001', '2.0000'], 'DECIMAL(4)', ['1.0001', '2.0000']],
    ['a changing scale', ['1.5', '2.25', '3'], 'DECIMAL(2)', ['1.50', '2.25', '3.00']],
    ['a changing scale beyond four', ['1.5', '2.25125', '3'], 'DOUBLE', ['1.5', '2.25125', '3']],
    ['more digits than a DOUBLE gives back', ['0.10000000000000001', '5'], 'DECIMAL(17)', ['0.10000000000000001', '5.00000000000000000']],
    ['a scale beyond four', ['51.54565', '51.54566'], 'DOUBLE', ['51.54565', '51.54566']],
    ['more digits than 18', ['12345678901234567890.25', '0.50'], 'DECIMAL(2)', ['12345678901234567890.25', '0.50']],
    ['thousands', ['2,909,121.01', '525.00'], 'DECIMAL(2)', ['2909121.01', '525.00']],
    ['whole thousands', ['2,909,121', '525'], 'INT64', ['2909121', '525']],
    ['commas that group nothing', ['12,34', '5'], 'DECIMAL(2)', ['12.34', '5.00'], byCommas],
    ['decimal commas', ['12,5', '1.250,75', '-0,5'], 'DECIMAL(2)', ['12.50', '1250.75', '-0.50'], byCommas],
    [
      'pounds',
      ['£1,250.00', '-£3.50', '£7'],
      'DECIMAL(2)',
      ['1250.00', '-3.50', '7.00'],
      'its values are amounts in £; the sign was left out.',
    ],
    [
      'several currencies',
      ['$5', '5 €', '(¥12)'],
      'STRING',
      ['$5', '5 €', '(¥12)'],
      `its values are amounts with a currency sign; kept as text. ${oneWay('DECIMAL')}`,
    ],
    [
      'percent',
      ['12%', '0.5 %'],
      'DECIMAL(1)',
      ['12.0', '0.5'],
      'its values are percentages; the sign was left out (45.2% is read as 45.2).',
    ],
    ['brackets for less than nothing', ['12.50', '(3.00)'], 'DECIMAL(2)', ['12.50', '-3.00'], 'numbers in brackets were read as negative.'],
    [
      'nothing but brackets',
      ['(1)', '(2)'],
      'STRING',
      ['(1)', '(2)'],
      `its values are numbers in brackets; kept as text. ${oneWay('DECIMAL')}`,
    ],
    ['a minus that is no hyphen', ['\u22125', '\u22126.5'], 'DECIMAL(1)', ['-5.0', '-6.5']],
    ['exponents', ['1.5e-3', '2e+5'], 'DOUBLE', ['0.0015', '200000']],
    ['codes like exponents', ['1E5', '2E7'], 'STRING', ['1E5', '2E7']],
    [
      'what the engine would call numbers',
      ['nan', 'inf'],
      'STRING',
      ['nan', 'inf'],
      'some of its values (nan) are what programs write for no value or an error; kept as text. Leave those fields empty.',
    ],
    ['true and false', ['true', 'FALSE'], 'BOOLEAN', ['true', 'false']],
    ['yes and no', ['Yes', 'No'], 'STRING', ['Yes', 'No']],
    ['ones and noughts', ['1', '0'], 'INT64', ['1', '0']],
    ['dates', ['2024-02-29', '1999-12-31'], 'DATE', ['2024-02-29', '1999-12-31']],
    [
      'no such day',
      ['2023-02-29', '1999-12-31'],
      'STRING',
      ['2023-02-29', '1999-12-31'],
      'not all of its dates are days of the calendar; kept as text.',
    ],
    ['timestamps', ['2024-02-29T10:00:00', '2024-02-29 10:00:00.5'], 'TIMESTAMP', ['2024-02-29 10:00:00', '2024-02-29 10:00:00.5']],
    [
      'instants',
      ['2024-06-01T10:00:00Z', '2024-06-01T10:00:00+01:00'],
      'TIMESTAMPTZ',
      ['2024-06-01 10:00:00+00', '2024-06-01 09:00:00+00'],
    ],
    [
      'timestamps and instants',
      ['2024-06-01T10:00:00Z', '2024-06-01T10:00:00'],
      'STRING',
      ['2024-06-01T10:00:00Z', '2024-06-01T10:00:00'],
      'its values are times written in several ways; kept as text. Write all of them in one plain way.',
    ],
    ['times', ['09:30', '23:59:59'], 'TIME', ['09:30:00', '23:59:59']],
    [
      'durations',
      ['09:30', '25:10'],
      'STRING',
      ['09:30', '25:10'],
      'its values are of several kinds (times of day; durations); kept as text. Write all of them in one plain way.',
    ],
    [
      'nulls in disguise',
      ['1', 'N/A', '-'],
      'STRING',
      ['1', 'N/A', '-'],
      'its values are numbers, but for 2 of 3 that seem to stand for no value (-, N/A); kept as text. Leave those fields empty, or write type: DECIMAL for this column in catalogue.yaml.',
    ],
    ['nothing but nulls in disguise', ['N/A', '-'], 'STRING', ['N/A', '-']],
    ['JSON', ['{"a":1}', '[2]'], 'STRING', ['{"a":1}', '[2]']],
  ])('%s', async (_, values, type, read, told) => {
    expect(await column(values)).toEqual({ type, values: read, problems: told === undefined ? [] : [`Column v: ${told}`] })
  })

  it('reads nothing at all as text', async () => {
    expect(await column(['', ''])).toEqual({ type: 'STRING', values: [null, null], problems: [] })
  })

  it('reports a column that is nearly all numbers', async () => {
    const problems = ['Column v: nearly all of its values are numbers, but not all; kept as text.']
    expect(await column([...Array.from({ length: 19 }, (_, at) => String(at)), '14A'])).toMatchObject({ type: 'STRING', problems })
    expect(await column(['1', '2', '3', '14A'])).toMatchObject({ type: 'STRING', problems: [] })
  })
})

describe('the order of day and month', () => {
  it.each<[string, string[], string, string[], string?]>([
    ['a day above 12 in front', ['09/01/2026', '13/01/2026'], 'DATE', ['2026-01-09', '2026-01-13']],
    ['a day above 12 behind', ['09/01/2026', '01/13/2026'], 'DATE', ['2026-09-01', '2026-01-13']],
    ['dashes, one digit', ['9-1-2026', '31-1-2026'], 'DATE', ['2026-01-09', '2026-01-31']],
    ['with a time', ['09/01/2026 13:55', '31/01/2026 00:00'], 'TIMESTAMP', ['2026-01-09 13:55:00', '2026-01-31 00:00:00']],
    [
      'with a time of twelve hours',
      ['09/01/2026 01:55:48 PM', '31/01/2026 12:00:00 AM'],
      'TIMESTAMP',
      ['2026-01-09 13:55:48', '2026-01-31 00:00:00'],
    ],
    [
      'some with a time',
      ['09/01/2026', '31/01/2026 12:00'],
      'STRING',
      ['09/01/2026', '31/01/2026 12:00'],
      'its values are dates written in several ways; kept as text. Write all of them in one plain way, or write type: TIMESTAMP for this column in catalogue.yaml.',
    ],
    [
      'two digits of a year',
      ['09/01/26', '31/01/26'],
      'STRING',
      ['09/01/26', '31/01/26'],
      `its values are dates whose year has two digits; kept as text. ${oneWay('DATE')}`,
    ],
    ['months by name', ['9-Jan-2026', '31-JAN-2026', '01-may-2026'], 'DATE', ['2026-01-09', '2026-01-31', '2026-05-01']],
    ['months by their long names', ['9 January 2026', '31 december 2025'], 'DATE', ['2026-01-09', '2025-12-31']],
    [
      'months by name, two digits of a year',
      ['09-Jan-26', '31-Jan-26'],
      'STRING',
      ['09-Jan-26', '31-Jan-26'],
      `its values are dates whose year has two digits; kept as text. ${oneWay('DATE')}`,
    ],
  ])('%s', async (_, values, type, read, told) => {
    expect(await column(values)).toEqual({ type, values: read, problems: told === undefined ? [] : [`Column v: ${told}`] })
  })

  it('is day first where no value shows it, and told', async () => {
    const read = await column(['09/01/2026', '02/03/2026'])
    expect(read).toMatchObject({ type: 'DATE', values: ['2026-01-09', '2026-03-02'] })
    expect(read.problems).toEqual([expect.stringContaining('Column v: no value shows whether day or month comes first')])
  })

  it.each([[['13/01/2026', '01/13/2026']], [['30/02/2026', '01/03/2026']], [['30-Feb-2026', '01-Mar-2026']]])(
    'is not made up where values contradict it: %j',
    async (values) => {
      const read = await column(values)
      expect(read).toMatchObject({ type: 'STRING', values })
      expect(read.problems).toEqual([expect.stringContaining('contradict')])
    },
  )
})

describe('a comma before three digits', () => {
  const read = async (text: string) => {
    const { types, problems } = await tableOf('t.csv', text)
    return { types, problems }
  }

  it('groups thousands where commas separate the fields', async () => {
    expect(await read('k,v\na,"1,250"\nb,"2,500"\n')).toEqual({ types: { k: 'STRING', v: 'INT64' }, problems: [] })
  })

  it('is reported where something else does, and nothing shows what it is', async () => {
    const problems = [expect.stringContaining('Column v: no value shows whether its commas group thousands')]
    expect(await read('k;v\na;1,250\nb;2,500\n')).toEqual({ types: { k: 'STRING', v: 'INT64' }, problems })
    expect(await read('k;v\na;1,250\nb;2,500,000\n')).toEqual({ types: { k: 'STRING', v: 'INT64' }, problems: [] })
  })

  it('is a decimal one beside decimal commas', async () => {
    const problems = [`Column k: ${byCommas}`, expect.stringContaining('Column v: its commas are taken for decimal commas')]
    expect(await read('k;v\n0,5;1,250\n1,5;2,500\n')).toEqual({ types: { k: 'DECIMAL(1)', v: 'DECIMAL(3)' }, problems })
  })

  it('is nobody knows what where the file contradicts itself', async () => {
    const problems = [
      `Column k: ${byCommas}`,
      expect.stringContaining('Column v: its commas or points may be decimal ones or group thousands'),
    ]
    expect(await read('k;v;w\n0,5;1,250;0.25\n1,5;2,500;7.5\n')).toEqual({
      types: { k: 'DECIMAL(1)', v: 'STRING', w: 'DECIMAL(2)' },
      problems,
    })
  })

  it('is no decimal one for certain where commas separate the fields, but for one beside points', async () => {
    const problems = [expect.stringContaining('Column v: its values are numbers with a decimal comma; kept as text.')]
    expect(await read('k,v\na,"12,5"\nb,"3,25"\n')).toEqual({ types: { k: 'STRING', v: 'STRING' }, problems })
    expect(await read('k,v\na,"1.012,5"\nb,"3,25"\n')).toEqual({
      types: { k: 'STRING', v: 'DECIMAL(2)' },
      problems: [`Column v: ${byCommas}`],
    })
  })
})

describe('numbers under the name of a date', () => {
  it('are told where they may be days of Excel', async () => {
    const read = await tableOf('t.csv', 'Date Paid,paidDate,Update,Date\n45292,45293.5,45292,3\n45300,45301.5,45300,4\n')
    expect(read.types).toEqual({ 'Date Paid': 'INT64', paidDate: 'DECIMAL(1)', Update: 'INT64', Date: 'INT64' })
    expect(read.problems).toEqual([
      expect.stringContaining('Column Date Paid: its numbers may be Excel'),
      expect.stringContaining('Column paidDate: its numbers may be Excel'),
    ])
  })
})

describe('late values', () => {
  /** Of more rows than are sampled for the types of a table: 20,000 (connectors/files/typing/guess.ts). */
  const many = Array.from({ length: 21_000 }, (_, at) => at)
  const late = async (values: readonly string[]) =>
    (await tableOf('t.csv', `k,v\n${values.map((value, at) => `k${at},${value}`).join('\n')}\n`)).types.v

  it.each<[string, (at: number) => string, string, string]>([
    ['a word among numbers', String, 'unknown', 'STRING'],
    ['a leading zero', String, '0100', 'STRING'],
    ['a fraction', String, '1.5', 'DECIMAL(1)'],
    ['a long fraction', String, '1.123456', 'DOUBLE'],
    ['a shorter fraction', (at) => `${at}.25`, '1.5', 'DECIMAL(2)'],
    ['a longer fraction', (at) => `${at}.25`, '1.005', 'DECIMAL(3)'],
    ['a longer fraction among several lengths', (at) => `${at}.${at % 2 === 0 ? 5 : 25}`, '1.005', 'DECIMAL(3)'],
    ['more digits than a DOUBLE gives back', (at) => `${at}.123456`, '0.12345678901234567891', 'DECIMAL(20)'],
    ['a whole number beyond 2^53 among fractions', (at) => `${at}.5`, '9007199254740993', 'DECIMAL(1)'],
    ['a larger number', (at) => `${at}.25`, '12345678901234567890.25', 'DECIMAL(2)'],
    ['a number beyond 64 bits', String, '9223372036854775808', 'DECIMAL(0)'],
    ['a thousands separator', String, '"1,234,567"', 'INT64'],
    ['blanks', String, ' 77 ', 'INT64'],
    ['a day that shows the order', () => '01/02/2026', '13/02/2026', 'DATE'],
    ['a day that breaks the order', () => '13/02/2026', '02/13/2026', 'STRING'],
    ['no such day', () => '2024-02-28', '2024-02-30', 'STRING'],
    ['the only value', () => '', '5', 'INT64'],
    ['the only value, a word', () => '', 'x', 'STRING'],
    ['a word of letters that a number may hold', String, 'late', 'STRING'],
    ['a quoted word', String, '"no"', 'STRING'],
    ['an instant among dates', () => '2024-02-28', '2024-02-28T10:00:00Z', 'STRING'],
    ['an exponent', (at) => `${at}.5`, '1.5e+3', 'DOUBLE'],
  ])('%s', async (_, value, last, type) => {
    expect(await late([...many.map(value), last])).toBe(type)
  })

  it('in several columns at once, whatever their kind', async () => {
    const rows = [...many.map((at) => `k${at},${at},${at}.25,2024-02-28,${at},true`), 'last,007,1.5,2024-02-30,unknown,12']
    const { types } = await tableOf('t.csv', `k,a,b,c,d,e\n${rows.join('\n')}\n`)
    expect(types).toEqual({ k: 'STRING', a: 'STRING', b: 'DECIMAL(2)', c: 'STRING', d: 'STRING', e: 'STRING' })
  })

  it('are told where nearly all of a column are of a kind', async () => {
    const read = await tableOf('t.csv', `k,v\n${[...many.map(String), 'N/A'].map((value, at) => `k${at},${value}`).join('\n')}\n`)
    expect(read.problems).toEqual([
      'Column v: its values are numbers, but for 1 of 21001 that seem to stand for no value (N/A); kept as text. Leave those fields empty, or write type: DECIMAL for this column in catalogue.yaml.',
    ])
  })

  it('a late day decides for all', async () => {
    const values = [...many.map(() => '01/02/2026'), '02/13/2026']
    const read = await tableOf('t.csv', `k,v\n${values.map((value, at) => `k${at},${value}`).join('\n')}\n`)
    expect([read.rows[0]?.[1], read.rows.at(-1)?.[1], read.problems]).toEqual(['2026-01-02', '2026-02-13', []])
  })
})
