import { asText, type Decision } from './decide.js'
import { columnAt } from '../../shared/engine-sql.js'

const decimal = 'its commas may be decimal commas, as another column has them; kept as text.'
const assumed = 'no value shows whether its commas group thousands or are decimal commas; they were taken to group thousands, as is usual in the United Kingdom.'

/**
 * The types of a file's columns, where 1,250 may be 1250 or 1.25: beside a column of decimal commas it stays text; in a file whose fields are not
 * separated by commas it is told. A comma that separates fields is seldom a decimal one.
 */
export function settleCommas(decisions: readonly Decision[], delimiter: string): readonly Decision[] {
  const others = decisions.some(({ commas }) => commas === 'decimal')
  return decisions.map((decision, position) => {
    if (decision.commas !== 'thousands') return decision
    if (others) return asText(columnAt(position), decimal)
    return delimiter === ',' ? decision : { ...decision, problem: assumed }
  })
}
