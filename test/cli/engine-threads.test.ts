import fc from 'fast-check'
import { expect, it } from 'vitest'
import { engineThreads } from '../../src/cli/engine-threads.js'

it('gives each engine all cores for few spokes, and a share of them for many', () => {
  expect([1, 4, 8, 16, 33, 1000].map((spokes) => engineThreads(spokes, 2))).toEqual([2, 2, 2, 1, 1, 1])
  expect([5, 33, 100].map((spokes) => engineThreads(spokes, 16))).toEqual([16, 4, 2])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 256 }), (spokes, cores) => {
      expect(engineThreads(spokes, cores)).toBeGreaterThanOrEqual(1)
      expect(engineThreads(spokes, cores)).toBeLessThanOrEqual(cores)
    }),
  )
})
