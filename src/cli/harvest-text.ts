import Table from 'cli-table3'
import { unlistedText } from './seen-text.js'

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

/**
 * Formats harvests: a table, and the errors and problems below it.
 * @param runs of each spoke; `listed`: how many of its datasets everybody sees, where that is known.
 */
export function harvestText(runs: readonly (Harvest & { spoke: string; listed?: number })[]): string {
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
  const unlisted = runs.flatMap(({ spoke, created, updated, unchanged, listed }) => {
    const text = listed === undefined ? undefined : unlistedText(created + updated + unchanged, listed)
    return text === undefined ? [] : [`${spoke}: ${text}`]
  })
  return [table.toString(), ...problems, ...unlisted].join('\n')
}
