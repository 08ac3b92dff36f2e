import type { Expression, Predicate } from '../../connector/relation.js'
import { TypeMismatch } from '../../errors.js'
import type { ParsedFilter, Test } from '../1-parse/filter.js'
import { literal } from './literal.js'
import type { Scope } from './scope.js'

/** A filter as a predicate over a scope's columns, with typed literals. Calls `seen` for every column that it names. */
export function bindPredicate(
  filter: ParsedFilter,
  scope: Scope,
  seen: (index: number, path: readonly (string | number)[]) => void,
): Predicate {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, terms: filter.terms.map((term) => bindPredicate(term, scope, seen)) }
    case 'not':
      return { kind: 'not', term: bindPredicate(filter.term, scope, seen) }
    case 'tests': {
      const path = [...filter.path, 'column']
      const column = scope.resolve(filter.column, path)
      seen(column.index, path)
      const terms = filter.tests.map((test) => bindTest(test, column))
      return terms.length === 1 ? (terms[0] as Predicate) : { kind: 'and', terms }
    }
  }
}

function bindTest(test: Test, column: ReturnType<Scope['resolve']>): Predicate {
  const left: Expression = { kind: 'column', index: column.index }
  switch (test.operator) {
    case 'isNull':
      return { kind: 'isNull', input: left, negated: !test.operand }
    case 'in':
      return {
        kind: 'in',
        left,
        values: test.operand.map((cell, index) => literal(cell, column.shape, { column: column.name, path: [...test.path, index] })),
      }
    case 'startsWith':
    case 'contains':
      if (column.shape.type !== 'STRING')
        throw new TypeMismatch(`${test.operator} works on text; '${column.name}' is ${column.shape.type}.`, { inputPath: test.path })
      return { kind: test.operator, input: left, text: test.operand }
    case 'withinBox': {
      if (column.shape.type !== 'GEOMETRY')
        throw new TypeMismatch(`withinBox works on GEOMETRY; '${column.name}' is ${column.shape.type}.`, { inputPath: test.path })
      const [west = 0, south = 0, east = 0, north = 0] = test.operand
      return { kind: 'withinBox', input: left, west, south, east, north }
    }
    default:
      return {
        kind: 'compare',
        comparison: test.operator,
        left,
        right: literal(test.operand, column.shape, { column: column.name, path: test.path }),
      }
  }
}
