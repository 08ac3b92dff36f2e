import { slugOf } from '../../shared/slug.js'

/** Something that needs an identifier: a key that identifies it, and the name that its identifier is made from. */
export interface Nameable {
  readonly key: string
  readonly name: string
}

/** Identifiers that are not free. */
export interface Taken {
  /** Identifiers that nothing here may get. */
  readonly reserved?: ReadonlySet<string>
  /** Identifiers that may be a thing's own slug, but are never made by adding a number to a slug. */
  readonly avoided?: ReadonlySet<string>
}

/**
 * Gives each thing an identifier, by key. A key keeps the identifier that it was given earlier, whatever else is present now. A new key
 * gets its name's slug. If the slug belongs to another key, present or gone, it gets the slug with `-2`, `-3` … added. New keys whose name
 * equals its slug come first; the others keep their order.
 * @param bound the identifiers given so far, by key.
 */
export function bindIds(
  bound: ReadonlyMap<string, string>,
  things: readonly Nameable[],
  { reserved = new Set(), avoided = new Set() }: Taken = {},
): Map<string, string> {
  const used = new Set([...bound.values(), ...reserved])
  const kept = ({ key }: Nameable) => {
    const id = bound.get(key)
    return id === undefined || reserved.has(id) ? undefined : id
  }
  const fresh = things.filter((thing) => kept(thing) === undefined).map(({ key, name }) => ({ key, name, slug: slugOf(name) }))
  const isExact = ({ name, slug }: { name: string; slug: string }) => name === slug
  const wanted = new Set(fresh.map(({ slug }) => slug))
  const given = new Map<string, string>()
  const next = new Map<string, number>()
  for (const { key, slug } of [...fresh.filter(isExact), ...fresh.filter((one) => !isExact(one))]) {
    let id = slug
    for (let copy = next.get(slug) ?? 2; used.has(id) || (id !== slug && (wanted.has(id) || avoided.has(id))); copy++) {
      id = `${slug}-${copy}`
      next.set(slug, copy + 1)
    }
    used.add(id)
    given.set(key, id)
  }
  return new Map(things.map((thing) => [thing.key, given.get(thing.key) ?? (kept(thing) as string)]))
}
