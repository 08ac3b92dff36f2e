import { literal } from '../../engine-sql.js'
import { kindWords } from './decide.js'
import { type Lookalike, lookalikes } from './lookalikes.js'
import { isLetter, isMark, markList, marksOf, someMarks } from './marks.js'
import { type Pattern, patterns } from './pattern.js'

/** The share of values that counts as nearly all. */
export const nearlyAll = 0.9

/** The fits of a mark, and of a single letter, which may be a mark. */
const markFit = -2
const letterFit = -3

/** How the values of a column fit. @property ways a bit for each pattern, then for each lookalike, that fits a value. */
export interface Fits {
  readonly n: number
  readonly fitting: number
  readonly marks: number
  readonly letters: number
  /** Some of the marks and letters, for the report. */
  readonly named: readonly string[]
  readonly ways: bigint
}

const all: readonly { regex: string }[] = [...patterns, ...lookalikes]
/** One expression separates most text from numbers and dates. */
const any = all.map(({ regex }) => `(?:${regex})`).join('|')

/** SQL: the position of the pattern that fits a trimmed value, or after those of a lookalike; negative if none fits. */
function fitOf(value: string): string {
  const ways = all.map(({ regex }, position) => `WHEN regexp_full_match(${value}, ${literal(regex)}) THEN ${position}`)
  const none = `CASE WHEN strlen(${value}) <= 24 AND ${isMark(value)} THEN ${markFit} WHEN strlen(${value}) = 1 AND ${isLetter(value)} THEN ${letterFit} ELSE -1 END`
  return `CASE WHEN ${value} IS NULL THEN NULL WHEN strlen(${value}) > 80 THEN -1 WHEN NOT regexp_full_match(${value}, ${literal(any)}) THEN ${none} ${ways.join(' ')} ELSE ${none} END`
}

/** The first characters of any pattern's values: a quick test that most text fails. */
const firstSigns = [...'0123456789-.tTfF'].map(literal).join(', ')

/**
 * The statement that counts how columns' values fit patterns only. `odd` counts values that fit none but may be lookalikes or marks.
 * Preparing the expressions of lookalikes takes longer than reading most files, and few columns need them.
 */
export function patternsQuery(cells: string): string {
  const ways = patterns.map(({ regex }, position) => `WHEN regexp_full_match(value, ${literal(regex)}) THEN ${position}`).join(' ')
  const fit = `CASE WHEN value IS NULL THEN NULL WHEN strlen(value) > 80 OR left(value, 1) NOT IN (${firstSigns}) THEN -1 ${ways} ELSE -1 END`
  const isOdd = `(fit = -1 AND strlen(value) <= 80 AND (regexp_matches(value, '[0-9]') OR starts_with(value, '=') OR (strlen(value) <= 24 AND ${isMark('value')})))`
  const outputs = [
    'place',
    'count(fit) AS n',
    'count_if(fit >= 0) AS fitting',
    `count_if(${isOdd}) AS odd`,
    'bit_or(CASE WHEN fit >= 0 THEN 1::BIGINT << fit ELSE 0::BIGINT END) AS ways',
  ]
  return `SELECT ${outputs.join(', ')} FROM (SELECT place, value, ${fit} AS fit FROM ${cells}) GROUP BY place`
}

/**
 * How the values of a column fit, if patterns alone can decide: all values fit one, or none does and no value may be a lookalike or a mark.
 */
export function fitsOfPatterns({ n, fitting, odd, ways }: Readonly<Record<string, unknown>>): Fits | undefined {
  const isSettled = Number(fitting) === Number(n) || (Number(fitting) === 0 && Number(odd) === 0)
  return isSettled ? { n: Number(n), fitting: Number(fitting), marks: 0, letters: 0, named: [], ways: BigInt(String(ways)) } : undefined
}

/**
 * The statement that counts how columns' values fit. It returns rows of `place`, the column's position in the list, and what `fitsOf`
 * reads.
 * @param cells rows of place and value
 */
export function fitsQuery(cells: string): string {
  const fits = `(SELECT place, value, ${fitOf('value')} AS fit FROM ${cells})`
  const outputs = [
    'place',
    'count(fit) AS n',
    'count_if(fit >= 0) AS fitting',
    `count_if(fit = ${markFit}) AS marks`,
    `count_if(fit = ${letterFit}) AS letters`,
    `${someMarks('value', `fit IN (${markFit}, ${letterFit})`)} AS named`,
    'bit_or(CASE WHEN fit >= 0 THEN 1::BIGINT << fit ELSE 0::BIGINT END) AS ways',
  ]
  return `SELECT ${outputs.join(', ')} FROM ${fits} GROUP BY place`
}

