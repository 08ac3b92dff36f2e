import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Admission } from '../../src/engine/admission.js'
import { failureOf } from '../support/query.js'

/** Lets all promises that can settle do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('Admission', () => {
  it('admits as many as are allowed, and the others in order', async () => {
    const admission = new Admission(2, 10)
    const entered: number[] = []
    const leaves = new Map<number, () => void>()
    const all = [0, 1, 2, 3, 4].map(async (name) => {
      leaves.set(name, await admission.enter())
      entered.push(name)
    })
    await settle()
    expect(entered).toEqual([0, 1])
    expect(admission.load).toEqual({ running: 2, waiting: 3 })
    for (const name of [1, 0, 2]) {
      leaves.get(name)?.()
      await settle()
    }
    expect(entered).toEqual([0, 1, 2, 3, 4])
    leaves.get(3)?.()
    leaves.get(4)?.()
    await Promise.all(all)
    expect(admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('takes each place back only once', async () => {
    const admission = new Admission(2, 10)
    const [leave] = [await admission.enter(), await admission.enter()]
    leave()
    leave()
    expect(admission.load).toEqual({ running: 1, waiting: 0 })
  })

  it('refuses work when the line is full', async () => {
    const admission = new Admission(1, 1)
    const leave = await admission.enter()
    const waiting = admission.enter()
    expect(await failureOf(() => admission.enter())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    leave()
    ;(await waiting)()
    expect(admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('lets work that was admitted before go ahead of the line, in its order, and never refuses it', async () => {
    const admission = new Admission(1, 1)
    const leave = await admission.enter()
    const entered: string[] = []
    const enter = (name: string, waiting: Promise<() => void>) => waiting.then((leave) => (entered.push(name), leave()))
    const all = [
      enter('new', admission.enter()),
      enter('first', admission.reenter()),
      enter('second', admission.reenter()),
      // What comes back takes nothing away from the length of the line, which is full by the one that is new.
      failureOf(() => admission.enter()).then(({ code }) => entered.push(code)),
    ]
    await settle()
    expect(admission.load).toEqual({ running: 1, waiting: 3 })
    leave()
    await Promise.all(all)
    expect(entered).toEqual(['SOURCE_UNAVAILABLE', 'first', 'second', 'new'])
  })

  it('counts only new work towards the length of the line', async () => {
    const admission = new Admission(1, 1)
    const leave = await admission.enter()
    const all = [admission.reenter(), admission.reenter(), admission.enter()]
    await settle()
    leave()
    for (const waiting of all) (await waiting)()
    expect(admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('removes aborted work from the line at once, and nobody loses a turn', async () => {
    const admission = new Admission(1, 10)
    const leave = await admission.enter()
    const gone = new AbortController()
    const failure = failureOf(() => admission.enter(gone.signal))
    const next = admission.enter(new AbortController().signal)
    gone.abort()
    expect(await failure).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(admission.load).toEqual({ running: 1, waiting: 1 })
    leave()
    ;(await next)()
    gone.abort()
    expect(admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('does not admit work whose signal has ended', async () => {
    const admission = new Admission(1, 10)
    expect(await failureOf(() => admission.enter(AbortSignal.abort()))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    const leave = await admission.enter()
    expect(await failureOf(() => admission.enter(AbortSignal.abort()))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    leave()
    expect(admission.load).toEqual({ running: 0, waiting: 0 })
  })

  it('never exceeds its limit, keeps the order, and ends empty, for any sequence of events', async () => {
    const event = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ kind: 'enter' as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('abort' as const), which: fc.nat() }) },
    )
    const history = fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 6 }),
      fc.array(event, { maxLength: 40 }),
      async (running, waiting, events) => {
        const admission = new Admission(running, waiting)
        const inside: (() => void)[] = []
        const line: { name: number; gone: AbortController }[] = []
        const entered: number[] = []
        let names = 0
        for (const step of events) {
          if (step.kind === 'enter') {
            const name = names++
            const full = inside.length === running && line.length === waiting
            const gone = new AbortController()
            line.push({ name, gone })
            const leaveLine = () =>
              line.splice(
                line.findIndex((one) => one.name === name),
                1,
              )
            void admission.enter(gone.signal).then(
              (leave) => {
                leaveLine()
                entered.push(name)
                inside.push(leave)
              },
              () => {
                leaveLine()
              },
            )
            await settle()
            expect(line.some((one) => one.name === name)).toBe(!full && inside.length === running && !entered.includes(name))
          } else if (step.kind === 'leave') inside.splice(step.which % Math.max(1, inside.length), 1)[0]?.()
          else line[step.which % Math.max(1, line.length)]?.gone.abort()
          await settle()
          expect(inside.length).toBeLessThanOrEqual(running)
          expect(admission.load).toEqual({ running: inside.length, waiting: line.length })
          expect(inside.length < running ? line.length : 0).toBe(0)
        }
        while (inside.length > 0) {
          inside.shift()?.()
          await settle()
        }
        expect(entered).toEqual([...entered].sort((left, right) => left - right))
        expect(admission.load).toEqual({ running: 0, waiting: 0 })
      },
    )
    await fc.assert(history, { numRuns: 200 })
  })
})
