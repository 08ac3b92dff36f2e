import { counted } from '../connector/counted.js'
import type { DatasetDescription } from '../connector/catalogue.js'

const mend =
  'To open them, give access: OPEN, or listing: PUBLIC, to a dataset in catalogue.yaml, or a defaultAccess to its source (docs/access-rules.md).'

/** Says that nobody but its organisation sees anything of a source, from the datasets that it describes. Undefined where somebody does. */
export function unseenText(datasets: readonly Pick<DatasetDescription, 'access' | 'listing'>[]): string | undefined {
  if (datasets.length === 0 || datasets.some(({ access, listing }) => access === 'OPEN' || listing === 'PUBLIC')) return undefined
  if (datasets.every(({ access }) => access === 'CLOSED'))
    return `${counted(datasets.length, 'dataset')}, all closed and unlisted: nobody sees them but their own organisation. ${mend}`
  return `${counted(datasets.length, 'dataset')}, all unlisted: nobody sees them but their own organisation and those that they are shared with. ${mend}`
}

/** The same for a spoke, of which only the number of its datasets is known, and how many are listed to everybody. */
export function unlistedText(datasets: number, listed: number): string | undefined {
  if (datasets === 0 || listed > 0) return undefined
  return `${counted(datasets, 'dataset')}, all unlisted: nobody sees them but their own organisation and those that they are shared with. ${mend}`
}