/** Reads a row of that statement. */
export function fitsOf({ n, fitting, marks, letters, named, ways }: Readonly<Record<string, unknown>>): Fits {
  return {
    n: Number(n),
    fitting: Number(fitting),
    marks: Number(marks),
    letters: Number(letters),
    named: marksOf(named),
    ways: BigInt(String(ways)),
  }
}

/** The pattern, if only one way occurs and it is a pattern. */
export function onlyPattern(ways: bigint): Pattern | undefined {
  return patterns.find((_, position) => ways === 1n << BigInt(position))
}

const momentKinds: readonly Pattern['kind'][] = ['DATE', 'DAY_MONTH', 'TIMESTAMP', 'TIMESTAMPTZ']
const familyOf = ({ kind }: Pattern): Lookalike['family'] =>
  kind === 'NUMBER' ? 'number' : momentKinds.includes(kind) ? 'moment' : undefined
const families: readonly Lookalike['family'][] = [...patterns.map(familyOf), ...lookalikes.map(({ family }) => family)]

/** The family that all ways share, if there is one. */
export function familyOfAll(ways: bigint): Lookalike['family'] {
  const found = new Set(families.filter((_, position) => (ways & (1n << BigInt(position))) !== 0n))
  return found.size === 1 ? [...found][0] : undefined
}

/** Whether all values are numbers, dates or marks, and not all are marks. */
export function isPlain({ n, fitting, marks, letters }: Fits): boolean {
  return fitting > 0 && fitting + marks + letters === n
}

const asks: readonly (string | undefined)[] = [
  ...patterns.map(({ kind, time }) =>
    kind === 'NUMBER' ? 'DECIMAL' : kind === 'DAY_MONTH' ? (time === true ? 'TIMESTAMP' : 'DATE') : kind,
  ),
  ...lookalikes.map(({ askFor }) => askFor),
]

/** The report for a column that stays text; undefined if it is simply text. */
export function likenessOf({ n, fitting, marks, letters, named, ways }: Fits): string | undefined {
  const are = <T>(of: readonly T[]) => of.filter((_, position) => (ways & (1n << BigInt(position))) !== 0n)
  const fit = are([...patterns.map(({ kind }) => kindWords[kind]), ...lookalikes.map((one) => one.are)])
  const kinds = [...new Set(fit)]
  const ask = new Set(are(asks))
  const [type] = ask
  const isDays = ask.size === 2 && ask.has('DATE') && ask.has('TIMESTAMP')
  const wanted = isDays ? 'TIMESTAMP' : ask.size === 1 ? type : undefined
  const mend = wanted === undefined ? '' : `, or write type: ${wanted} for this column in catalogue.yaml`
  const what =
    kinds.length > 1 ? `of several kinds (${kinds.join('; ')})` : `${kinds[0]}${fit.length > 1 ? ' written in several ways' : ''}`
  if (fitting === 0) return nullsAmong(named)
  if (marks + letters > 0 && fitting + marks + letters === n && (letters === 0 || fitting * 3 >= n)) {
    return `its values are ${what}, but for ${marks + letters} of ${n} that seem to stand for no value (${markList(named)}); kept as text. Leave those fields empty${mend}.`
  }
  if (fitting < nearlyAll * (n - marks)) return nullsAmong(named)
  if (fitting < n - marks) return `nearly all of its values are ${kinds.join(' or ')}, but not all; kept as text.`
  return `its values are ${what}; kept as text.${fit.length > 1 || mend !== '' ? ` Write all of them in one plain way${mend}.` : ''}`
}

/** What programs write for a missing value. Other marks, such as n/a, are often meant as text. */
const nullWord = /^(?:\\N|[<([]?null[>)\]]?|nan|<na>|#(?:n\/a|ref!|value!|div\/0!|num!|name\?|null!))$/i

function nullsAmong(named: readonly string[]): string | undefined {
  const nulls = named.filter((mark) => nullWord.test(mark))
  return nulls.length === 0
    ? undefined
    : `some of its values (${markList(nulls)}) are what programs write for no value or an error; kept as text. Leave those fields empty.`
}
