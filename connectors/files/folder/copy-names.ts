import { slugOf } from '../../shared/slug.js'

/** What people and programs put before the name of a copy. */
const before = /^(?:copy-(?:\d+-)?of|copie-de|kopie-von|copia-de|new|old|final|draft|backup(?:-of)?|latest|updated|revised|amended)-/
const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)'
/**
 * What they put after the name: copy marks, versions, other endings, names of computers with a sync conflict, and editions by number or
 * date.
 */
const behind = new RegExp(
  `-(?:\\d{1,8}|copy|kopie|copie|copia|v\\d{1,3}|ver\\d{0,3}|version|rev\\d{0,3}|final|old|new|draft|backup|bak|orig(?:inal)?|latest|updated?|revised|amended|edited|temp|tmp|csv|tsv|txt|xls[xm]?|json|geojson|ndjson|parquet|sheet-?\\d*|${month}|q[1-4]|(?:desktop|laptop)(?:-[a-z0-9]+)+)$`,
)
/**
 * What synchronised folders add when two versions conflict, after the name of a person or computer:
 * `housing-waits-anns-conflicted-copy-2024-01-01`.
 */
const conflict = /-(?:conflict|conflicted-copy|in-conflict)(?:-[a-z0-9-]*)?$/
const stepsMax = 12

/**
 * The names of which a file may be a copy or another edition, in the form of `keyOf`, its own name included. `Housing waits (1)`, `Copy of
 * housing-waits`, `housing-waits_v2` and `housing-waits-2024` may all be `housing-waits`.
 * @param stem the file's name without its ending.
 */
export function originalKeys(stem: string): Set<string> {
  let slug = slugOf(stem)
  const keys = new Set([slug, ...beginnings(slug)].map(keyOf))
  for (let step = 0; step < stepsMax; step++) {
    const shorter = [slug.replace(before, ''), slug.replace(behind, '')].find((one) => one !== slug)
    if (shorter === undefined) return keys
    slug = shorter
    keys.add(keyOf(slug))
  }
  return keys
}

/** In the name of a conflicted copy it is not clear where the original name ends, so every beginning counts. */
function beginnings(slug: string): string[] {
  const named = slug.replace(conflict, '')
  if (named === slug) return []
  const words = named.split('-')
  return words.map((_, at) => words.slice(0, at + 1).join('-'))
}

/** An id without its hyphens, so that `HousingWaits` and `housingwaits` give the same key. */
export function keyOf(id: string): string {
  return id.replaceAll('-', '')
}
