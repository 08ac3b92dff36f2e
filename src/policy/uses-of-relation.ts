import type { Aggregate, Expression, Relation, TableScan } from '../connector/relation.js'
import { columnsOf, columnsOfPredicate, readBy, scansOf } from '../connector/traverse.js'
import type { AgreedUse } from './agreement.js'

/** What a relation does with a table. */
export interface TableUses {
  /** By the column's published name. A column that is scanned and comes to nothing has no use. */
  readonly columns: ReadonlyMap<string, ReadonlySet<AgreedUse>>
  /** Whether it tells how many rows there are. */
  readonly countsRows: boolean
}

/** How a value comes out: as it is, as the key of a group, or as the outcome of an aggregate. */
type Form = 'SELECT' | 'GROUP' | 'AGGREGATE'

/** A column of a table in an output, and how it comes there. */
interface Derived {
  readonly table: string
  readonly column: string
  readonly form: Form
}

/**
 * What a relation uses each column of its tables for, by the relation alone: a value that comes out as it is, is selected, whatever the
 * client calls it. Hub and spoke both derive it so, each from the relation that it is asked to run.
 */
export function usesOfRelation(relation: Relation): ReadonlyMap<string, TableUses> {
  const uses = new Uses()
  for (const sources of uses.walk(relation)) for (const { table, column, form } of sources) uses.add(table, column, form)
  return uses.byTable()
}

class Uses {
  readonly #columns = new Map<string, Map<string, Set<AgreedUse>>>()
  readonly #counted = new Set<string>()

  add(table: string, column: string, use: AgreedUse): void {
    const columns = this.#columns.get(table)
    columns?.set(column, (columns.get(column) ?? new Set()).add(use))
  }

  byTable(): ReadonlyMap<string, TableUses> {
    const all = [...this.#columns]
    // What lets no value out tells how many rows there are, unless it is joined with what does: then it picks among those rows.
    const isLetOut = all.some(([, columns]) => hasUse(columns, telling))
    const others: readonly AgreedUse[] = isLetOut ? [...telling, 'JOIN'] : telling
    return new Map(all.map(([table, columns]) => [table, { columns, countsRows: this.#counted.has(table) || !hasUse(columns, others) }]))
  }

  /** What each output of a relation is derived from. */
  walk(relation: Relation): Derived[][] {
    switch (relation.op) {
      case 'scan':
        return this.#scan(relation)
      case 'union': {
        const inputs = relation.inputs.map((input) => this.walk(input))
        return (inputs[0] ?? []).map((_, index) => inputs.flatMap((input) => input[index] ?? []))
      }
      case 'filter': {
        const input = this.walk(relation.input)
        for (const index of columnsOfPredicate(relation.predicate)) this.#use(input[index], 'FILTER')
        return input
      }
      case 'project': {
        const input = this.walk(relation.input)
        return relation.outputs.map((output) => derivedFrom(output, input))
      }
      case 'aggregate': {
        const input = this.walk(relation.input)
        for (const measure of relation.measures)
          if (countsRows(measure)) for (const { table } of scansOf(relation)) this.#counted.add(table)
        const groups = relation.groups.map((group) => derivedFrom(group, input).map((one) => ({ ...one, form: groupedForm(one.form) })))
        const measures = relation.measures.map((measure) =>
          readBy(measure).flatMap((read) => derivedFrom(read, input).map((one) => ({ ...one, form: 'AGGREGATE' as const }))),
        )
        return [...groups, ...measures]
      }
      case 'sort': {
        const input = this.walk(relation.input)
        // The order of the rows tells the values: sorting is as much as showing them.
        for (const { column } of relation.keys) for (const one of input[column] ?? []) this.add(one.table, one.column, one.form)
        return input
      }
      case 'limit':
        return this.walk(relation.input)
      case 'join':
      case 'match': {
        const [left, right] = [this.walk(relation.left), this.walk(relation.right)]
        for (const key of relation.keys) {
          this.#use(derivedFrom(key.left, left), 'JOIN')
          this.#use(derivedFrom(key.right, right), 'JOIN')
        }
        if (relation.op === 'join') return relation.type === 'ANTI' ? left : [...left, ...right]
        for (const { table } of scansOf(relation)) this.#counted.add(table)
        return []
      }
    }
  }

  #scan({ table, columns }: TableScan): Derived[][] {
    const known = this.#columns.get(table) ?? new Map<string, Set<AgreedUse>>()
    this.#columns.set(table, known)
    for (const { name } of columns) known.set(name, known.get(name) ?? new Set())
    return columns.map(({ name }) => [{ table, column: name, form: 'SELECT' as const }])
  }

  /** A use of an input. Of an aggregate's outcome the use is that of the aggregate, which is what is known of the column. */
  #use(derived: readonly Derived[] = [], use: AgreedUse): void {
    for (const { table, column, form } of derived) this.add(table, column, form === 'AGGREGATE' ? 'AGGREGATE' : use)
  }
}

/** The uses by which values come out. */
const telling: readonly AgreedUse[] = ['SELECT', 'GROUP', 'AGGREGATE']

function hasUse(columns: ReadonlyMap<string, ReadonlySet<AgreedUse>>, uses: readonly AgreedUse[]): boolean {
  return [...columns.values()].some((used) => uses.some((use) => used.has(use)))
}

function derivedFrom(expression: Expression, input: readonly Derived[][]): Derived[] {
  return columnsOf(expression).flatMap((index) => input[index] ?? [])
}

/** What is grouped by an aggregate's outcome stays one. */
function groupedForm(form: Form): Form {
  return form === 'AGGREGATE' ? 'AGGREGATE' : 'GROUP'
}

/** Whatever it computes, over no column it tells of the rows alone. */
function countsRows(measure: Aggregate): boolean {
  return readBy(measure).flatMap(columnsOf).length === 0
}
