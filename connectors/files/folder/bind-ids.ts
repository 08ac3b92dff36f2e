import { slugOf } from '../../shared/slug.js'

/** Something that needs an identifier: what tells it from all others, and the name that its identifier is made of. */
export interface Nameable {
  readonly key: string
  readonly name: string
}

/** What stands in the way of identifiers. */
export interface Taken {
  /** Identifiers that nothing here may have. */
  readonly reserved?: ReadonlySet<string>
  /** Identifiers that nothing may come to by a number behind its slug. */
  readonly avoided?: ReadonlySet<string>
}

/**
 * An identifier for each thing, by key. A key keeps the identifier that it was bound to before, whatever stands beside it now. A new one
 * gets its name's slug or, where that belongs to another, present or gone, the slug with `-2`, `-3` … behind it. Of several new ones, those
 * whose name is its own slug come first; the others keep their order.
 * @param bound identifiers by key, of everything seen so far.
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
  const fresh = things
    .filter((thing) => kept(thing) === undefined)
    .map(({ key, name }) => ({ key, slug: slugOf(name), isExact: slugOf(name) === name }))
  const wanted = new Set(fresh.map(({ slug }) => slug))
  const given = new Map<string, string>()
  const next = new Map<string, number>()
  for (const { key, slug } of [...fresh.filter(({ isExact }) => isExact), ...fresh.filter(({ isExact }) => !isExact)]) {
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
