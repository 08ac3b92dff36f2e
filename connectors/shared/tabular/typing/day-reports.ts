/** The report for days whose order no value shows. */
export const dayAssumed =
  'no value shows whether day or month comes first; the day was taken to come first, as is usual in the United Kingdom.'

/** Whether the problems of a table say so of one of its columns. A report may begin with a capital letter, after another. */
export function isDayAssumed(column: string, problems: readonly string[]): boolean {
  return problems.some((problem) => problem.startsWith(`Column ${column}: `) && problem.includes(dayAssumed.slice(1)))
}

/** The report for days that no single order can read. */
export const daysContradict = 'its dates contradict each other (day first, month first) or are no days of the calendar; kept as text.'
