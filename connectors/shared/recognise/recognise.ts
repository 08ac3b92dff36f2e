import type { ColumnDescription } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt } from '../engine-sql.js'
import { markPersonal, personalSigns } from './personal.js'
import { type Rule, rules } from './rules.js'

const candidatesMax = 500

/**
 * What the values of a table's columns are, beside their type: the first rule that a column's name and enough of its values meet. Conservative:
 * a name alone is no evidence, and neither are values alone. Columns that point to a person are marked so.
 * @param copy a table expression of columns c0 …, in the order of `columns`.
 */
export async function recognise(session: EngineSession, copy: string, columns: readonly ColumnDescription[]): Promise<ColumnDescription[]> {
  const candidates = columns
    .flatMap((column, position) => rulesFor(column).map((rule) => ({ rule, position })))
    .slice(0, candidatesMax)
  if (candidates.length === 0) return [...columns]
  const sums = candidates.flatMap(({ rule, position }, at) => {
    const text = textOf(position)
    const sign = personalSigns[rule.semanticType]
    return [
      `count(${text}) AS all_${at}`,
      `count_if(${rule.value(text)}) AS fit_${at}`,
      `${sign === undefined ? '0' : `count_if(${sign.test(text)})`} AS own_${at}`,
    ]
  })
  const [row = {}] = await session.rows(`SELECT ${sums.join(', ')} FROM ${copy}`)
  const found = [...columns]
  const signs = new Map<number, number>()
  for (const [at, { rule, position }] of candidates.entries()) {
    const [all, fit, own] = [Number(row[`all_${at}`]), Number(row[`fit_${at}`]), Number(row[`own_${at}`])]
    const column = found[position] as ColumnDescription
    if (column.semanticType !== undefined || all === 0 || fit < all * rule.share) continue
    found[position] = { ...column, semanticType: rule.semanticType }
    signs.set(position, own / all)
  }
  return markPersonal(found, signs)
}

function rulesFor({ name, type }: ColumnDescription): Rule[] {
  const letters = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  return rules.filter((rule) => rule.types.includes(type) && rule.name.test(letters))
}

/** A value's text without blanks around it; nothing for a blank one. */
function textOf(position: number): string {
  return `nullif(trim(CAST(${columnAt(position)} AS VARCHAR)), '')`
}
