import type { Crawl } from './crawl.js'
import type { HarvestLimits } from './harvest-limits.js'

/** Counts of a spoke's datasets after its crawl. */
export interface Census {
  /** ACTIVE before this run began or, if the run before was HELD, before the first of those held runs began. */
  readonly known: number
  /**
   * Of the known ones: those that this run would remove. After a full crawl, those it did not see; otherwise, those the source reported as
   * removed.
   */
  readonly vanished: number
  /** Records of this run that could not be read. */
  readonly failed: number
  /** Datasets that this run saw, readable or not. */
  readonly seen: number
}

/** How a run ends, and what happens to the datasets that it did not see. */
export interface End {
  readonly status: 'COMPLETE' | 'PARTIAL' | 'HELD'
  readonly remove: boolean
  /** Why the run is not COMPLETE. Strangers are told it without numbers (told-harvest.ts). */
  readonly error: string | undefined
}

/**
 * Datasets are removed only if the source reported that its catalogue is complete, sent as many datasets as it says it has, sent no record
 * without an id (which might be any dataset), and the loss is within the guard's limit or an operator allows it.
 */
export function decideEnd(crawl: Crawl, whole: boolean, census: Census, limits: HarvestLimits, allowShrink: boolean): End {
  const { known, vanished, failed, seen } = census
  if (crawl.completion === undefined) return { status: 'PARTIAL', remove: false, error: crawl.error }
  if (whole && (crawl.completion.total ?? 0) > seen) {
    const error = `The source says that it holds ${crawl.completion.total} datasets but sent ${seen}; nothing was removed.`
    return { status: 'PARTIAL', remove: false, error }
  }
  if (crawl.unnamed)
    return { status: 'PARTIAL', remove: false, error: 'A record came that names no dataset, so it might be any; nothing was removed.' }
  if (!allowShrink && vanished >= limits.shrinkFrom && vanished * 100 > known * limits.shrinkPercentMax) {
    const error =
      `${vanished} of ${known} datasets would have gone, which is more than ${limits.shrinkPercentMax} %; nothing was removed. ` +
      'If they are really gone, an operator can allow it: dials harvest --allow-shrink, or the mutation harvest with allowShrink.'
    return { status: 'HELD', remove: false, error }
  }
  return { status: failed === 0 ? 'COMPLETE' : 'PARTIAL', remove: true, error: undefined }
}
