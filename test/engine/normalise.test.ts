import fc from 'fast-check'
import { fix, isValid, toNormalised } from 'postcode'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columnTypes, type Shape } from '../../src/connector/column.js'
import type { EngineSession } from '../../src/connector/engine.js'
import { acceptsShape, normalisedShape } from '../../src/connector/normalisation.js'
import { type Normalisation, normalisations } from '../../src/connector/relation.js'
import { normaliseSql } from '../../src/engine/sql/normalise.js'
import { sqlType } from '../../src/engine/sql/type.js'
import { blanks, plainBlanks, trimmed } from '../support/blanks.js'
import { long, runsOf } from '../support/long.js'
import { type Bench, openBench } from '../support/query.js'
import { valuesSql } from './support/values-sql.js'

let bench: Bench
let session: EngineSession
beforeAll(async () => {
  bench = await openBench()
  session = await bench.engine.connect()
})
afterAll(async () => {
  await session.close()
  await bench.close()
})

const text: Shape = { type: 'STRING' }
const int64: Shape = { type: 'INT64' }
const double: Shape = { type: 'DOUBLE' }
const decimal = (scale: number): Shape => ({ type: 'DECIMAL', scale })

/** The keys of values of one shape, given as canonical texts. */
async function keys(as: Normalisation, shape: Shape, values: readonly (string | null)[]): Promise<(string | null)[]> {
  const found = await session.rows(
    `SELECT CAST(${normaliseSql(as, 'c1', shape)} AS VARCHAR) AS key FROM ${valuesSql(shape, values)} ORDER BY c0`,
  )
  return found.map(({ key }) => key as string | null)
}

/** What each value becomes. */
async function table(as: Normalisation, shape: Shape, values: readonly string[]): Promise<Record<string, string | null>> {
  const found = await keys(as, shape, values)
  return Object.fromEntries(values.map((value, index) => [value, found[index] ?? null]))
}

/** A number as a whole number over a power of ten or two. */
interface Exact {
  numerator: bigint
  denominator: bigint
}

/** Reduced by the factors 2 and 5, of which all our denominators consist. */
function reduced({ numerator, denominator }: Exact): string {
  for (const prime of [2n, 5n]) {
    while (denominator % prime === 0n && numerator % prime === 0n) {
      denominator /= prime
      numerator /= prime
    }
  }
  return numerator === 0n ? '0/1' : `${numerator}/${denominator}`
}

/** The exact value of a finite double, from its bits. */
function exactDouble(value: number): Exact {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = (exponent === 0 ? fraction : fraction | (1n << 52n)) * (bits >> 63n === 1n ? -1n : 1n)
  const power = (exponent === 0 ? 1 : exponent) - 1075
  return power < 0 ? { numerator: mantissa, denominator: 1n << BigInt(-power) } : { numerator: mantissa << BigInt(power), denominator: 1n }
}

/** The exact value of a plain decimal: `-12.50`. */
function exactDecimal(value: string): Exact {
  const [whole = '', fraction = ''] = value.split('.')
  return { numerator: BigInt(whole + fraction), denominator: 10n ** BigInt(fraction.length) }
}

