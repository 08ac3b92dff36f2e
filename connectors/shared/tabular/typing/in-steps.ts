import type { Of, Way } from './decision.js'

/** A table expression with the parts that steps give names to, for each of some columns, beside what it had. */
export function inSteps(from: string, steps: Way['steps'], columns: readonly Of[]): string {
  return steps.reduce((inner, step) => {
    const parts = columns.flatMap((of) => Object.entries(step(of)).map(([name, sql]) => `${sql} AS ${of(name)}`))
    return `(SELECT *, ${parts.join(', ')} FROM ${inner})`
  }, from)
}

/**
 * SQL: an expression over a value that is worked out once, however often the expression names it. The engine would work it out each time.
 */
export function once(value: string, expression: (name: string) => string): string {
  return `list_transform([${value}], lambda one_value: ${expression('one_value')})[1]`
}
