import type { Crawl } from './crawl.js'
import type { HarvestLimits } from './harvest-limits.js'

/** What the catalogue holds of a spoke when its crawl is over. */
export interface Census {
  /** ACTIVE, and in the catalogue before this run; where the run before was HELD, before the first that was. */
  readonly known: number
  /** Of these: neither shown nor named by this run, or told to have gone where it told of changes only. */
  readonly vanished: number
  /** Records of this run that could not be taken. */
  readonly failed: number
  /** Datasets that this run told of, in whatever state. */
  readonly told: number
}

/** How a run ends, and what is done about the datasets that it did not show. */
export interface End {
  readonly status: 'COMPLETE' | 'PARTIAL' | 'HELD'
  readonly remove: boolean
  /** Why not all is as it should be, in words for everybody. */
  readonly error: string | undefined
}

/**
 * Nothing goes unless the source said that this was all, told of as many as it says to hold, sent no record that nobody can name (which
 * might be any dataset), and would not lose more than the guard allows, or an operator lets it through.
 */
export function decideEnd(crawl: Crawl, whole: boolean, census: Census, limits: HarvestLimits, allowShrink: boolean): End {
  const { known, vanished, failed, told } = census
  if (crawl.completion === undefined) return { status: 'PARTIAL', remove: false, error: crawl.error }
  if (whole && (crawl.completion.total ?? 0) > told) {
    const error = `The source says that it holds ${crawl.completion.total} datasets and told of ${told}; nothing was removed.`
    return { status: 'PARTIAL', remove: false, error }
  }
  if (crawl.unnamed)
    return { status: 'PARTIAL', remove: false, error: 'A record came that names no dataset, so it might be any; nothing was removed.' }
  if (!allowShrink && vanished >= limits.shrinkFrom && vanished * 100 > known * limits.shrinkPercentMax) {
    const error =
      `${vanished} of ${known} datasets would have gone, which is more than ${limits.shrinkPercentMax} %; nothing was removed. ` +
      'If they are really gone, an operator lets it through: dials harvest --allow-shrink, or the mutation harvest with allowShrink.'
    return { status: 'HELD', remove: false, error }
  }
  return { status: failed === 0 ? 'COMPLETE' : 'PARTIAL', remove: true, error: undefined }
}
