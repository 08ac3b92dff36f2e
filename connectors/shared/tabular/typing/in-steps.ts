import type { Of, Way } from './decision.js'

/** A table expression with the named parts of the steps, for some columns, beside its own columns. */
export function inSteps(from: string, steps: Way['steps'], columns: readonly Of[]): string {
  return steps.reduce((inner, step) => {
    const parts = columns.flatMap((of) => Object.entries(step(of)).map(([name, sql]) => `${sql} AS ${of(name)}`))
    return `(SELECT *, ${parts.join(', ')} FROM ${inner})`
  }, from)
}

/** SQL: an expression over a value that is computed once, however often the expression uses it. The engine would compute it each time. */
export function once(value: string, expression: (name: string) => string): string {
  return `list_transform([${value}], lambda one_value: ${expression('one_value')})[1]`
}
