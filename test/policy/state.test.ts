import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Agreement } from '../../src/policy/agreement.js'
import { type Act, type KeptState, stateAfter, stateAt } from '../../src/policy/state.js'

const from = Date.parse('2026-01-01T00:00:00.000Z')
const until = Date.parse('2027-01-01T00:00:00.000Z')
const agreement = {
  discloser: 'a',
  recipients: ['b', 'c'],
  validFrom: '2026-01-01T00:00:00.000Z',
  validUntil: '2027-01-01T00:00:00.000Z',
} as Agreement
const acts: readonly Act[] = ['offer', 'sign', 'suspend', 'resume', 'terminate']
const steps = fc.array(
  fc.record({
    act: fc.constantFrom(...acts),
    by: fc.constantFrom('a', 'b', 'c', 'stranger'),
    at: fc.constantFrom(from - 1, from, until - 1, until),
  }),
  { maxLength: 25 },
)

it('goes from state to state as a plain model does', () => {
  fc.assert(
    fc.property(steps, (all) => {
      let state: KeptState = 'DRAFT'
      let signedBy: string[] = []
      let changedBy = 'a'
      // The model: what has happened, and nothing derived.
      const model = { offered: false, signed: new Set<string>(), suspendedBy: undefined as string | undefined, ended: false }
      for (const { act, by, at } of all) {
        const isOver = at >= until && model.offered && !model.ended
        const isAgreed = model.signed.size === 3
        const may =
          by !== 'stranger' &&
          !model.ended &&
          !isOver &&
          {
            offer: !model.offered,
            sign: model.offered && !isAgreed && !model.signed.has(by),
            suspend: isAgreed && model.suspendedBy === undefined,
            resume: model.suspendedBy === by,
            terminate: true,
          }[act]
        let next: KeptState | undefined
        try {
          next = stateAfter({ agreement, state, signedBy, changedBy }, act, by, at)
        } catch {
          next = undefined
        }
        expect([act, by, next !== undefined]).toEqual([act, by, may])
        if (next === undefined) continue
        if (act === 'offer') model.offered = true
        if (act === 'sign') model.signed.add(by)
        if (act === 'suspend') model.suspendedBy = by
        if (act === 'resume') model.suspendedBy = undefined
        if (act === 'terminate') model.ended = true
        ;[state, changedBy, signedBy] = [next, by, [...model.signed]]
        const isAll = model.signed.size === 3
        const counts = isAll && model.suspendedBy === undefined && !model.ended
        for (const time of [from - 1, from, until - 1, until])
          expect(stateAt({ agreement, state }, time) === 'IN_FORCE').toBe(counts && time >= from && time < until)
      }
    }),
    { numRuns: 2000 },
  )
})
