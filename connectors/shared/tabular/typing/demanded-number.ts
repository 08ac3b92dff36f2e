import type { Decision } from './decision.js'
import type { Counts, DemandReader } from './demand-reader.js'
import { decideExactNumber } from './exact-number.js'
import { once } from './in-steps.js'
import { type Convention, isNumber, plainNumber } from './number-forms.js'
import { reported } from './sentences.js'
import { conventionsDiffer, spelledEvidence, spelledNotes } from './spelled-number.js'

type NumberType = 'INT64' | 'DECIMAL' | 'DOUBLE'

const conventions: readonly Convention[] = ['point', 'comma']
const isExponent = (value: string) => `regexp_full_match(${value}, '-?[0-9]+(?:\\.[0-9]+)?[eE][+-]?[0-9]{1,3}')`

/** SQL: a value as `-1234.5`; unchanged if it has an exponent. */
function plainOf(value: string, convention: Convention): string {
  return convention === 'comma'
    ? plainNumber(value, convention)
    : `CASE WHEN ${isExponent(value)} THEN ${value} ELSE ${plainNumber(value, convention)} END`
}

/**
 * Reads numbers with signs, currencies, percent signs and separators, and codes with leading zeros, as the type that the publisher asks
 * for.
 */
export function demandedNumber(type: NumberType): DemandReader {
  const whole = (plain: string) =>
    type === 'INT64' ? ` AND NOT regexp_matches(${plain}, '\\.[0-9]*[1-9]') AND NOT contains(lower(v), 'e')` : ''
  return {
    steps: [() => ({ point: plainOf('v', 'point'), comma: plainOf('v', 'comma') })],
    ways: [
      { name: 'point', readable: (of) => `(${isNumber('v', 'point', true)} OR ${isExponent('v')})${whole(of('point'))}` },
      { name: 'comma', readable: (of) => `${isNumber('v', 'comma', true)}${whole(of('comma'))}` },
    ],
    evidence: (of) => ({
      ...spelledEvidence(of),
      ...Object.fromEntries(
        conventions.map((one) => [
          `${one}_beyond`,
          `count_if(try_cast(split_part(${of(one)}, '.', 1) AS BIGINT) IS NULL AND v IS NOT NULL)`,
        ]),
      ),
    }),
    decide(value, counts) {
      const convention = counts.way as Convention
      const decided = readAs(type, value, convention, counts)
      if (typeof decided === 'string') return decided
      if (convention === 'comma') return { ...decided, commas: 'decimal' }
      if (counts.found('unread_comma') > 0) return decided
      // Every value allows both readings. If the file has decimal commas, `settleCommas` uses the other one.
      const other = readAs(type, value, 'comma', counts)
      return conventionsDiffer(counts.found) && typeof other !== 'string' ? { ...decided, swapped: other, isDemanded: true } : decided
    },
  }
}

function readAs(type: NumberType, value: string, convention: Convention, { values, found }: Counts): Decision | string {
  const get = (key: string) => found(`${convention}_${key}`)
  const notes = spelledNotes(values, found, convention)
  if (typeof notes === 'string') return notes
  const plain = once(value, (one) => plainOf(one, convention))
  const rest = reported(notes.length === 0 ? undefined : `${notes.join('; ')}.`)
  if (type === 'INT64') {
    if (get('beyond') > 0) return `${get('beyond')} of its ${values} values are larger than INT64 holds`
    return { shape: { type }, sql: `CAST(split_part(${plain}, '.', 1) AS BIGINT)`, plain, ...rest }
  }
  if (type === 'DOUBLE') {
    if (get('inexact') > 0) return `${get('inexact')} of its ${values} values have more digits than DOUBLE holds; ask for DECIMAL`
    return { shape: { type }, sql: `CAST(${plain} AS DOUBLE)`, plain, ...rest }
  }
  if (get('exponents') > 0) return `${get('exponents')} of its ${values} values are written with exponents; ask for DOUBLE`
  const scale = get('scale_max')
  if (get('whole_max') + scale > 38) return 'its values need more than 38 digits'
  const exact = decideExactNumber('', plain, get)
  return exact.shape.type === 'DECIMAL'
    ? { ...exact, ...rest }
    : { shape: { type, scale }, sql: `CAST(${plain} AS DECIMAL(38, ${scale}))`, plain, ...rest }
}