const fractionOf = (digits: bigint, scale: number): string => {
  const padded = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${digits < 0n ? '-' : ''}${padded.slice(0, padded.length - scale)}${scale === 0 ? '' : `.${padded.slice(-scale)}`}`
}

describe('what is accepted', () => {
  it('is every type with equality as a text, numbers as numbers and UPRNs, and only texts as postcodes', () => {
    const accepts = normalisations.map((as) => [as, columnTypes.filter((type) => acceptsShape(as, { type }))])
    expect(Object.fromEntries(accepts)).toEqual({
      TEXT: ['STRING', 'BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ'],
      UPRN: ['STRING', 'INT64', 'DOUBLE', 'DECIMAL'],
      POSTCODE: ['STRING'],
      NUMBER: ['INT64', 'DOUBLE', 'DECIMAL'],
    })
  })

  it('has a key of the declared type, and NULL for NULL; nothing else compiles', async () => {
    for (const as of normalisations) {
      for (const type of columnTypes) {
        if (!acceptsShape(as, { type })) {
          expect(() => normaliseSql(as, 'c0', { type })).toThrow(`${type} is not compared as ${as}`)
          continue
        }
        const key = normaliseSql(as, 'c0', { type })
        const sql = `SELECT typeof(${key}) AS type, (${key}) IS NULL AS none FROM (SELECT CAST(NULL AS ${sqlType({ type })}) AS c0)`
        expect(await session.rows(sql)).toEqual([{ type: sqlType(normalisedShape(as)), none: true }])
      }
    }
  })
})

describe('a UPRN', () => {
  const same = '10094055034'

  it('is one however it is padded, spelled or typed', async () => {
    const spelled = ['10094055034', '010094055034', ' 10094055034', '10094055034.0', '10094055034.', '10094055034.00']
    const around = blanks.map((blank) => `${blank}${blank}10094055034.0${blank}`)
    expect(new Set(await keys('UPRN', text, [...spelled, ...around]))).toEqual(new Set([same]))
    for (const shape of [int64, double, decimal(0), decimal(2), decimal(27)]) expect(await keys('UPRN', shape, [same])).toEqual([same])
    expect(await table('UPRN', text, ['1', '000000000001', '999999999999', '100023336956.0'])).toEqual({
      '1': '1',
      '000000000001': '1',
      '999999999999': '999999999999',
      '100023336956.0': '100023336956',
    })
  })

  it('is none where a spreadsheet or a hand has damaged it', async () => {
    const scientific = ['1.00E+11', '1E11', '1.0094055034E+10', '1e5']
    const rounded = ['100000000000', '10000000', '010090000000', '990000000000', '100000000000.0']
    const nothing = ['', ' ', '0', '000000000000', '0.0', '-1', '+1', '−1', '-10094055034']
    const tooLong = ['1000000000001', '0010094055034', '10094055034000001', '9'.repeat(60)]
    const other = ['10094055034.5', '.0', '1,0', '10,094,055,034', '100 940 550 34', 'NaN', 'Infinity', '0x1F', '12a', 'UPRN 12']
    const alike = ['１００９４０５５０３４', '١٢٣', '1009405503\0', '\x001009405503', '1_0', "'10094055034"]
    const damaged = [...scientific, ...rounded, ...nothing, ...tooLong, ...other, ...alike]
    expect((await keys('UPRN', text, damaged)).map((key, index) => (key === null ? 'none' : damaged[index]))).toEqual(
      damaged.map(() => 'none'),
    )
    const doubles = ['1e11', '0', '-0.0', '-5', '1.5', '1e12', '1e300', '5e-324', 'nan', '-nan', 'inf', '-inf', '10094055034.000002']
    expect(await keys('UPRN', double, doubles)).toEqual(doubles.map(() => null))
    const integers = ['0', '-5', '20000000', '1000000000000', '9223372036854775807', '-9223372036854775808']
    expect(await keys('UPRN', int64, integers)).toEqual(integers.map(() => null))
    expect(await keys('UPRN', decimal(2), ['0', '-5', '1.50', '0.01', '20000000.00'])).toEqual([null, null, null, null, null])
    expect(await keys('UPRN', decimal(38), ['0', '0.5', '-0.5'])).toEqual([null, null, null])
  })

  it('is the whole number that exact arithmetic finds', { tags: [long] }, async () => {
    const expected = ({ numerator, denominator }: Exact): string | null => {
      if (numerator % denominator !== 0n) return null
      const number = numerator / denominator
      return number >= 1n && number < 10n ** 12n && number % 10n ** 7n !== 0n ? String(number) : null
    }
    const whole = fc.oneof(
      fc.bigInt(-10n, 2n * 10n ** 12n),
      fc.tuple(fc.bigInt(0n, 10n ** 5n), fc.nat(9)).map(([digits, zeros]) => digits * 10n ** BigInt(zeros)),
    )
    const fraction = fc.constantFrom('', '', '', '0', '00', '5', '01')
    const doubles = fc.oneof(
      fc.double(),
      whole.map(Number),
      whole.map((one) => Number(one) + 0.5),
      whole.map((one) => Number(one) * (1 + 2 ** -52)),
    )
    const value = fc.record({ whole, fraction, zeros: fc.nat(3), before: fc.constantFrom('', ...blanks), number: doubles })
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 100 }), async (values) => {
        const plain = values.map((one) => `${one.whole}${one.fraction === '' ? '' : `.${one.fraction}`}`)
        const exact = plain.map((one) => expected(exactDecimal(one)))
        const padded = values.map((one, index) => `${one.before}${'0'.repeat(one.zeros)}${plain[index]}`)
        const fits = values.map(({ whole: one, zeros }) => String(one).length + zeros <= 12 && one > 0n)
        expect(await keys('UPRN', text, padded)).toEqual(exact.map((one, index) => (fits[index] === true ? one : null)))
        expect(await keys('UPRN', decimal(2), plain)).toEqual(exact)
        const integers = values.map((one) => String(one.whole))
        expect(await keys('UPRN', int64, integers)).toEqual(integers.map((one) => expected(exactDecimal(one))))
        const numbers = values.map(({ number }) => number)
        expect(await keys('UPRN', double, numbers.map(String))).toEqual(
          numbers.map((one) => (Number.isFinite(one) ? expected(exactDouble(one)) : null)),
        )
      }),
      { numRuns: runsOf(30, 120) },
    )
  })
})

describe('a postcode', () => {
  it('is one in any case, with any blanks or none', async () => {
    const spelled = ['NW1 2DB', 'nw1 2db', 'Nw12dB', 'NW1  2DB', ' NW1 2DB ', 'NW1\t2DB']
    const amid = blanks.flatMap((blank) => [`NW1${blank}2DB`, `${blank}nw1${blank}${blank}2db${blank}`])
    expect(new Set(await keys('POSTCODE', text, [...spelled, ...amid]))).toEqual(new Set(['NW1 2DB']))
  })

  it('is mended only where its positions make it certain', async () => {
    const mended = {
      'SWIA 2AA': 'SW1A 2AA',
      'SW1A 20A': 'SW1A 2OA',
      '01 OAA': 'O1 0AA',
      'SO1 OAA': 'SO1 0AA',
      SWIA2AA: 'SW1A 2AA',
      'swia 2aa': 'SW1A 2AA',
      'ECIA IBB': 'EC1A 1BB',
      'NW1 2D8': null,
      'SOI 2AA': null,
    }
    expect(await table('POSTCODE', text, Object.keys(mended))).toEqual(mended)
  })

  it('is not altered where it is valid, though O and 0 or I and 1 look alike in it', async () => {
    const valid = ['SO1 0AA', 'S01 2AA', 'W1I 2OI', 'E1O 1OO', 'EC1A 1BB', 'M1 1AE', 'B33 8TH', 'CR2 6XH', 'DN55 1PT', 'W1A 0AX']
    expect(await keys('POSTCODE', text, valid)).toEqual(valid)
  })

  it('is none with punctuation, with a part missing, or cut elsewhere', async () => {
    const others = [
      ' 1A2aa ',
      'AB!1 2CD',
      'EH 1JS',
      'NW1-2DB',
      'NW1.2DB',
      'NW1 2DB.',
      "'NW1 2DB",
      'NW1',
      '2DB',
      '',
      ' ',
      'N W1 2DB',
      'NW 12DB1',
    ]
    const cut = ['NW1 2 DB', 'NW12D B', 'NW1 2DB NW1 2DB', 'NW1 2DBX', 'XNWW1 2DB', 'NW1 2DB\0', '\0NW1 2DB', 'NW1\x002DB', 'not known']
    const values = [...others, ...cut]
    expect(await keys('POSTCODE', text, values)).toEqual(values.map(() => null))
  })

  it('is none of letters that only look like ours: the Kelvin sign, long s, dotless i, full width, Greek and Cyrillic', async () => {
    const values = [
      '\u212a1 2DB',
      'NW1 2D\u212a',
      '\u017fW1A 2AA',
      'SW\u0131A 2AA',
      'NW\u0131 2DB',
      '\uff2e\uff371 2DB',
      'NW\uff11 2DB',
      '\u039dW1 2DB',
      'N\u0460 2DB',
      'СW1 2AA',
      'NW１ 2DB',
      'NW1 ٢DB',
      'NW1 2ßB',
    ]
    expect(await keys('POSTCODE', text, values)).toEqual(values.map(() => null))
  })

  it('is what the library postcode makes of it, and stays as it is then', { tags: [long] }, async () => {
    const letter = fc.constantFrom(...'ABDEINOSWabdeinosw01')
    const digit = fc.constantFrom(...'0123459OIoi')
    const other = fc.constantFrom(...'!-.\u212a\u017f\u0131\uff11Zz8')
    const blank = fc.array(fc.constantFrom(' ', ...blanks), { maxLength: 2 }).map((some) => some.join(''))
    const maybe = (one: fc.Arbitrary<string>) => fc.oneof(one, fc.constant(''))
    const nearly = fc
      .tuple(blank, letter, maybe(letter), digit, maybe(fc.oneof(letter, digit)), blank, digit, letter, letter, blank)
      .map((parts) => parts.join(''))
    const broken = fc.tuple(nearly, fc.nat(12), other).map(([value, at, one]) => value.slice(0, at) + one + value.slice(at + 1))
    const any = fc.array(fc.oneof(letter, digit, other, blank), { maxLength: 9 }).map((parts) => parts.join(''))
    const value = fc.oneof({ weight: 6, arbitrary: nearly }, { weight: 2, arbitrary: broken }, { weight: 2, arbitrary: any })
    // The library knows only the blanks of JavaScript.
    const expected = (one: string) => {
      const fixed = fix(plainBlanks(one))
      return isValid(fixed) ? toNormalised(fixed) : null
    }
    let found = 0
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 200 }), async (values) => {
        const made = await keys('POSTCODE', text, values)
        expect(made).toEqual(values.map(expected))
        const valid = made.filter((one) => one !== null)
        found += valid.length
        if (valid.length > 0) expect(await keys('POSTCODE', text, valid)).toEqual(valid)
      }),
      { numRuns: runsOf(40, 100) },
    )
    expect(found).toBeGreaterThan(0)
  })
})

describe('a text', () => {
  it('is one with blanks around it or none, in any Unicode form, and keeps its case', async () => {
    expect(await keys('TEXT', text, ['ABC', 'ABC ', '\ufeffABC', 'abc', 'A  C', '', ' \u00a0 ', 'null'])).toEqual([
      'ABC',
      'ABC',
      'ABC',
      'abc',
      'A  C',
      '',
      '',
      'null',
    ])
    const around = blanks.map((blank) => `${blank}Caf\u00e9 ${blank}`)
    expect(new Set(await keys('TEXT', text, [...around, 'Cafe\u0301', ' Cafe\u0301\u3000']))).toEqual(new Set(['Caf\u00e9']))
    expect(await keys('TEXT', text, ['\u212b', 'A\u030a', '\u1112\u1161\u11ab', '\ufb01'])).toEqual([
      '\u00c5',
      '\u00c5',
      '\ud55c',
      '\ufb01',
    ])
  })

  it('is not cut at a zero character, where the normalisation of the engine would cut it', async () => {
    const values = ['a\0b', 'é\0b', '\u2019\0b', ' \u2019\0b ', '\0', '\u0301\0e\u0301']
    expect(await keys('TEXT', text, values)).toEqual(values.map(trimmed))
  })

  it('is the text of a value of any other type', async () => {
    const made: [Shape, Record<string, string>][] = [
      [int64, { '-5': '-5', '9223372036854775807': '9223372036854775807' }],
      [{ type: 'BOOLEAN' }, { true: 'true', false: 'false' }],
      [{ type: 'DATE' }, { '2026-02-03': '2026-02-03' }],
      [{ type: 'TIME' }, { '04:05:06.5': '04:05:06.5' }],
      [{ type: 'TIMESTAMP' }, { '2026-02-03 04:05:06': '2026-02-03T04:05:06' }],
      [{ type: 'TIMESTAMPTZ' }, { '2026-02-03 04:05:06+01:00': '2026-02-03T03:05:06Z' }],
      [decimal(2), { '1.50': '1.50', '-0.05': '-0.05' }],
      [decimal(38), { '0.5': `0.5${'0'.repeat(37)}`, '-0.5': `-0.5${'0'.repeat(37)}` }],
      [
        double,
        {
          '5': '5',
          '-0.0': '0',
          '2.5': '2.5',
          '999999999999999': '999999999999999',
          '-9007199254740992': '-9007199254740992',
          '1e300': '1e+300',
          '-nan': 'nan',
          inf: 'inf',
        },
      ],
    ]
    for (const [shape, expected] of made) expect(await table('TEXT', shape, Object.keys(expected))).toEqual(expected)
  })

  it('is trimmed and in NFC as JavaScript does it, and stays as it is then', { tags: [long] }, async () => {
    // Blocks of old versions of Unicode: newer characters are known to one side before the other.
    const within = (from: number, to: number) => fc.integer({ min: from, max: to }).map((point) => String.fromCodePoint(point))
    const character = fc.oneof(
      fc.constantFrom(...blanks),
      within(0x20, 0x2ff),
      within(0x300, 0x362),
      within(0x5b0, 0x5ea),
      within(0x915, 0x94d),
      within(0x1100, 0x1112),
      within(0x1161, 0x1175),
      within(0x11a8, 0x11c2),
      within(0x1e00, 0x1eff),
      within(0x2126, 0x212b),
      within(0xf900, 0xfa2d),
      within(0x1d15e, 0x1d164),
    )
    const value = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(''))
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 200 }), async (values) => {
        const made = await keys('TEXT', text, values)
        expect(made).toEqual(values.map((one) => trimmed(one).normalize('NFC')))
        expect(await keys('TEXT', text, made)).toEqual(made)
      }),
      { numRuns: runsOf(40, 100) },
    )
  })
})

describe('a number', () => {
  it('has a text that equals that of an equal number of another type, and of no other', async () => {
    expect(await table('NUMBER', int64, ['0', '-5', '9007199254740993', '9223372036854775807'])).toEqual({
      '0': '0',
      '-5': '-5',
      '9007199254740993': '9007199254740993',
      '9223372036854775807': '9223372036854775807',
    })
    expect(await table('NUMBER', decimal(3), ['0', '100', '-0.5', '0.1', '1.050'])).toEqual({
      '0': '0',
      '100': '100',
      '-0.5': '-0.5',
      '0.1': '0.1',
      '1.050': '1.05',
    })
    expect(await keys('NUMBER', decimal(0), ['100', '0', '-10'])).toEqual(['100', '0', '-10'])
    expect(await keys('NUMBER', decimal(38), ['0', '0.5', '-0.5'])).toEqual(['0', '0.5', '-0.5'])
    expect(
      await table('NUMBER', double, ['-0.0', '5', '0.5', '-0.25', '0.1', '9007199254740992', '1e38', '5e-324', 'nan', 'inf', '-inf']),
    ).toEqual({
      '-0.0': '0',
      '5': '5',
      '0.5': '0.5',
      '-0.25': '-0.25',
      '0.1': 'd0.1',
      '9007199254740992': '9007199254740992',
      '1e38': '99999999999999997748809823456034029568',
      '5e-324': 'd5e-324',
      nan: 'dnan',
      inf: 'dinf',
      '-inf': 'd-inf',
    })
    expect(await keys('NUMBER', double, ['-nan', '9223372036854775808'])).toEqual(['dnan', '9223372036854775808'])
  })

  it('is equal to another exactly where exact arithmetic says so', { tags: [long] }, async () => {
    const limit = 10n ** 38n - 1n
    const powers = fc.integer({ min: -60, max: 130 }).map((power) => 2 ** power)
    const doubles = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.double({ noNaN: true, min: -1e39, max: 1e39 }),
      fc.tuple(fc.integer({ min: -1000, max: 1000 }), powers).map(([one, power]) => one * power),
      fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.nat(6)).map(([one, digits]) => one / 10 ** digits),
      fc.constantFrom(0, -0, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e15, 1e16, 1e38, 2 ** -38, 2 ** -39, 0.1, 1 / 3),
    )
    // Beside every double are the DECIMALs and the INT64s of its value, or of one close to it.
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(doubles, fc.integer({ min: 0, max: 38 }), fc.integer({ min: -1, max: 1 })), { minLength: 1, maxLength: 40 }),
        async (drawn) => {
          const byShape = new Map<string, { shape: Shape; values: { text: string; exact: string }[] }>()
          const add = (shape: Shape, value: { text: string; exact: Exact }) => {
            const id = `${shape.type} ${shape.scale}`
            const group = byShape.get(id) ?? { shape, values: [] }
            byShape.set(id, group)
            group.values.push({ text: value.text, exact: reduced(value.exact) })
          }
          for (const [value, scale, step] of drawn) {
            const exact = exactDouble(value)
            add(double, { text: Object.is(value, -0) ? '-0.0' : String(value), exact })
            const places = [...new Set([0, 2, 38, scale])]
            for (const place of places) {
              const digits = (exact.numerator * 10n ** BigInt(place)) / exact.denominator
              for (const near of new Set([digits, digits + BigInt(step)])) {
                if (near > limit || near < -limit) continue
                const plain = fractionOf(near, place)
                add(decimal(place), { text: plain, exact: exactDecimal(plain) })
                if (place === 0 && BigInt.asIntN(64, near) === near) add(int64, { text: plain, exact: exactDecimal(plain) })
              }
            }
          }
          const keyOf = new Map<string, string>()
          const exactOf = new Map<string, string>()
          for (const { shape, values } of byShape.values()) {
            const made = await keys(
              'NUMBER',
              shape,
              values.map((one) => one.text),
            )
            for (const [index, { text: plain, exact }] of values.entries()) {
              const key = made[index] as string
              expect([shape, plain, keyOf.get(exact) ?? key, exactOf.get(key) ?? exact]).toEqual([shape, plain, key, exact])
              keyOf.set(exact, key)
              exactOf.set(key, exact)
            }
          }
        },
      ),
      { numRuns: runsOf(40, 100) },
    )
  })
})
