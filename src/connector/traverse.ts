import type { Aggregate, Expression, Join, Predicate, Relation, TableScan } from './relation.js'

/** The inputs of an operator, from left to right. */
export function inputsOf(relation: Relation): readonly Relation[] {
  switch (relation.op) {
    case 'scan':
      return []
    case 'union':
      return relation.inputs
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'sort':
    case 'limit':
      return [relation.input]
    case 'join':
    case 'match':
      return [relation.left, relation.right]
  }
}

/** The same operator over other inputs. Returns the relation itself where `map` returns every input unchanged. */
export function mapInputs(relation: Relation, map: (input: Relation, index: number) => Relation): Relation {
  switch (relation.op) {
    case 'scan':
      return relation
    case 'union': {
      const inputs = relation.inputs.map(map)
      return inputs.every((input, index) => input === relation.inputs[index]) ? relation : { ...relation, inputs }
    }
    case 'filter':
    case 'project':
    case 'aggregate':
    case 'sort':
    case 'limit': {
      const input = map(relation.input, 0)
      return input === relation.input ? relation : { ...relation, input }
    }
    case 'join':
    case 'match': {
      const [left, right] = [map(relation.left, 0), map(relation.right, 1)]
      return left === relation.left && right === relation.right ? relation : { ...relation, left, right }
    }
  }
}

/** The same relation with each scan replaced. */
export function mapScans(relation: Relation, map: (scan: TableScan) => Relation): Relation {
  return relation.op === 'scan' ? map(relation) : mapInputs(relation, (input) => mapScans(input, map))
}

/** Every operator of a relation, each after its inputs, from left to right. */
export function* operatorsOf(relation: Relation): Generator<Relation> {
  for (const input of inputsOf(relation)) yield* operatorsOf(input)
  yield relation
}

/** Every scan of a relation, from left to right. */
export function scansOf(relation: Relation): TableScan[] {
  return [...operatorsOf(relation)].filter((operator) => operator.op === 'scan')
}

/** Every join of a relation, those below first. */
export function joinsOf(relation: Relation): Join[] {
  return [...operatorsOf(relation)].filter((operator) => operator.op === 'join')
}

/** The operands of an expression. */
export function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
      return []
    case 'cast':
    case 'bucket':
    case 'normalise':
    case 'mask':
      return [expression.input]
    case 'mean':
      return [expression.sum, expression.count]
  }
}

/** The same expression with each column's position replaced. */
export function mapColumns(expression: Expression, position: (index: number) => number): Expression {
  switch (expression.kind) {
    case 'column':
      return { kind: 'column', index: position(expression.index) }
    case 'literal':
      return expression
    case 'cast':
    case 'bucket':
    case 'normalise':
    case 'mask':
      return { ...expression, input: mapColumns(expression.input, position) }
    case 'mean':
      return { ...expression, sum: mapColumns(expression.sum, position), count: mapColumns(expression.count, position) }
  }
}

/** The positions of the columns that an expression reads, in order, with repetitions. */
export function columnsOf(expression: Expression): number[] {
  return expression.kind === 'column' ? [expression.index] : operandsOf(expression).flatMap(columnsOf)
}

/** The expressions that a measure reads. */
export function readBy({ input, of }: Aggregate): Expression[] {
  return [...(input === undefined ? [] : [input]), ...(of === undefined ? [] : [of.count, of.mean])]
}

/** The same measure of other expressions. */
export function mapMeasure(measure: Aggregate, map: (expression: Expression) => Expression): Aggregate {
  const { input, of } = measure
  return {
    ...measure,
    ...(input === undefined ? {} : { input: map(input) }),
    ...(of === undefined ? {} : { of: { count: map(of.count), mean: map(of.mean) } }),
  }
}

/** The predicates that a predicate combines. */
export function termsOf(predicate: Predicate): readonly Predicate[] {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return predicate.terms
    case 'not':
      return [predicate.term]
    case 'compare':
    case 'in':
    case 'among':
    case 'isNull':
    case 'startsWith':
    case 'contains':
    case 'withinBox':
      return []
  }
}

/** The expression that a predicate tests. Undefined for `and`, `or` and `not`, which only combine predicates. */
export function testedBy(predicate: Predicate): Expression | undefined {
  switch (predicate.kind) {
    case 'and':
    case 'or':
    case 'not':
      return undefined
    case 'compare':
    case 'in':
    case 'among':
      return predicate.left
    case 'isNull':
    case 'startsWith':
    case 'contains':
    case 'withinBox':
      return predicate.input
  }
}

/** The same predicate with each column's position replaced. Lists of values are shared, not copied. */
export function mapPredicateColumns(predicate: Predicate, position: (index: number) => number): Predicate {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      return { kind: predicate.kind, terms: predicate.terms.map((term) => mapPredicateColumns(term, position)) }
    case 'not':
      return { kind: 'not', term: mapPredicateColumns(predicate.term, position) }
    case 'compare':
    case 'in':
    case 'among':
      return { ...predicate, left: mapColumns(predicate.left, position) }
    case 'isNull':
    case 'startsWith':
    case 'contains':
    case 'withinBox':
      return { ...predicate, input: mapColumns(predicate.input, position) }
  }
}

/** The positions of the columns that a predicate reads, each once. */
export function columnsOfPredicate(predicate: Predicate): Set<number> {
  const columns = new Set<number>()
  const open = [predicate]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const tested = testedBy(next)
    for (const column of tested === undefined ? [] : columnsOf(tested)) columns.add(column)
    open.push(...termsOf(next))
  }
  return columns
}

/** Whether some operator of a relation sorts. */
export function isSorted(relation: Relation): boolean {
  return [...operatorsOf(relation)].some(({ op }) => op === 'sort')
}
