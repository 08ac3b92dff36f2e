import type { ColumnDescription } from '../../../src/connector/column.js'
import type { EngineSession } from '../../../src/connector/engine.js'
import { columnAt } from '../engine-sql.js'
import { mayNamePersons, type PersonHeader, personHeader } from './person-roles.js'
import { type PersonSigns, personSigns, plainlyTitled } from './person-values.js'
import { type Evidence, markPersonal, personalSigns, pointsToPerson } from './personal.js'
import { type Rule, rules, rulesByValues } from './rules.js'

const candidatesMax = 500
/** How many rows, from the first, are examined in columns whose names say nothing. */
const rowsAtSight = 1000
const columnsAtSight = 500
const rowsForShapes = 200

/**
 * Recognises the semantic types of a table's columns: the first rule that both the name and enough values meet. A name alone, or values
 * alone, are no evidence, unless the values can only be a person's. Columns that point to a person are marked.
 * @param copy a table expression of columns c0 …, in the order of `columns`.
 */
export async function recognise(session: EngineSession, copy: string, columns: readonly ColumnDescription[]): Promise<ColumnDescription[]> {
  const found = [...columns]
  const evidence: Evidence = { signs: new Map(), aside: new Set() }
  await lookByName(session, copy, found, evidence)
  await lookForNames(session, copy, found, evidence)
  await lookAtValues(session, `(SELECT * FROM ${copy} LIMIT ${rowsAtSight})`, found, evidence)
  await lookAtShapes(session, copy, found)
  return markPersonal(found, evidence)
}

/** Examines columns whose name fits a rule. */
async function lookByName(session: EngineSession, rows: string, found: ColumnDescription[], { signs }: Evidence): Promise<void> {
  const all = found.flatMap((column, position) => rulesFor(column).map((rule) => ({ rule, position })))
  for (let start = 0; start < all.length; start += candidatesMax) {
    const candidates = all.slice(start, start + candidatesMax)
    const sums = candidates.flatMap(({ rule, position }, at) => aggregates(rule, textOf(position), at))
    const [row = {}] = await session.rows(`SELECT ${sums.join(', ')} FROM ${rows}`)
    for (const [at, { rule, position }] of candidates.entries()) meet(found, signs, position, rule, (key) => Number(row[`${key}_${at}`]))
  }
}

/** Examines columns named after a person's role. A mixture of persons and organisations counts as persons. */
async function lookForNames(session: EngineSession, rows: string, found: ColumnDescription[], { aside }: Evidence): Promise<void> {
  const headers = new Map<number, PersonHeader>()
  for (const [position, { name, type, semanticType }] of found.entries()) {
    const header = semanticType === undefined && type === 'STRING' ? personHeader(lettersOf(name)) : undefined
    if (header !== undefined) headers.set(position, header)
  }
  const named = (wanted: (header: PersonHeader) => boolean) =>
    [...headers].flatMap(([position, header]) => (wanted(header) ? [position] : []))
  for (const position of await titledColumns(
    session,
    rows,
    named((header) => header === 'payee'),
  ))
    found[position] = { ...(found[position] as ColumnDescription), semanticType: 'PERSON_NAME' }
  const likely = await likelyNames(
    session,
    rows,
    named((header) => header === 'name'),
    0.4,
  )
  for (const [position, signs] of await personSigns(session, rows, [
    ...named((header) => header === 'private' || header === 'work'),
    ...likely,
  ])) {
    const header = headers.get(position) as PersonHeader
    if (!holdsPersons(header, signs)) continue
    found[position] = { ...(found[position] as ColumnDescription), semanticType: 'PERSON_NAME' }
    if (header === 'work') aside.add(position)
  }
}

function holdsPersons(header: PersonHeader, { all, like, surely, lone }: PersonSigns): boolean {
  if (header === 'name') return surely >= all * 0.4 && surely > 0
  return (like > 0 && like >= all * 0.2) || (surely > 0 && surely >= all * 0.02) || (all >= 3 && lone >= all * 0.6)
}

