/** What a role may do to an object: `pg_class 16400`, its catalogue and oid. */
export interface Power {
  /** In words: `may change public.jobs`. */
  readonly power: string
  readonly object: string
  /** Whether its statements are rewritten by rules, with the rights of others. Those of an owner have the owner's own rights. */
  readonly changes: boolean
}

/** A way by which a change reaches another object: a row of `edgesSql`. */
export interface Edge {
  readonly way: 'falls' | 'rule' | 'rises'
  readonly from: string
  readonly to: string
}

/**
 * The powers by which something that is served can be changed, in words: `may change public.jobs`, or, over something else,
 * `may change public.jobs_2024, and so public.jobs and 3 more`. A change first falls and then rises, because what is read from two parts
 * changes with one of them, but the other part does not. Each object is visited once in each state, so the time is that of the edges.
 * @param names of what is served, by object.
 */
export function reachOf(powers: readonly Power[], edges: readonly Edge[], names: ReadonlyMap<string, string>): string[] {
  const next = new Map<string, Edge[]>()
  for (const edge of edges) {
    const known = next.get(edge.from)
    if (known === undefined) next.set(edge.from, [edge])
    else known.push(edge)
  }
  const itself = powers.filter(({ object }) => names.has(object))
  const plain = new Set(itself.map(({ power }) => power))
  const told = new Set(itself.map(({ object }) => object))
  const reached = new Map<string, string[]>()
  const seen = new Set<string>()
  // The loop also visits what is pushed while it runs.
  const queue = powers.map(({ power, object, changes }) => ({ power, object, ways: changes ? falling : owning }))
  for (const { power, object, ways } of queue) {
    const state = `${ways.length} ${object}`
    if (seen.has(state)) continue
    seen.add(state)
    const name = names.get(object)
    if (name !== undefined && !told.has(object)) {
      told.add(object)
      reached.set(power, [...(reached.get(power) ?? []), name])
    }
    for (const { way, to } of next.get(object) ?? []) {
      if (ways.includes(way)) queue.push({ power, object: to, ways: way === 'rises' ? rising : ways })
    }
  }
  const roundabout = [...reached].filter(([power]) => !plain.has(power))
  return [...plain, ...roundabout.map(([power, changed]) => `${power}, and so ${listed(changed)}`)]
}

const falling: readonly Edge['way'][] = ['falls', 'rule', 'rises']
const owning: readonly Edge['way'][] = ['falls', 'rises']
const rising: readonly Edge['way'][] = ['rises']

function listed([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} and ${more.length} more`
}
