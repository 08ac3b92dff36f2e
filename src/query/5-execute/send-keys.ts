import type { Shape } from '../../connector/column.js'
import type { Engine, LandedParts } from '../../connector/engine.js'
import type { Literal, Predicate } from '../../connector/relation.js'
import type { PlanFragment, SentKeys } from '../4-plan/physical-plan.js'
import type { OpenSource } from './sources.js'

/** The most keys, and characters of keys, that a source gets with a scan. Beyond them it answers its side whole. */
const keysMax = 10_000
const charactersMax = 1_000_000

/**
 * The fragment as it is asked once the keys are known that it waits for: only for rows that have one of them. Undefined where there is no
 * key at all, since no row can have a partner. Unchanged where the keys are too many, or its source would not look at them.
 */
export async function withKeys(
  fragment: PlanFragment,
  open: OpenSource | undefined,
  parts: LandedParts,
  engine: Engine,
  signal: AbortSignal,
): Promise<PlanFragment | undefined> {
  const terms: Predicate[] = []
  for (const keys of fragment.keys) {
    const values = await valuesOf(keys, parts, engine, signal)
    if (values?.length === 0) return undefined
    if (values !== undefined) terms.push({ kind: 'in', left: keys.key, values })
  }
  const [first, ...others] = terms
  if (first === undefined || open === undefined) return fragment
  const predicate: Predicate = others.length === 0 ? first : { kind: 'and', terms }
  const planned = open.source.plan({ relation: { op: 'filter', predicate, input: fragment.asked.relation } }, fragment.capabilities)
  if (planned.remaining.op !== 'scan') return fragment
  return { ...fragment, planned: { ...planned, pushedDown: [...fragment.planned.pushedDown, 'KEYS'] } }
}

/** The keys as literals. Undefined where they are too many. */
async function valuesOf({ of, shape }: SentKeys, parts: LandedParts, engine: Engine, signal: AbortSignal): Promise<Literal[] | undefined> {
  const limited = { op: 'limit', count: keysMax + 1, offset: 0, input: of } as const
  const answer = await engine.answer(limited, parts, { signal, columns: [{ name: 'key', shape }], limit: keysMax })
  try {
    if (answer.rows > keysMax) return undefined
    const rows = JSON.parse(Buffer.concat(await answer.json('rows', 'EXACT')).toString()) as (string | number | boolean)[][]
    const values = rows.map(([cell]) => literalOf(cell as string | number | boolean, shape))
    return values.reduce((sum, { value }) => sum + (value?.length ?? 0), 0) > charactersMax ? undefined : values
  } finally {
    await answer.release()
  }
}

function literalOf(cell: string | number | boolean, shape: Shape): Literal {
  return { kind: 'literal', shape, value: String(cell) }
}
