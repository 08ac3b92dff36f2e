import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GrowingTree } from '../../src/audit/merkle/growing-tree.js'
import { emptyRoot, leafHash, nodeHash } from '../../src/audit/merkle/hash.js'
import { hashOfRange } from '../../src/audit/merkle/range-hash.js'
import { consistencyRanges, inclusionRanges } from '../../src/audit/merkle/ranges.js'
import { ProofError, verifyConsistency, verifyInclusion } from '../../src/audit/merkle/verify.js'

type Case = [name: string, first: number, second: number, one: number, other: number, proof: number[], isError: boolean]
const cases = JSON.parse(readFileSync(new URL('merkle-cases.json', import.meta.url), 'utf8')) as {
  hashes: string[]
  inclusion: Case[]
  consistency: Case[]
}
const hash = (place: number) => Buffer.from(cases.hashes[place] ?? '', 'base64')

function outcomeOf(check: () => void): 'shown' | 'refused' {
  try {
    check()
    return 'shown'
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ProofError)
    return 'refused'
  }
}

describe('the published cases of another implementation', () => {
  it('has 98 of each kind', () => {
    expect([cases.inclusion.length, cases.consistency.length]).toEqual([98, 98])
  })

  it.each(cases.inclusion.map((one, at) => [at, one[0], one] as const))(
    'inclusion %i: %s',
    (_at, _name, [, index, size, leaf, root, proof, isError]) => {
      expect(outcomeOf(() => verifyInclusion(index, size, hash(leaf), proof.map(hash), hash(root)))).toBe(isError ? 'refused' : 'shown')
    },
  )

  it.each(cases.consistency.map((one, at) => [at, one[0], one] as const))(
    'consistency %i: %s',
    (_at, _name, [, old, size, oldRoot, root, proof, isError]) => {
      expect(outcomeOf(() => verifyConsistency(old, size, proof.map(hash), hash(oldRoot), hash(root)))).toBe(isError ? 'refused' : 'shown')
    },
  )
})

/** The root by the words of RFC 6962, section 2.1: slow, and written apart from what is tested. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot
  if (leaves.length === 1) return leafHash(leaves[0] as Buffer)
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, at) => Buffer.from(`leaf ${at}`))

describe('a tree that grows', () => {
  const all = new GrowingTree({ size: 0, peaks: [] })
  const leaves = leavesOf(70)
  const roots = [emptyRoot, ...leaves.map((leaf) => (all.append(leafHash(leaf)), all.root()))]
  const hashesOf = (ranges: ReturnType<typeof inclusionRanges>) => ranges.map((range) => hashOfRange(range, (block) => all.hashOf(block)))

  it('has the root of the standard at every size', () => {
    expect(roots.map((root) => root.toString('hex'))).toEqual(roots.map((_, size) => rootOf(leaves.slice(0, size)).toString('hex')))
  })

  it('proves every leaf at every size, and no other leaf', () => {
    for (let size = 1; size < roots.length; size++) {
      for (let index = 0; index < size; index++) {
        const path = hashesOf(inclusionRanges(index, size))
        const root = roots[size] as Buffer
        verifyInclusion(index, size, leafHash(leaves[index] as Buffer), path, root)
        expect(outcomeOf(() => verifyInclusion(index, size, leafHash(Buffer.from('another')), path, root))).toBe('refused')
        expect(outcomeOf(() => verifyInclusion(index, size, leafHash(leaves[index] as Buffer), path, roots[size - 1] as Buffer))).toBe(
          'refused',
        )
      }
    }
  })

  it('proves that every size goes on from every earlier one, and from no other tree', () => {
    for (let size = 1; size < roots.length; size++) {
      for (let old = 1; old <= size; old++) {
        const proof = hashesOf(old === size ? [] : consistencyRanges(old, size))
        verifyConsistency(old, size, proof, roots[old] as Buffer, roots[size] as Buffer)
        expect(outcomeOf(() => verifyConsistency(old, size, proof, roots[old - 1] as Buffer, roots[size] as Buffer))).toBe('refused')
      }
    }
  })

  it('proves the leaves that were added to an edge from that edge alone', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 40 }), (before, added) => {
        const first = new GrowingTree({ size: 0, peaks: [] })
        const own = leavesOf(before + added)
        for (const leaf of own.slice(0, before)) first.append(leafHash(leaf))
        const grown = new GrowingTree(first.edge())
        for (const leaf of own.slice(before)) grown.append(leafHash(leaf))
        for (let index = before; index < before + added; index++) {
          const path = inclusionRanges(index, grown.size).map((range) => hashOfRange(range, (block) => grown.hashOf(block)))
          verifyInclusion(index, grown.size, leafHash(own[index] as Buffer), path, rootOf(own))
        }
      }),
    )
  })

  it('accepts the empty path of a single leaf, and refuses it in a larger tree', () => {
    const leaf = leafHash(Buffer.from('only'))
    verifyInclusion(0, 1, leaf, [], leaf)
    expect(outcomeOf(() => verifyInclusion(0, 2, leaf, [], leaf))).toBe('refused')
  })
})
