import type { Decision } from './decision.js'

const tooLarge = 'its numbers have more digits than can be held exactly; kept as text.'

/** The most digits of the engine's DECIMAL, and the most that fit 64 bits, which are faster. */
const digitsMost = 38
const digitsOf64Bits = 18
/** Numbers with more decimals than this count as measurements, not money. */
const moneyScaleMost = 4
/** A DOUBLE preserves this many decimal digits. */
const doubleDigits = 15

/**
 * SQL: whether a text's DOUBLE is exactly the number in the text: it has up to 15 significant digits, or its shortest spelling is the same
 * number.
 * @param plain a text such as `-1234.5` or `1.5e-3`.
 */
export function isExactDouble(plain: string): string {
  const double = `try_cast(${plain} AS DOUBLE)`
  // Most numbers are written as the engine writes them. The others are compared by value.
  const mantissa = `split_part(lower(${plain}), 'e', 1)`
  const isFew = `strlen(ltrim(translate(${mantissa}, '-.', ''), '0')) <= ${doubleDigits}`
  const isKept = `isfinite(${double}) AND (${double} <> 0 OR ltrim(translate(${mantissa}, '-.', ''), '0') = '')`
  const hasFewPlaces = `strlen(${plain}) - coalesce(nullif(strpos(${plain}, '.'), 0), strlen(${plain})) <= 20`
  const isSame = `coalesce(try_cast(CAST(${double} AS VARCHAR) AS DECIMAL(38, 20)) = try_cast(${plain} AS DECIMAL(38, 20)), false)`
  return `CASE WHEN CAST(${double} AS VARCHAR) = ${plain} THEN true WHEN NOT coalesce(${isKept}, false) THEN false WHEN ${isFew} THEN true WHEN ${hasFewPlaces} THEN ${isSame} ELSE false END`
}

/** The counts that `decideExactNumber` needs. @param plain SQL of values such as `-1234.5` or `1.5e-3`, nulls included. */
export function numberEvidence(plain: string, prefix = ''): Record<string, string> {
  const point = `nullif(strpos(${plain}, '.'), 0)`
  const scale = `strlen(${plain}) - coalesce(${point}, strlen(${plain}))`
  const whole = `coalesce(${point} - 1, strlen(${plain})) - if(starts_with(${plain}, '-'), 1, 0)`
  return {
    [`${prefix}exponents`]: `count_if(contains(lower(${plain}), 'e'))`,
    [`${prefix}scale_min`]: `min(${scale})`,
    [`${prefix}scale_max`]: `max(${scale})`,
    [`${prefix}whole_max`]: `max(${whole})`,
    [`${prefix}not_int64`]: `count_if(try_cast(${plain} AS BIGINT) IS NULL AND ${plain} IS NOT NULL)`,
    [`${prefix}inexact`]: `count_if(CASE WHEN ${plain} IS NULL OR strlen(${plain}) <= ${doubleDigits} AND NOT contains(lower(${plain}), 'e') THEN false ELSE NOT ${isExactDouble(plain)} END)`,
    [`${prefix}cut_codes`]: `count_if(regexp_full_match(${plain}, '[0-9](?:\\.[0-9]{1,6})?[eE]\\+(?:09|1[0-9])'))`,
  }
}

/**
 * The type that holds all numbers of a column exactly: INT64 for whole numbers; DECIMAL with the largest scale, up to 4; DECIMAL(38, 0)
 * beyond 64 bits; DOUBLE if every value survives it; else a DECIMAL of up to 38 digits; else text.
 * @param plain SQL of a value as `-1234.5`.
 * @param whole RE2 of the digits before the point, if the values are plain as written
 * @param found the counts of `numberEvidence`.
 */
export function decideExactNumber(column: string, plain: string, found: (key: string) => number, whole?: string): Decision {
  const [scale, before] = [found('scale_max'), found('whole_max')]
  const cast = (shape: Decision['shape'], as: string, rest: Partial<Decision>): Decision => ({
    shape,
    sql: `CAST(${plain} AS ${as})`,
    plain,
    ...(whole === undefined ? {} : rest),
  })
  const decimal = (rest: Partial<Decision>) =>
    cast({ type: 'DECIMAL', scale }, `DECIMAL(${before + scale <= digitsOf64Bits ? digitsOf64Bits : digitsMost}, ${scale})`, rest)
  const hasExponents = found('exponents') > 0
  const isDecimal = !hasExponents && before + scale <= digitsMost
  if (!hasExponents && scale === 0 && found('not_int64') === 0) return cast({ type: 'INT64' }, 'BIGINT', { fits: `-?${whole}` })
  if (isDecimal && scale === 0) return decimal({ fits: `-?${whole}` })
  if (isDecimal && scale <= moneyScaleMost) {
    return scale === found('scale_min')
      ? decimal({ fits: `-?${whole}?\\.[0-9]{${scale}}` })
      : decimal({ fits: `-?(?:${whole}(?:\\.[0-9]{1,${scale}})?|\\.[0-9]{1,${scale}})`, isMixedScale: true })
  }
  if (found('inexact') === 0) {
    const rest = hasExponents
      ? {}
      : { fits: `-?(?:${whole}(?:\\.[0-9]+)?|\\.[0-9]+)`, holds: `strlen(${plain}) <= ${doubleDigits} OR ${isExactDouble(plain)}` }
    const double = cast({ type: 'DOUBLE' }, 'DOUBLE', rest)
    return found('cut_codes') === 0
      ? double
      : {
          ...double,
          problem:
            'some of its numbers are written as 1.23E+11, as Excel shows long numbers and codes, so that digits may be lost. Format the cells as numbers without decimals, and save again.',
        }
  }
  // Without `fits`, so that every row is read before the decision: longer fractions are rare, and later rows may have more digits than the
  // sample.
  if (isDecimal) return decimal({})
  return { shape: { type: 'STRING' }, sql: column, problem: tooLarge }
}
