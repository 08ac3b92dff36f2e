import { isDeepStrictEqual } from 'node:util'
import type { Settings } from 'meilisearch'
import { settings } from './settings.js'

/** Of these the order means something; every other list is a set. */
const ordered = new Set(['searchableAttributes', 'rankingRules'])

/** The settings that an index does not have as this version wants them: of what it tells of itself, only what is set here counts. */
export function settingsToChange(present: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([name, wanted]) => !covers(canonical(name, present[name as keyof Settings] ?? null), canonical(name, wanted)),
    ),
  )
}

/** Whether all that is wanted is so; an object may say more, as of a setting that a newer server has. */
function covers(present: unknown, wanted: unknown, inside = false): boolean {
  if (!isObject(wanted) || !isObject(present)) return isDeepStrictEqual(present, wanted)
  return (
    Object.entries(wanted).every(([name, value]) => covers(present[name], value, true)) &&
    (inside || Object.keys(present).length >= Object.keys(wanted).length)
  )
}

function canonical(name: string, value: unknown): unknown {
  if (name === 'synonyms' && isObject(value)) {
    // As a list of one text, so that a synonym too many is a difference.
    return Object.entries(value)
      .map(([word, others]) => JSON.stringify([word, (others as string[]).toSorted()]))
      .toSorted()
  }
  if (Array.isArray(value))
    return ordered.has(name) ? value : value.map((one: unknown) => (typeof one === 'string' ? one : JSON.stringify(one))).toSorted()
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, canonical(key, inner)]))
  return value
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
