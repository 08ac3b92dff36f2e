import type { Fault } from '../../../src/connector/check-form.js'
import { sentence } from '../../../src/connector/issue-text.js'
import { didYouMean } from '../../../src/connector/near-names.js'

/** A key of catalogue.yaml that is not read, and why: words that follow its place. */
export interface LeftOutKey {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** Keys of an entry whose value may be wrong without harm: none of them says who may see something, or which files are meant. */
const harmlessOfDataset = [
  'title',
  'description',
  'licence',
  'themes',
  'keywords',
  'frequency',
  'landingPage',
  'issued',
  'modified',
  'totals',
]
const harmlessOfColumn = ['title', 'description', 'unit', 'semanticType', 'type']

/** Words that a key may begin with, or hold, which somebody wrote to protect something. */
const protectiveKey = /ac+es|shar|list|vis[ia]b|priv|clos|restrict|confid|sens|person|protect|secret|intern|publi|open|colum|file/i
const protectiveValue =
  /^\s*(open|shared|closed|public|parties|private|personal|special[ _-]?category|restricted|confidential|secret|internal)\s*$/i

/**
 * Takes the keys out of `content` that the schema does not know, or whose value is wrong without harm. What may be a misspelt protection
 * counts as the strictest: its dataset is CLOSED, its column PERSONAL.
 * @returns the keys; undefined where a fault is of another kind, and the content cannot be understood.
 */
export function leaveOutKeys(content: unknown, faults: readonly Fault[]): LeftOutKey[] | undefined {
  const left: LeftOutKey[] = []
  for (const fault of faults) {
    const path = fault.path as (string | number)[]
    if (fault.code === 'unrecognized_keys') {
      for (const [index, key] of fault.keys.entries()) {
        const unknown = leaveUnknownKey(content, path, key, index === 0 ? fault.suggestions : [])
        if (unknown === undefined) return undefined
        left.push(unknown)
      }
    } else {
      const at = harmlessAt(path)
      if (at === undefined) return undefined
      if (take(content, at) !== undefined) left.push({ path: at, message: `${sentence(fault.message)} It is left out.` })
    }
  }
  return left
}

/** The lengths of the paths of the whole, of an entry of a dataset, and of one of a column. */
const depth = { whole: 0, dataset: 2, column: 4 }

function leaveUnknownKey(
  content: unknown,
  path: readonly (string | number)[],
  key: string,
  near: readonly string[],
): LeftOutKey | undefined {
  const owner = objectAt(content, path)
  const left = { path: [...path, key], message: `there is no setting '${key}' here, so it is left out.${didYouMean(near)}` }
  if (!mayProtect(key, take(content, left.path))) return left
  const isProtected = (until: string) => ({ ...left, message: `${left.message} It may protect something: until it is mended, ${until}.` })
  switch (path.length) {
    case depth.whole:
      return undefined
    case depth.dataset:
      Object.assign(owner ?? {}, { access: 'CLOSED', listing: 'PARTIES' })
      return isProtected('the dataset is CLOSED')
    case depth.column:
      Object.assign(owner ?? {}, { sensitivity: 'PERSONAL' })
      return isProtected('the column counts as PERSONAL')
    default:
      return left
  }
}

function mayProtect(key: string, value: unknown): boolean {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isMapping || protectiveKey.test(key) || (typeof value === 'string' && protectiveValue.test(value))
}

/** The path of the harmless key that an issue lies in. */
function harmlessAt(path: readonly (string | number)[]): (string | number)[] | undefined {
  const [top, , key, , inner] = path
  if (top !== 'datasets') return undefined
  if (harmlessOfDataset.includes(String(key))) return path.slice(0, 3)
  return key === 'columns' && harmlessOfColumn.includes(String(inner)) ? path.slice(0, 5) : undefined
}

/** Takes a key out of its object. @returns its value; undefined if it is not there any more. */
function take(content: unknown, path: readonly (string | number)[]): unknown {
  const key = path.at(-1) as string
  const owner = objectAt(content, path.slice(0, -1))
  if (owner === undefined || !Object.hasOwn(owner, key)) return undefined
  const value = owner[key]
  delete owner[key]
  return value ?? null
}

function objectAt(content: unknown, path: readonly (string | number)[]): Record<string, unknown> | undefined {
  const found = path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined,
    content,
  )
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined
}
