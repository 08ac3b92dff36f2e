/** What a harvest of one spoke may take, and how it decides what has gone. */
export interface HarvestLimits {
  /** A source that tells of more is read no further, and nothing is removed. */
  readonly recordsMax: number
  /** Of one dataset's description, as JSON; a larger one is a problem. */
  readonly recordBytesMax: number
  /** Then the run has FAILED. */
  readonly timeoutMs: number
  /** A dataset that has been MISSING for so long is ARCHIVED by the next complete crawl of everything. */
  readonly archiveAfterDays: number
  /** A crawl is HELD where more than this share of what was there would go, */
  readonly shrinkPercentMax: number
  /** and at least so many datasets. */
  readonly shrinkFrom: number
  /** A source with cursors tells of everything again when the last time is so long ago. */
  readonly wholeEveryDays: number
}

/** Where neither hub.yaml nor its spoke says otherwise. */
export const defaultLimits: HarvestLimits = {
  recordsMax: 1_000_000,
  // Tells of thousands of columns; nobody reads more.
  recordBytesMax: 4 * 1024 * 1024,
  timeoutMs: 30 * 60_000,
  archiveAfterDays: 30,
  shrinkPercentMax: 50,
  shrinkFrom: 10,
  wholeEveryDays: 7,
}
