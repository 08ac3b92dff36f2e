import type { Saying, Told } from './histories.js'

type Status = 'ACTIVE' | 'MISSING' | 'ARCHIVED'

/** One dataset as the catalogue has to hold it. */
export interface Held {
  version: number
  status: Status
  missingSince: number
}

/** The catalogue, by id of its source. */
export type Catalogue = Map<string, Held>

/** The guard and the days that the test harvests with. */
export const limits = { shrinkFrom: 3, shrinkPercentMax: 50, archiveAfterDays: 30, wholeEveryDays: 7 }

/** The end of a run as it has to be. */
interface Counted {
  status: string
  created: number
  updated: number
  unchanged: number
  removed: number
  failed: number
}

interface Circumstances {
  whole: boolean
  allowShrink: boolean
  batchRecords: number
  knownBefore: ReadonlySet<string>
  day: number
}

const copy = (catalogue: Catalogue): Catalogue => new Map([...catalogue].map(([id, held]) => [id, { ...held }]))

/**
 * What a harvest makes of a catalogue, written without a look at how it is done: the catalogue after each batch, and after the end.
 * @param knownBefore what the guard counts: the ids that were there before this run, or before the first of those that were held.
 * @param day the time, in days.
 */
export function reference(before: Catalogue, told: Told, { whole, allowShrink, batchRecords, knownBefore, day }: Circumstances) {
  const catalogue = copy(before)
  const afterBatches: Catalogue[] = [copy(before)]
  const [shown, named, removed] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const counts = { created: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 }
  let repeated = 0
  const take = (said: Saying) => {
    if (said.say === 'removed') removed.add(said.id)
    else if (said.say === 'rubbish') counts.failed += 1
    else if (said.say === 'problem' || shown.has(said.id)) {
      if (said.say === 'dataset') repeated += 1
      counts.failed += 1
      named.add(said.id)
      const held = catalogue.get(said.id)
      if (held?.status === 'MISSING') held.missingSince = day
    } else {
      shown.add(said.id)
      const held = catalogue.get(said.id)
      counts[held === undefined ? 'created' : held.version === said.version && held.status === 'ACTIVE' ? 'unchanged' : 'updated'] += 1
      catalogue.set(said.id, { version: said.version, status: 'ACTIVE', missingSince: Number.NaN })
    }
  }
  for (let from = 0; from < told.sayings.length; from += batchRecords) {
    told.sayings.slice(from, from + batchRecords).forEach(take)
    afterBatches.push(copy(catalogue))
  }
  const ended = (status: string, settled = false) => ({ afterBatches, catalogue, settled, run: { status, ...counts } satisfies Counted })
  if (told.end.say === 'error') return ended('FAILED')
  if (told.end.say === 'silence') return ended('PARTIAL')
  const toldOf = new Set([...shown, ...named]).size
  if (whole && (told.end.total ?? 0) > toldOf) return ended('PARTIAL')
  if (told.sayings.some(({ say }) => say === 'rubbish')) return ended('PARTIAL')
  const isGone = (id: string) => !shown.has(id) && !named.has(id) && (whole || removed.has(id))
  const gone = [...catalogue].filter(([id, { status }]) => status === 'ACTIVE' && isGone(id))
  const known = [...catalogue].filter(([id, { status }]) => status === 'ACTIVE' && knownBefore.has(id)).length
  if (!allowShrink && gone.length >= limits.shrinkFrom && gone.length * 100 > known * limits.shrinkPercentMax) return ended('HELD')
  if (whole && repeated === 0) {
    for (const [id, held] of catalogue)
      if (held.status === 'MISSING' && !named.has(id) && day - held.missingSince >= limits.archiveAfterDays) held.status = 'ARCHIVED'
  }
  for (const [, held] of gone) Object.assign(held, { status: 'MISSING', missingSince: day })
  counts.removed = gone.length
  return ended(counts.failed === 0 ? 'COMPLETE' : 'PARTIAL', true)
}
