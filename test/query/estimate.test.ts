import { expect, test } from 'vitest'
import type { Expression, Predicate, Relation } from '../../src/connector/relation.js'
import { estimateRows } from '../../src/query/4-plan/estimate.js'

const scan: Relation = {
  op: 'scan',
  table: 't',
  columns: [
    { name: 'ward', type: 'STRING' },
    { name: 'paid', type: 'DATE' },
    { name: 'unknown', type: 'STRING' },
  ],
}
const tables = new Map([
  [
    't',
    {
      rowCount: 1000,
      columns: new Map([
        ['ward', { distinctCount: 20, nullRatio: 0 }],
        ['paid', { distinctCount: 400, nullRatio: 0.5 }],
      ]),
    },
  ],
])
const at = (index: number): Expression => ({ kind: 'column', index })
const [ward, paid, unknown] = [at(0), at(1), at(2)] as [Expression, Expression, Expression]
const text = { kind: 'literal', shape: { type: 'STRING' }, value: 'x' } as const
const equal = (left: Expression): Predicate => ({ kind: 'compare', comparison: 'eq', left, right: text })
const filtered = (predicate: Predicate, input: Relation = scan): Relation => ({ op: 'filter', predicate, input })
const grouped = (groups: Expression[], input: Relation = scan): Relation => ({
  op: 'aggregate',
  groups,
  measures: [{ function: 'COUNT' }],
  input,
})

test.each<[string, Relation, number | undefined]>([
  ['a table', scan, 1000],
  ['a table that nobody counted', { ...scan, table: 'other' }, undefined],
  ['one of twenty values', filtered(equal(ward)), 50],
  ['another than one of twenty', filtered({ kind: 'not', term: equal(ward) }), 950],
  ['two of twenty', filtered({ kind: 'in', left: ward, values: [text, text] }), 100],
  ['one of 400 where half have none', filtered(equal(paid)), 2],
  ['those without a value', filtered({ kind: 'isNull', input: paid, negated: false }), 500],
  ['a column of which nothing is known', filtered(equal(unknown)), 250],
  ['both of two', filtered({ kind: 'and', terms: [equal(ward), { kind: 'isNull', input: paid, negated: true }] }), 25],
  ['either of two', filtered({ kind: 'or', terms: [equal(ward), equal(ward)] }), 98],
  ['all in one group', grouped([]), 1],
  ['groups by one column', grouped([ward]), 20],
  ['groups by one with nulls, which are one more', grouped([paid]), 401],
  ['groups by two, no more than there are rows', grouped([ward, paid]), 1000],
  ['groups of what a filter leaves', grouped([paid], filtered(equal(ward))), 50],
  ['groups by what nobody knows', grouped([unknown]), 100],
  [
    'groups of a column under another name and type',
    grouped([at(1)], { op: 'project', outputs: [paid, { kind: 'cast', input: ward, to: { type: 'STRING' } }], input: scan }),
    20,
  ],
  ['groups over a union of the same', grouped([ward], { op: 'union', inputs: [scan, scan] }), 20],
  ['a page', { op: 'limit', count: 10, offset: 995, input: scan }, 5],
])('%s', (_, relation, rows) => {
  expect(estimateRows(relation, tables)).toBe(rows)
})
