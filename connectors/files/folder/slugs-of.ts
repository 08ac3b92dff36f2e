import type { Pace } from '../../../src/connector/next-turn.js'
import { slugOf } from '../../shared/slug.js'

/** What it takes to make a slug or a title of one name, in steps of a pace. */
export const stepsOfName = 8

/** The slugs of names, by name. */
export async function slugsOf(names: Iterable<string>, pace: Pace): Promise<Map<string, string>> {
  const slugs = new Map<string, string>()
  for (const name of names) {
    await pace.before(stepsOfName)
    slugs.set(name, slugOf(name))
  }
  return slugs
}
