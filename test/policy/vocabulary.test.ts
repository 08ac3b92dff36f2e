import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { covers } from '../../src/policy/purposes.js'
import { purposeTree } from '../../src/policy/vocabulary.js'

const shipped: unknown = parse(readFileSync('vocabulary/purposes.yaml', 'utf8'))
const purpose = (iri: string, ...broader: string[]) => ({ iri, label: iri, description: null, broader })

describe('purposes', () => {
  it('of the program stand below a term of the Data Privacy Vocabulary', () => {
    const tree = purposeTree(shipped)
    const isOfDpv = (iri: string) => iri.startsWith('https://w3id.org/dpv')
    for (const iri of tree.keys())
      expect([iri, [...tree.keys()].some((term) => isOfDpv(term) && covers(tree, term, iri))]).toEqual([iri, true])
    expect(covers(tree, 'https://seven-dials.example/purpose#HousingEnforcement', 'https://seven-dials.example/purpose#HmoLicensing')).toBe(
      true,
    )
    expect(covers(tree, 'https://seven-dials.example/purpose#HmoLicensing', 'https://seven-dials.example/purpose#HousingEnforcement')).toBe(
      false,
    )
  })

  it.each<[string, unknown, RegExp]>([
    ['no list', { iri: 'a' }, /no list/],
    ['one that stands twice', [purpose('a:a'), purpose('a:a')], /twice/],
    ['one that is narrower than nothing', [purpose('a:a', 'a:b')], /not there/],
    ['a circle', [purpose('a:a', 'a:b'), purpose('a:b', 'a:a')], /narrower than itself/],
    ['one below itself', [purpose('a:a', 'a:a')], /narrower than itself/],
    ['an unknown member', [{ ...purpose('a:a'), wider: [] }], /no list/],
  ])('are refused with %s', (_name, list, why) => {
    expect(() => purposeTree(list)).toThrow(why)
  })

  it('cover what a walk upwards reaches, and nothing that is not there', () => {
    // An edge goes from a number to a smaller one, so there is no circle.
    const graph = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(graph, (edges) => {
        const above = edges.map((list, at) => [...new Set(list.map((one) => one % Math.max(1, at)))].filter((one) => one < at))
        const name = (at: number) => `a:${at}`
        const tree = purposeTree(above.map((list, at) => purpose(name(at), ...list.map(name))))
        const reached = above.map((_, at) => {
          const set = new Set([at])
          for (const one of set) for (const next of above[one] ?? []) set.add(next)
          return set
        })
        for (const at of above.keys())
          for (const other of above.keys()) expect(covers(tree, name(other), name(at))).toBe(reached[at]?.has(other))
        expect(covers(tree, 'a:x', 'a:x')).toBe(false)
      }),
    )
  })
})