/** Examines columns whose names say nothing, for values that can only be a person's. */
async function lookAtValues(session: EngineSession, rows: string, found: ColumnDescription[], { signs }: Evidence): Promise<void> {
  const positions = found
    .flatMap(({ type, semanticType }, position) => (type === 'STRING' && semanticType === undefined ? [position] : []))
    .slice(0, columnsAtSight)
  if (positions.length === 0) return
  const cells = `(SELECT unnest([${positions.join(', ')}]) AS place, unnest([${positions.map(textOf).join(', ')}]) AS value FROM ${rows})`
  const sums = rulesByValues.flatMap((rule, at) => aggregates(rule, 'value', at))
  for (const row of await session.rows(`SELECT place, ${sums.join(', ')} FROM ${cells} GROUP BY place`)) {
    const position = Number(row.place)
    const { name } = found[position] as ColumnDescription
    for (const [at, rule] of rulesByValues.entries()) {
      if (rule.except?.test(lettersOf(name)) !== true) meet(found, signs, position, rule, (key) => Number(row[`${key}_${at}`]))
    }
  }
}

/** Examines columns whose names say nothing, for first values that are mostly names of persons. */
async function lookAtShapes(session: EngineSession, copy: string, found: ColumnDescription[]): Promise<void> {
  const positions = found
    .flatMap(({ name, type, semanticType }, position) =>
      type === 'STRING' && semanticType === undefined && mayNamePersons(lettersOf(name)) ? [position] : [],
    )
    .slice(0, columnsAtSight)
  if (positions.length === 0) return
  const rows = `(SELECT * FROM ${copy} LIMIT ${rowsForShapes})`
  for (const [position, { all, like, surely }] of await personSigns(session, rows, await likelyNames(session, rows, positions, 0.6))) {
    if (surely >= all * 0.6 || (surely >= all * 0.4 && like >= all * 0.9))
      found[position] = { ...(found[position] as ColumnDescription), semanticType: 'PERSON_NAME' }
  }
}

/**
 * Columns of which a share of the values may be names at a glance. Most texts hold digits, are one word or are long, and the closer test is
 * slow.
 */
async function likelyNames(session: EngineSession, rows: string, positions: readonly number[], share: number): Promise<number[]> {
  const glance = "length(value) BETWEEN 4 AND 60 AND (contains(value, ' ') OR contains(value, ',')) AND NOT regexp_matches(value, '[0-9]')"
  return columnsWhere(session, rows, positions, `count_if(${glance}) >= greatest(1, count(value) * ${share})`)
}

/** Payees and suppliers count as organisations unless values begin with a person's title. */
async function titledColumns(session: EngineSession, rows: string, positions: readonly number[]): Promise<number[]> {
  return columnsWhere(session, rows, positions, `count_if(${plainlyTitled('value')}) >= greatest(1, count(value) * 0.02)`)
}

/** The columns whose different values meet a condition. */
async function columnsWhere(session: EngineSession, rows: string, positions: readonly number[], having: string): Promise<number[]> {
  if (positions.length === 0) return []
  const cells = `(SELECT unnest([${positions.join(', ')}]) AS place, unnest([${positions.map(textOf).join(', ')}]) AS value FROM ${rows})`
  return (await session.rows(`SELECT place FROM (SELECT DISTINCT place, value FROM ${cells}) GROUP BY place HAVING ${having}`)).map(
    ({ place }) => Number(place),
  )
}

function aggregates(rule: Rule, text: string, at: number): string[] {
  const sign = personalSigns[rule.semanticType]
  return [
    `count(${text}) AS all_${at}`,
    `count_if(${rule.value(text)}) AS fit_${at}`,
    `${sign === undefined ? '0' : `count_if(${sign.test(text)})`} AS own_${at}`,
  ]
}

function meet(found: ColumnDescription[], signs: Map<number, number>, position: number, rule: Rule, of: (key: string) => number): void {
  const column = found[position] as ColumnDescription
  if (column.semanticType !== undefined || of('all') === 0 || of('fit') < of('all') * rule.share) return
  found[position] = { ...column, semanticType: rule.semanticType }
  signs.set(position, of('own') / of('all'))
}

/** The rules that may apply to a column, by its name and type. */
export function rulesFor({ name, type }: Pick<ColumnDescription, 'name' | 'type'>): Rule[] {
  const letters = lettersOf(name)
  return rules.filter((rule) => rule.types.includes(type) && rule.name.test(letters) && rule.except?.test(letters) !== true)
}

/** Whether a column's name says that it points to a person. */
export function saysPerson(column: Pick<ColumnDescription, 'name' | 'type'>): boolean {
  const header = column.type === 'STRING' ? personHeader(lettersOf(column.name)) : undefined
  return header === 'private' || header === 'work' || rulesFor(column).some(({ semanticType }) => pointsToPerson(semanticType))
}

const lettersOf = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** SQL: a value's text, trimmed; null if blank. */
function textOf(position: number): string {
  return `nullif(trim(CAST(${columnAt(position)} AS VARCHAR)), '')`
}
