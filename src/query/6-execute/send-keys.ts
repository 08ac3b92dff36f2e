import { type Engine, isReadError, type LandedParts } from '../../connector/engine.js'
import { filterBelowGroups } from '../../connector/below-groups.js'
import type { Predicate, Relation } from '../../connector/relation.js'
import { ResultTooLarge } from '../../errors.js'
import type { PlanFragment, SentKeys } from '../4-plan/physical-plan.js'
import type { OpenSource } from './sources.js'

/** The most keys that a source gets as a list of literals, and as texts where it takes them. Beyond them it answers its side whole. */
const listMax = 10_000
const keysMax = 100_000
/** The most characters of keys. */
const charactersMax = 2_000_000

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
    const term = values && termOf(keys, values, fragment.capabilities)
    if (term !== undefined) terms.push(term)
  }
  const [first, ...others] = terms
  if (first === undefined || open === undefined) return fragment
  const predicate: Predicate = others.length === 0 ? first : { kind: 'and', terms }
  const planned = open.source.plan({ relation: filtered(fragment.asked.relation, predicate) }, fragment.capabilities)
  if (planned.remaining.op !== 'scan') return fragment
  return { ...fragment, planned: { ...planned, pushedDown: [...fragment.planned.pushedDown, 'KEYS'] } }
}

/** The rows that have one of the keys. Rows that are aggregated by their keys are filtered before. */
function filtered(relation: Relation, predicate: Predicate): Relation {
  return relation.op === 'aggregate' ? filterBelowGroups(predicate, relation) : { op: 'filter', predicate, input: relation }
}

/** Undefined where the keys are too many for the source. */
function termOf({ key, shape }: SentKeys, values: readonly string[], { filter }: PlanFragment['capabilities']): Predicate | undefined {
  if (values.length > listMax) return filter?.has('among') ? { kind: 'among', left: key, shape, values } : undefined
  return { kind: 'in', left: key, values: values.map((value) => ({ kind: 'literal', shape, value })) }
}

/**
 * The keys as their canonical texts. Undefined where they are too many, or cannot be read: the residual meets the same parts, and what is
 * wrong with them is told there, with whose they are.
 */
async function valuesOf({ of, shape }: SentKeys, parts: LandedParts, engine: Engine, signal: AbortSignal): Promise<string[] | undefined> {
  const limited = { op: 'limit', count: keysMax + 1, offset: 0, input: of } as const
  const answer = await engine
    .answer(limited, parts, { signal, columns: [{ name: 'key', shape }], limit: keysMax })
    .catch((thrown: unknown) => {
      if (isReadError(thrown) || thrown instanceof ResultTooLarge) return undefined
      throw thrown
    })
  if (answer === undefined) return undefined
  try {
    if (answer.rows > keysMax) return undefined
    const rows = JSON.parse(Buffer.concat(await answer.json('rows', 'EXACT')).toString()) as (string | number | boolean)[][]
    const values = rows.map(([cell]) => String(cell))
    return values.reduce((sum, value) => sum + value.length, 0) > charactersMax ? undefined : values
  } finally {
    await answer.release()
  }
}
