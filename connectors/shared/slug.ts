import { createHash } from 'node:crypto'

const lengthMax = 100

/**
 * Makes a stable kebab-case identifier: `LambethPaymentsOver500Apr2012` → `lambeth-payments-over500-apr2012`, `polling_stations` →
 * `polling-stations`, `NO2-2019` → `no2-2019`. Accents are removed. A text without a Latin letter or digit becomes `x-` and eight digits of
 * its hash.
 */
export function slugOf(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/['’]/g, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  if (words === '') return `x-${digest(text)}`
  return words.length <= lengthMax ? words : `${words.slice(0, lengthMax).replace(/-$/, '')}-${digest(text)}`
}

/**
 * Gives each name a different identifier, in the given order: the first of a slug keeps it, later ones get `-2`, `-3` …, skipping slugs
 * that belong to another name.
 */
export function uniqueSlugs(names: readonly string[]): string[] {
  const wanted = names.map(slugOf)
  const taken = new Set(wanted)
  const given = new Set<string>()
  return wanted.map((slug) => {
    let free = slug
    for (let copy = 2; given.has(free) || (free !== slug && taken.has(free)); copy++) free = `${slug}-${copy}`
    given.add(free)
    return free
  })
}

/** A title from a file's stem or a sheet's name: `crime_major-burglary` → `Crime major burglary`. */
export function humanised(stem: string): string {
  const words = stem
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-\s]+/g, ' ')
    .trim()
  return words === '' ? stem : words.charAt(0).toUpperCase() + words.slice(1)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
