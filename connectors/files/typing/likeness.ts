import { literal } from '../../shared/engine-sql.js'
import { kindWords } from './decide.js'
import { decimalComma, lookalikes, lookalikeSigns, noValues } from './lookalikes.js'
import { type Pattern, patterns } from './pattern.js'

/** What the values of a text column nearly all are, in words for everybody; whether they have decimal commas. */
export interface Likeness {
  readonly problem: string
  readonly hasDecimalCommas: boolean
}

/** How the values of a column fit. @property ways bits: each pattern, then each lookalike, that fits one. @property blank one that may stand for no value */
interface Fits {
  readonly n: number
  readonly fitting: number
  readonly blanks: number
  readonly blank: string
  readonly ways: bigint
}

/** The share of values that is nearly all. */
export const nearlyAll = 0.9

/** The fit of a text that may stand for no value. */
export const noValueFit = -2

/** What any value of a pattern or a lookalike begins with: most text is told from it at a glance. */
const firstSigns = [...'0123456789-.tTfF', ...lookalikeSigns].map(literal).join(', ')

/** The position of the pattern that fits a trimmed value, after them that of the lookalike; `noValueFit`; -1 for none. */
export function fitOf(value: string): string {
  const ways = [...patterns, ...lookalikes].map(({ regex }, position) => `WHEN regexp_full_match(${value}, ${literal(regex)}) THEN ${position}`)
  const none = `CASE WHEN lower(${value}) IN (${noValues.map(literal).join(', ')}) THEN ${noValueFit} ELSE -1 END`
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN left(${value}, 1) NOT IN (${firstSigns}) THEN ${none} ${ways.join(' ')} ELSE ${none} END`
}

/** The pattern, where there is one way and it is a pattern. */
export function onlyPattern(ways: bigint): Pattern | undefined {
  return patterns.find((_, position) => ways === 1n << BigInt(position))
}

/** What is to be told of a column that no one pattern fits; nothing where its values are simply text. */
export function likenessOf({ n, fitting, blanks, blank, ways }: Fits): Likeness | undefined {
  if (fitting === 0 || fitting < nearlyAll * (n - blanks)) return undefined
  const fit = [...patterns.map(({ kind }) => kindWords[kind]), ...lookalikes.map(({ are }) => are)].filter((_, position) => (ways & (1n << BigInt(position))) !== 0n)
  const kinds = [...new Set(fit)]
  const hasDecimalCommas = (ways & (1n << BigInt(patterns.length + decimalComma))) !== 0n
  return { problem: `${told(kinds, fit.length, fitting === n - blanks, blanks > 0 ? blank : undefined)}; kept as text.`, hasDecimalCommas }
}

function told(kinds: readonly string[], ways: number, all: boolean, blank: string | undefined): string {
  if (!all) return `nearly all of its values are ${kinds.join(' or ')}, but not all`
  const except = blank === undefined ? '' : `, but for some that may stand for no value (such as ${blank})`
  if (kinds.length > 1) return `its values are of several kinds (${kinds.join('; ')})${except}`
  return `its values are ${kinds[0]}${ways > 1 ? ' written in several ways' : ''}${except}`
}
