import { describe, expect, it } from 'vitest'
import type { Expression, Relation, TableScan } from '../../src/connector/relation.js'
import { usesOfRelation } from '../../src/policy/uses-of-relation.js'

const column = (index: number): Expression => ({ kind: 'column', index })
const one: Expression = { kind: 'literal', shape: { type: 'INT64' }, value: '1' }
const scan = (table: string, ...names: string[]): TableScan => ({
  op: 'scan',
  table,
  columns: names.map((name) => ({ name, type: 'INT64' })),
})
const filtered = (input: Relation): Relation => ({
  op: 'filter',
  predicate: { kind: 'isNull', input: column(0), negated: true },
  input,
})
const joined = (left: Relation, right: Relation): Relation => ({
  op: 'join',
  type: 'INNER',
  keys: [{ left: column(0), right: column(0) }],
  left,
  right,
})

/** The uses of a relation's tables, as text: `a: x FILTER JOIN, counted`. */
const usesOf = (relation: Relation) =>
  [...usesOfRelation(relation)].map(
    ([table, { columns, countsRows }]) =>
      `${table}: ${[...columns].map(([name, uses]) => [name, ...[...uses].sort()].join(' ')).join(', ')}${countsRows ? ', counted' : ''}`,
  )

describe('what a relation tells', () => {
  it.each<[string, Relation, string[]]>([
    ['a value', scan('a', 'x'), ['a: x SELECT']],
    [
      'rows, where they are counted',
      { op: 'aggregate', groups: [], measures: [{ function: 'COUNT' }], input: scan('a', 'x') },
      ['a: x, counted'],
    ],
    [
      'rows, where a constant is counted',
      { op: 'aggregate', groups: [], measures: [{ function: 'COUNT', input: one }], input: filtered(scan('a', 'x')) },
      ['a: x FILTER, counted'],
    ],
    [
      'rows, where a constant is summed',
      { op: 'aggregate', groups: [], measures: [{ function: 'SUM', input: one }], input: scan('a', 'x') },
      ['a: x, counted'],
    ],
    [
      'rows, where constants are shown beside a filter',
      { op: 'project', outputs: [one], input: filtered(scan('a', 'x')) },
      ['a: x FILTER, counted'],
    ],
    ['rows, where nothing is shown', { op: 'project', outputs: [], input: filtered(scan('a', 'x')) }, ['a: x FILTER, counted']],
    [
      'rows, where groups are counted beside a sum',
      { op: 'aggregate', groups: [column(0)], measures: [{ function: 'SUM', input: one }], input: scan('a', 'x') },
      ['a: x GROUP, counted'],
    ],
    [
      'the values of one side of a join, and which of them have another',
      { op: 'project', outputs: [column(1)], input: joined(scan('a', 'x', 'y'), filtered(scan('b', 'x'))) },
      ['a: x JOIN, y SELECT', 'b: x FILTER JOIN'],
    ],
    [
      'the rows of both sides of a join, where it shows nothing of either',
      { op: 'project', outputs: [one], input: joined(scan('a', 'x'), scan('b', 'x')) },
      ['a: x JOIN, counted', 'b: x JOIN, counted'],
    ],
    [
      'the rows of both sides, where their matches are counted',
      { op: 'match', type: 'INNER', keys: [{ left: column(0), right: column(0) }], left: scan('a', 'x'), right: scan('b', 'x') },
      ['a: x JOIN, counted', 'b: x JOIN, counted'],
    ],
    [
      'the rows of one member of a stack, where another shows its own',
      { op: 'union', inputs: [scan('a', 'x'), { op: 'project', outputs: [one], input: scan('b', 'x') }] },
      ['a: x SELECT', 'b: x, counted'],
    ],
  ])('is %s', (_name, relation, expected) => {
    expect(usesOf(relation)).toEqual(expected)
  })
})
