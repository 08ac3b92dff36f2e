import Table from 'cli-table3'

/** A harvest as the graph tells it. */
export interface Harvest {
  status: string
  created: number
  updated: number
  unchanged: number
  removed: number
  failed: number
  error: string | null
  problems: { sourceId: string | null; message: string }[]
}

/** Every field of a harvest that is printed. */
export const harvestSelection = '{ status created updated unchanged removed failed error problems { sourceId message } }'

/** Formats harvests: a table, and the errors and problems below it. */
export function harvestText(runs: readonly (Harvest & { spoke: string })[]): string {
  const table = new Table({
    head: ['spoke', 'status', 'created', 'updated', 'unchanged', 'removed', 'failed'],
    style: { head: [], border: [] },
  })
  for (const { spoke, status, created, updated, unchanged, removed, failed } of runs)
    table.push([spoke, status, created, updated, unchanged, removed, failed])
  const problems = runs.flatMap(({ spoke, error, problems }) => [
    ...(error === null ? [] : [`${spoke}: ${error}`]),
    ...problems.map(({ sourceId, message }) => `${spoke}${sourceId === null ? '' : `/${sourceId}`}: ${message}`),
  ])
  return [table.toString(), ...problems].join('\n')
}
