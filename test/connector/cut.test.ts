import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everything } from '../../src/connector/capabilities.js'
import { cut, type Sides } from '../../src/connector/cut.js'
import { type Expression, joinTypes, type Relation } from '../../src/connector/relation.js'
import { relationSchema } from '../../src/connector/relation-schema.js'
import { shapesOf } from '../../src/connector/shapes.js'
import { overAnswers, pushedDown, splitBy } from '../../src/connector/split.js'
import { inputsOf, mapInputs, mapScans, operatorsOf, scansOf } from '../../src/connector/traverse.js'

const column = { kind: 'column', index: 0 } as const
const key = fc.constantFrom<Expression>(column, { kind: 'normalise', as: 'NUMBER', input: column })
const keys = fc.array(fc.record({ left: key, right: key }), { minLength: 1, maxLength: 3 })

/** Arbitrary relations, all of which have a first column, over tables of one column. A table's name begins with the side that holds it. */
const relations = fc.letrec<{ relation: Relation }>((tie) => ({
  relation: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a-1', 'a-2', 'b-1').map((table): Relation => ({ op: 'scan', table, columns: [{ name: 'n', type: 'INT64' }] })),
    fc.array(tie('relation'), { minLength: 1, maxLength: 3 }).map((inputs): Relation => ({ op: 'union', inputs })),
    tie('relation').map((input): Relation => ({ op: 'filter', predicate: { kind: 'isNull', input: column, negated: true }, input })),
    tie('relation').map((input): Relation => ({ op: 'project', outputs: [column], input })),
    tie('relation').map((input): Relation => ({ op: 'aggregate', groups: [column], measures: [], input })),
    tie('relation').map((input): Relation => ({ op: 'sort', keys: [{ column: 0, descending: false, nullsFirst: false }], input })),
    tie('relation').map((input): Relation => ({ op: 'limit', count: 1, offset: 0, input })),
    fc
      .record({
        op: fc.constantFrom('join', 'match'),
        type: fc.constantFrom(...joinTypes),
        keys,
        left: tie('relation'),
        right: tie('relation'),
      })
      .map((sides): Relation => sides),
  ),
})).relation
const ops = ['union', 'filter', 'project', 'aggregate', 'sort', 'limit', 'join', 'match'] as const
const able = fc.uniqueArray(fc.constantFrom(...ops))

/** Sides `a` and `b`, each with the operators that it runs. */
function sidesOf(a: readonly string[], b: readonly string[]): Sides<string> {
  return { holderOf: ({ table }) => table[0] as string, runs: (side, { op }) => (side === 'a' ? a : b).includes(op) }
}

describe('a cut', () => {
  it('can be put together again, and each piece holds only operators that its side runs', () => {
    fc.assert(
      fc.property(relations, able, able, (relation, a, b) => {
        const sides = sidesOf(a, b)
        const { pieces, remaining } = cut(relation, sides)
        const byId = new Map(pieces.map((piece) => [piece.id, piece]))
        expect(mapScans(remaining, ({ table }) => byId.get(table)?.relation as Relation)).toEqual(relation)
        for (const { side, relation: piece } of pieces) {
          for (const operator of operatorsOf(piece)) {
            if (operator.op === 'scan') expect(operator.table.startsWith(side)).toBe(true)
            else expect(sides.runs(side, operator, [])).toBe(true)
          }
        }
        expect(shapesOf(remaining)).toEqual(shapesOf(relation))
      }),
    )
  })

  it('makes the largest pieces: the operator directly above a piece is one that its side cannot run', () => {
    fc.assert(
      fc.property(relations, able, able, (relation, a, b) => {
        const { pieces, remaining } = cut(relation, sidesOf(a, b))
        const sideOf = new Map(pieces.map(({ id, side }) => [id, side]))
        for (const operator of operatorsOf(remaining)) {
          const inputs = inputsOf(operator)
          if (inputs.length === 0 || inputs.some(({ op }) => op !== 'scan')) continue
          const [first, ...others] = new Set(scansOf(operator).map(({ table }) => sideOf.get(table)))
          if (others.length > 0) continue
          expect((first === 'a' ? a : b).includes(operator.op as (typeof ops)[number])).toBe(false)
        }
      }),
    )
  })

  it('asks about each operator once, however deep or wide the relation is', () => {
    for (const size of [10, 100, 1000]) {
      const wide: Relation = { op: 'union', inputs: Array.from({ length: size }, () => scan('a-1')) }
      const deep = Array.from({ length: size }).reduce<Relation>((input) => ({ op: 'project', outputs: [column], input }), wide)
      let asked = 0
      const sides: Sides<string> = { holderOf: () => 'a', runs: () => (asked += 1) > 0 }
      cut(deep, sides)
      expect(asked).toBe(size + 1)
    }
  })
})

describe('a split', () => {
  it('is refused for a union at a source that cannot union', () => {
    const { union: _, ...rest } = everything
    const both: Relation = { op: 'union', inputs: [scan('a-1'), scan('a-2')] }
    expect(() => splitBy(rest, both)).toThrow(RangeError)
    expect(() => splitBy(rest, { op: 'limit', offset: 0, count: 1, input: both })).toThrow(RangeError)
    expect(splitBy(everything, both)).toMatchObject({ pushed: both, pushedDown: ['PROJECT'] })
  })

  it('puts the remainder over the named answer', () => {
    const relation: Relation = { op: 'limit', offset: 0, count: 1, input: scan('a-1') }
    const split = splitBy({}, relation)
    expect(overAnswers(scan('#7'), () => split)).toEqual({
      ...relation,
      input: { ...scan('#7'), columns: [{ name: 'c0', type: 'INT64' }] },
    })
  })

  it('reports each operator once, in the order of `operators`', () => {
    fc.assert(
      fc.property(relations, (relation) => {
        const names = pushedDown(relation)
        expect(names).toEqual(['PROJECT', 'FILTER', 'JOIN', 'AGGREGATE', 'SORT', 'LIMIT'].filter((name) => names.includes(name as never)))
        expect(names.includes('FILTER')).toBe([...operatorsOf(relation)].some(({ op }) => op === 'filter'))
      }),
    )
  })
})

describe('a traversal', () => {
  it('returns the relation itself where nothing changes, and visits inputs before the operators that read them', () => {
    fc.assert(
      fc.property(relations, (relation) => {
        expect(mapInputs(relation, (input) => input)).toBe(relation)
        expect(relationSchema.parse(JSON.parse(JSON.stringify(relation)))).toEqual(relation)
        const seen = new Set<Relation>()
        for (const operator of operatorsOf(relation)) {
          for (const input of inputsOf(operator)) expect(seen.has(input)).toBe(true)
          seen.add(operator)
        }
      }),
    )
  })
})

function scan(table: string): Relation {
  return { op: 'scan', table, columns: [{ name: 'n', type: 'INT64' }] }
}
