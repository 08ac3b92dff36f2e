/** The limits of one spoke's harvest, and how it decides which datasets are gone. */
export interface HarvestLimits {
  /** If a source sends more, the rest is not read and nothing is removed. */
  readonly recordsMax: number
  /** Bytes of one dataset's description, as JSON; a larger one becomes a problem. */
  readonly recordBytesMax: number
  /** After this time the run is FAILED. */
  readonly timeoutMs: number
  /** The next complete crawl of everything archives a dataset that has been MISSING for so long. */
  readonly archiveAfterDays: number
  /** A crawl is HELD if it would remove more than this share of the known datasets, */
  readonly shrinkPercentMax: number
  /** and at least so many. */
  readonly shrinkFrom: number
  /** A source with cursors is read in full again after so many days. */
  readonly wholeEveryDays: number
}

/** For what neither hub.yaml nor its spoke sets. */
export const defaultLimits: HarvestLimits = {
  recordsMax: 1_000_000,
  // Enough for thousands of columns.
  recordBytesMax: 4 * 1024 * 1024,
  timeoutMs: 30 * 60_000,
  archiveAfterDays: 30,
  shrinkPercentMax: 50,
  shrinkFrom: 10,
  wholeEveryDays: 7,
}
