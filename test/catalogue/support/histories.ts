import fc from 'fast-check'
import type { Death } from '../../support/mortal-database.js'

/** What a source really holds: by id, which version, and whether its record can be read. */
export type World = Map<string, { version: number; broken: boolean }>

type Change = { id: string; to: 'gone' | { version: number; broken: boolean } }

/** How a source tells of what it holds. */
export interface Telling {
  end: 'complete' | 'silence' | 'error'
  /** Stops after so many records: then it says so, or tells an honest total. */
  cutAfter: number | undefined
  /** Shows its first page again in the place of its second. */
  repeats: boolean
  /** Sends a record that nobody can name. */
  rubbish: boolean
  total: 'none' | 'honest' | 'high' | 'low'
}

/** What happens, and then one harvest. */
export interface Step {
  changes: Change[]
  daysLater: number
  telling: Telling
  allowShrink: boolean
  death: Death | undefined
}

export interface History {
  /** The source gives cursors and tells of changes. */
  cursors: boolean
  batchRecords: number
  steps: Step[]
}

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'a-b')
const change: fc.Arbitrary<Change> = fc.record({
  id,
  to: fc.oneof(
    { weight: 2, arbitrary: fc.constant('gone' as const) },
    {
      weight: 5,
      arbitrary: fc.record({
        version: fc.integer({ min: 0, max: 2 }),
        broken: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      }),
    },
  ),
})
const often = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 4 * others.length, arbitrary: fc.constant(usual) }, ...others.map((other) => fc.constant(other)))
const telling: fc.Arbitrary<Telling> = fc.record({
  end: often<Telling['end']>('complete', 'silence', 'error'),
  cutAfter: fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, fc.integer({ min: 0, max: 5 })),
  repeats: often(false, true),
  rubbish: often(false, true),
  total: fc.constantFrom('none', 'honest', 'high', 'low'),
})
const death = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  fc.record({ at: fc.integer({ min: 1, max: 40 }), how: fc.constantFrom<Death['how']>('before', 'after', 'backend') }),
)
const step: fc.Arbitrary<Step> = fc.record({
  changes: fc.array(change, { maxLength: 5 }),
  daysLater: fc.constantFrom(0, 0, 2, 10, 40),
  telling,
  allowShrink: often(false, true),
  death,
})

/** Random histories of a source and of the hub that harvests it. */
export const history: fc.Arbitrary<History> = fc.record({
  cursors: fc.boolean(),
  batchRecords: fc.constantFrom(1, 2, 3, 500),
  steps: fc.array(step, { minLength: 1, maxLength: 7 }),
})

export type Saying =
  { say: 'dataset'; id: string; version: number } | { say: 'problem'; id: string } | { say: 'removed'; id: string } | { say: 'rubbish' }
export type Told = { sayings: Saying[]; end: { say: 'complete'; total: number | undefined } | { say: 'silence' } | { say: 'error' } }

/** What a source says that is asked for everything, or for what has changed among these ids. */
export function tell(world: World, { end, cutAfter, repeats, rubbish, total }: Telling, changed: ReadonlySet<string> | undefined): Told {
  const known = [...world.keys(), ...[...(changed ?? [])].filter((one) => !world.has(one))].sort()
  let sayings = known
    .filter((one) => changed?.has(one) ?? true)
    .map((one): Saying => {
      const held = world.get(one)
      return held === undefined
        ? { say: 'removed', id: one }
        : held.broken
          ? { say: 'problem', id: one }
          : { say: 'dataset', id: one, version: held.version }
    })
  const isCut = cutAfter !== undefined && cutAfter < sayings.length
  if (isCut) sayings = sayings.slice(0, cutAfter)
  // Of problems and removals a repetition leaves no trace, so nobody could know that something is left out.
  if (repeats && sayings.length > 3 && sayings[0]?.say === 'dataset')
    sayings = [...sayings.slice(0, 2), ...sayings.slice(0, 2), ...sayings.slice(4)]
  if (rubbish) sayings.push({ say: 'rubbish' })
  const totals = { none: undefined, honest: world.size, high: world.size + 3, low: Math.max(0, world.size - 1) }
  if (end !== 'complete') return { sayings, end: { say: end } }
  if (isCut)
    return { sayings, end: changed === undefined && total === 'honest' ? { say: 'complete', total: world.size } : { say: 'silence' } }
  return { sayings, end: { say: 'complete', total: totals[total] } }
}
