import { isDeepStrictEqual } from 'node:util'
import type { Settings } from 'meilisearch'
import { settings } from './settings.js'

/** Lists whose order matters; every other list is a set. */
const ordered = new Set(['searchableAttributes', 'rankingRules'])

/** The settings that differ from this version's. Settings of the index that are not set here do not count. */
export function settingsToChange(present: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([name, wanted]) => !covers(canonical(name, present[name as keyof Settings] ?? null), canonical(name, wanted)),
    ),
  )
}

/** Whether all wanted settings are there; an object may have more, as of a newer server's setting. */
function covers(present: unknown, wanted: unknown, inside = false): boolean {
  if (!isObject(wanted) || !isObject(present)) return isDeepStrictEqual(present, wanted)
  return (
    Object.entries(wanted).every(([name, value]) => covers(present[name], value, true)) &&
    (inside || Object.keys(present).length >= Object.keys(wanted).length)
  )
}

function canonical(name: string, value: unknown): unknown {
  if (name === 'synonyms' && isObject(value)) {
    // As a list with one text, so that an additional synonym is a difference.
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
