/** The report for days whose order no value shows. */
export const dayAssumed =
  'no value shows whether day or month comes first; the day was taken to come first, as is usual in the United Kingdom.'

/** The report for days that no single order can read. */
export const daysContradict = 'its dates contradict each other (day first, month first) or are no days of the calendar; kept as text.'
