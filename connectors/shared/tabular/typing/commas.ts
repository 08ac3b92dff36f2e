import { asText, type Decision } from './decision.js'
import { columnAt } from '../../engine-sql.js'
import { reported } from './sentences.js'

const swappedWords =
  'its commas are taken for decimal commas, and its points for those between thousands, as another column of the file has decimal commas.'
const contradicted =
  'its commas or points may be decimal ones or group thousands: other columns of the file have decimal commas, and the file does not agree with itself'
const commasAssumed =
  'no value shows whether its commas group thousands or are decimal commas; they were taken to group thousands, as is usual in the United Kingdom.'
const pointsAssumed =
  'no value shows whether its points are decimal points or group thousands; they were taken for decimal points, as is usual in the United Kingdom.'

/**
 * Settles the types of a file's columns in which 1,250 may be 1250 or 1.25, and 1.250 likewise. Decimal commas are a property of the file:
 * if one column surely has them, and none surely has decimal points, every ambiguous column is read with them. If no column is sure, the
 * assumption is reported. In a file whose fields are separated by commas, decimal commas are rare, so only values like 1.250,75 are sure.
 */
export function settleCommas(decisions: readonly Decision[], delimiter: string): readonly Decision[] {
  const hasCommas = decisions.some(({ commas }) => commas === 'decimal')
  const isSure = decisions.some(({ commas, uncertain }) => commas === 'decimal' && !(uncertain !== undefined && delimiter === ','))
  const hasPoints = decisions.some(({ hasDecimalPoints }) => hasDecimalPoints === true)
  return decisions.map((decision, position) => {
    const { swapped, commas, uncertain, isDemanded } = decision
    if (commas === 'decimal') return uncertain !== undefined && delimiter === ',' ? asText(columnAt(position), uncertain) : decision
    if (swapped === undefined) return decision
    if (hasCommas && isSure && !hasPoints) return { ...swapped, ...reported(swapped.problem, swappedWords) }
    if (hasCommas)
      return isDemanded === true
        ? { ...decision, ...reported(decision.problem, `${contradicted}; read by decimal points.`) }
        : asText(columnAt(position), `${contradicted}; kept as text.`)
    if (delimiter === ',') return decision
    if (commas === 'thousands') return { ...decision, ...reported(decision.problem, commasAssumed) }
    return delimiter === ';' ? { ...decision, ...reported(decision.problem, pointsAssumed) } : decision
  })
}

/** The guessed columns whose commas and points must be checked in every row before these rules apply. */
export function undecidedCommas(decisions: readonly Decision[], guessed: readonly string[], delimiter: string): string[] {
  const isAsked = delimiter === ';' || decisions.some(({ commas }) => commas === 'decimal')
  return isAsked ? guessed.filter((column) => decisions[Number(column.slice(1))]?.swapped !== undefined) : []
}
