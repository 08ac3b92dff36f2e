import { asText, type Decision, type Of, type Way } from './decision.js'
import { decideExactNumber, numberEvidence } from './exact-number.js'
import { reported } from './sentences.js'
import { type Convention, isNumber, plainNumber } from './number-forms.js'

/** Currencies: their sign for messages, and RE2 of what is written. */
const currencies: Record<string, string> = { '£': '£|GBP', '€': '€|EUR', $: '\\$|USD', '¥': '¥' }
const conventions: readonly Convention[] = ['point', 'comma']

/** Steps that read a value with a decimal point, and with a decimal comma. */
export const numberSteps: Way['steps'] = [(of) => ({ point: plainNumber(of(''), 'point'), comma: plainNumber(of(''), 'comma') })]

/** The counts over those steps. */
export function spelledEvidence(of: Of): Record<string, string> {
  const value = of('')
  const matching = (regex: string) => `count_if(regexp_matches(${value}, '${regex}'))`
  return {
    values: `count(${value})`,
    ...Object.assign({}, ...conventions.map((one) => numberEvidence(of(one), `${one}_`))),
    ...Object.fromEntries(Object.values(currencies).map((regex, position) => [`currency_${position}`, matching(regex)])),
    percents: matching('%'),
    bracketed: matching('\\('),
    spaced: matching('[0-9] [0-9]'),
    lead_min: `min(strlen(regexp_extract(${value}, '[0-9]+')))`,
    lead_max: `max(strlen(regexp_extract(${value}, '[0-9]+')))`,
    sure_commas: matching('[0-9][^0-9,][0-9]{3},[0-9]'),
  }
}

/**
 * Reads a column of numbers as people write them, if all agree and have only one meaning. Reports what was left out or assumed.
 * @param likeness the report if they stay text
 */
export function spelledWay(likeness: string): Way {
  return {
    steps: numberSteps,
    evidence: (of) => ({
      ...spelledEvidence(of),
      ...Object.fromEntries(conventions.map((one) => [`${one}_fit`, `count_if(${isNumber(of(''), one)})`])),
    }),
    decide: (column, value, found) => decideSpelled(column, value, found, likeness),
  }
}

function decideSpelled(column: string, value: string, found: (key: string) => number, likeness: string): Decision {
  const text = (because?: string) => asText(column, because ?? likeness)
  const values = found('values')
  const fits = (one: Convention) => found(`${one}_fit`) === values
  const convention = fits('point') ? 'point' : 'comma'
  const notes = spelledNotes(values, found, convention)
  if (values === 0 || !fits(convention) || typeof notes === 'string') return text()
  if (found('bracketed') === values) return text()
  if (found('spaced') === values && found('lead_min') === found('lead_max')) {
    return text(
      'its values may be numbers with blanks between the thousands, or codes in groups of digits; kept as text. Write them without blanks, or ask for a type in catalogue.yaml.',
    )
  }
  const decision = readAs(column, value, convention, found)
  if (decision.shape.type === 'STRING') return decision
  if (!(fits('point') && fits('comma'))) {
    return convention === 'point'
      ? { ...decision, hasDecimalPoints: true }
      : { ...decision, commas: 'decimal', ...(found('sure_commas') > 0 ? {} : { uncertain: likeness }) }
  }
  if (!conventionsDiffer(found)) return decision
  return { ...decision, swapped: readAs(column, value, 'comma', found), ...(found('comma_scale_max') > 0 ? { commas: 'thousands' } : {}) }
}

/** Whether the values are different numbers with a decimal comma than with a point, where both are possible. */
export function conventionsDiffer(found: (key: string) => number): boolean {
  return found('point_scale_max') !== found('comma_scale_max') || found('point_whole_max') !== found('comma_whole_max')
}

/** Reports of what was left out or assumed; a text if the values contradict each other. */
export function spelledNotes(values: number, found: (key: string) => number, convention: Convention): string[] | string {
  const signs = Object.keys(currencies).filter((_, position) => found(`currency_${position}`) > 0)
  const percents = found('percents')
  if (percents > 0 && percents < values) return `only ${percents} of its ${values} values have a percent sign`
  if (signs.length > 1) return `its values are in several currencies (${signs.join(', ')})`
  if (signs.length > 0 && percents > 0) return 'its values are amounts and percentages'
  return [
    convention === 'comma' ? 'its commas were read as decimal commas, and its points as grouping thousands' : [],
    signs.length > 0 ? `its values are amounts in ${signs.join()}; the sign was left out` : [],
    percents > 0 ? 'its values are percentages; the sign was left out (45.2% is read as 45.2)' : [],
    found('bracketed') > 0 ? 'numbers in brackets were read as negative' : [],
  ].flat()
}

function readAs(column: string, value: string, convention: Convention, found: (key: string) => number): Decision {
  const decision = decideExactNumber(column, plainNumber(value, convention), (key) => found(`${convention}_${key}`))
  const notes = spelledNotes(found('values'), found, convention)
  if (decision.shape.type === 'STRING' || typeof notes === 'string' || notes.length === 0) return decision
  return { ...decision, ...reported(`${notes.join('; ')}.`, decision.problem) }
}
