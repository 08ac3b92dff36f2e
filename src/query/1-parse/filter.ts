import { checkForm } from '../../connector/check-form.js'
import { pathText, sentence } from '../../connector/issue-text.js'
import { didYouMean, nearNames } from '../../connector/near-names.js'
import { BadUserInput, DialsError } from '../../errors.js'
import { type FilterInput, type FilterOperator, operandSchemas, queryLimits } from './input.js'

/** A place in the input: `["where", "and", 0, "column"]`. */
export type Path = readonly (string | number)[]
/** A value in a filter, as JSON has it. */
export type Cell = string | number | boolean

/** A filter whose form is checked. Its column names and types are checked when it is bound. */
export type ParsedFilter =
  | { kind: 'and' | 'or'; terms: ParsedFilter[]; path: Path }
  | { kind: 'not'; term: ParsedFilter; path: Path }
  | { kind: 'tests'; column: string; tests: Test[]; path: Path }

/** One operator on a column. Where a leaf has several, all must hold. */
export type Test =
  | { operator: 'eq' | 'ne' | 'lt' | 'lte' | 'gt' | 'gte'; operand: Cell; path: Path }
  | { operator: 'in'; operand: Cell[]; path: Path }
  | { operator: 'isNull'; operand: boolean; path: Path }
  | { operator: 'startsWith' | 'contains'; operand: string; path: Path }
  | { operator: 'withinBox'; operand: number[]; path: Path }

const operators = Object.keys(operandSchemas) as FilterOperator[]

/** Checks the form of a filter. Throws BAD_USER_INPUT or QUERY_TOO_COMPLEX with the place in the input. */
export function parseFilter(filter: FilterInput, path: Path): ParsedFilter {
  checkSize(filter, path)
  return parse(filter, path)
}

/** Does not recurse, because the depth is not limited yet. */
function checkSize(root: FilterInput, path: Path): void {
  let terms = 0
  let values = 0
  const open: { filter: unknown; depth: number }[] = [{ filter: root, depth: 1 }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    terms++
    if (next.depth > queryLimits.filterDepthMax)
      throw new BadUserInput(`The filter is nested deeper than ${queryLimits.filterDepthMax}.`, { inputPath: path })
    if (terms > queryLimits.filterTermsMax)
      throw new BadUserInput(`The filter has more than ${queryLimits.filterTermsMax} terms. Use 'in' for long lists.`, { inputPath: path })
    if (typeof next.filter !== 'object' || next.filter === null) continue
    const { and, or, not, in: list } = next.filter as FilterInput
    if (Array.isArray(list)) values += list.length
    for (const children of [and, or, [not]]) {
      if (!Array.isArray(children)) continue
      for (const child of children) if (child !== undefined && child !== null) open.push({ filter: child, depth: next.depth + 1 })
    }
  }
  if (values > queryLimits.filterValuesMax) {
    const [held, most] = [values.toLocaleString('en-GB'), queryLimits.filterValuesMax.toLocaleString('en-GB')]
    throw new DialsError(
      'QUERY_TOO_COMPLEX',
      `The lists of the filter hold ${held} values together, more than ${most}. Ask in several queries.`,
      {
        inputPath: path,
      },
    )
  }
}

function parse(filter: FilterInput, path: Path): ParsedFilter {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter))
    throw new BadUserInput('This is not a filter.', { inputPath: path })
  const given = Object.keys(filter).filter((key) => filter[key] !== undefined)
  const shapes = ['and', 'or', 'not', 'column'].filter((key) => given.includes(key))
  if (shapes.length !== 1) throw new BadUserInput('A filter has exactly one of and, or, not, column.', { inputPath: path })
  const shape = shapes[0] as 'and' | 'or' | 'not' | 'column'
  if (shape === 'column') return parseTests(filter, given, path)

  const stray = given.find((key) => key !== shape)
  if (stray !== undefined)
    throw new BadUserInput(`'${stray}' does not stand beside '${shape}'. Put it into a term of its own.`, { inputPath: [...path, stray] })
  if (shape === 'not') {
    if (filter.not === null || filter.not === undefined) throw new BadUserInput("'not' is null.", { inputPath: [...path, 'not'] })
    return { kind: 'not', term: parse(filter.not, [...path, 'not']), path }
  }
  const terms = filter[shape]
  if (!Array.isArray(terms) || terms.length === 0)
    throw new BadUserInput(`'${shape}' needs at least one term.`, { inputPath: [...path, shape] })
  return { kind: shape, terms: terms.map((term, index) => parse(term, [...path, shape, index])), path }
}

function parseTests(filter: FilterInput, given: readonly string[], path: Path): ParsedFilter {
  if (typeof filter.column !== 'string' || filter.column === '')
    throw new BadUserInput('A filter names its column.', { inputPath: [...path, 'column'] })
  const stray = given.find((key) => key !== 'column' && !(operators as string[]).includes(key))
  if (stray !== undefined) {
    const suggestions = nearNames(stray, operators)
    const lack = `There is no operator '${stray.slice(0, 60)}': there are ${operators.join(', ')}.`
    throw new BadUserInput(`${lack}${didYouMean(suggestions)}`, { inputPath: path, suggestions })
  }
  const used = operators.filter((operator) => given.includes(operator))
  if (used.length === 0)
    throw new BadUserInput(`The filter on '${filter.column}' has no operator: give one of ${operators.join(', ')}.`, { inputPath: path })
  return {
    kind: 'tests',
    column: filter.column,
    tests: used.map((operator) => parseTest(operator, filter[operator], [...path, operator])),
    path,
  }
}

function parseTest(operator: FilterOperator, operand: unknown, path: Path): Test {
  if (operand === null) throw new BadUserInput(`'${operator}' has a null operand. Use isNull to ask for nulls.`, { inputPath: path })
  const checked = checkForm<unknown>(operandSchemas[operator], operand)
  if ('faults' in checked) {
    const [fault] = checked.faults
    const place = fault.path.length === 0 ? `The operand of '${operator}'` : pathText(fault.path, operator)
    throw new BadUserInput(sentence(`${place} ${fault.message}`), { inputPath: [...path, ...(fault.path as Path)] })
  }
  if (operator === 'withinBox') checkBox(checked.value as number[], path)
  return { operator, operand: checked.value, path } as Test
}

function checkBox(box: readonly number[], path: Path): void {
  const [west = 0, south = 0, east = 0, north = 0] = box
  const isOffGlobe = [west, east].some((degrees) => Math.abs(degrees) > 180) || [south, north].some((degrees) => Math.abs(degrees) > 90)
  if (isOffGlobe) throw new BadUserInput('withinBox is [west, south, east, north] in degrees of WGS84.', { inputPath: path })
  if (south > north)
    throw new BadUserInput(
      'withinBox is [west, south, east, north]: south must not be north of north. A west that is east of east means a box across the 180th meridian.',
      { inputPath: path },
    )
}
