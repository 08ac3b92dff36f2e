import { belowGroups } from '../../connector/below-groups.js'
import type { Capabilities } from '../../connector/capabilities.js'
import type { ColumnType, Shape } from '../../connector/column.js'
import type { Join, Relation } from '../../connector/relation.js'
import { shapeOf, shapesOf } from '../../connector/shapes.js'
import { supports } from '../../connector/supports.js'
import { scansOf } from '../../connector/traverse.js'
import { withCommas } from '../../connector/counted.js'
import { estimateRows } from './estimate.js'
import type { PlanFragment, SentKeys, SideCount } from './physical-plan.js'

type Side = 'left' | 'right'

/** A side with at most as many rows, by estimate, may send its keys. */
const sendersMax = 1_000_000
/** A side with fewer rows is read whole as soon as with keys. */
const readersMin = 1000
/** How many times as many rows the other side must have: waiting for keys costs a round. */
const worthIt = 2

/** Keys whose canonical text says all of them. Doubles have several texts. */
const sendable: readonly ColumnType[] = ['STRING', 'INT64', 'DECIMAL', 'BOOLEAN', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ']

/** What is known of fragments. */
interface Known {
  /** Whether everybody may read all that it reads. */
  isOpen(fragment: PlanFragment): boolean
  /** How many rows a source reads by estimate, before it aggregates them by the keys of the join. */
  rowsReadBy(fragment: PlanFragment): number | undefined
}

/**
 * The fragment of a join's one side that waits for the keys of the other, and which side that is. Undefined where no side should. An INNER
 * join may leave out rows without a partner on either side, the others only on the right. Keys that not everybody may read go nowhere, since
 * sending them discloses them.
 */
export function keysFor(
  join: Join,
  fragments: ReadonlyMap<string, PlanFragment>,
  known: Known,
): { side: Side; fragment: PlanFragment } | undefined {
  const sides: readonly Side[] = join.type === 'INNER' ? ['right', 'left'] : ['right']
  for (const side of sides) {
    const fragment = waiting(join, side, fragments, known)
    if (fragment !== undefined) return { side, fragment }
  }
  return undefined
}

function waiting(
  join: Join,
  side: Side,
  fragments: ReadonlyMap<string, PlanFragment>,
  { isOpen, rowsReadBy }: Known,
): PlanFragment | undefined {
  const [reader, sender] = side === 'left' ? [join.left, join.right] : [join.right, join.left]
  const fragment = reader.op === 'scan' ? fragments.get(reader.table) : undefined
  if (fragment === undefined || fragment.planned.remaining.op !== 'scan' || fragment.keys.length > 0) return undefined
  if (!fragment.capabilities.filter?.has('in')) return undefined
  const senders = scansOf(sender).map(({ table }) => fragments.get(table) as PlanFragment)
  if (!senders.every(isOpen)) return undefined
  const rows = estimateRows(sender, { get: (id) => ({ rowCount: fragments.get(id)?.estimatedRows, columns: new Map() }) })
  const many = rowsReadBy(fragment)
  if (rows === undefined || rows > sendersMax || (many !== undefined && many < Math.max(readersMin, rows * worthIt))) return undefined
  const keys = sentKeys(join, side, sender)
  if (keys.length === 0) return undefined
  return {
    ...fragment,
    keys,
    stage: 1 + Math.max(...senders.map(({ stage }) => stage)),
    why: `${fragment.why === undefined ? '' : `${fragment.why}; `}waits for the keys of ${senders.map(({ id }) => id).join(', ')}: about ${withCommas(rows)} rows against ${many === undefined ? 'an unknown number' : `about ${withCommas(many)}`}`,
  }
}

function sentKeys({ keys }: Join, side: Side, sender: Relation): SentKeys[] {
  const shapes = shapesOf(sender)
  return keys.flatMap((pair): SentKeys[] => {
    const [key, own] = side === 'left' ? [pair.left, pair.right] : [pair.right, pair.left]
    const shape: Shape = shapeOf(own, shapes)
    if (!sendable.includes(shape.type)) return []
    const input: Relation = { op: 'project', outputs: [own], input: sender }
    const value = { kind: 'column', index: 0 } as const
    const whole: Relation = { op: 'filter', predicate: { kind: 'isNull', input: value, negated: true }, input }
    return [{ of: { op: 'aggregate', groups: [value], measures: [], input: whole }, shape, key }]
  })
}

/** What counts all rows and keys of a side of which only some rows are read. Without a relation where its source cannot. */
export function countOf(join: Join, side: Side, read: Relation, capabilities: Capabilities): SideCount {
  const ofRead = join.keys.map((key) => key[side])
  const [whole, keys] = read.op === 'aggregate' ? [read.input, ofRead.map((key) => belowGroups(key, read))] : ([read, ofRead] as const)
  const [key, ...others] = keys
  const counts = ['COUNT', 'COUNT_DISTINCT'] as const
  const isPlain = key?.kind === 'column' && others.length === 0 && shapeOf(key, shapesOf(whole)).type !== 'DOUBLE'
  if (isPlain && counts.every((count) => capabilities.aggregate?.has(count))) {
    const measures = [{ function: 'COUNT' as const }, ...counts.map((count) => ({ function: count, input: key }))]
    return { side, form: 'PLAIN', relation: { op: 'aggregate', groups: [], measures, input: whole } }
  }
  // Nothing is joined: the left side alone is counted.
  const none: Relation = { op: 'limit', count: 0, offset: 0, input: whole }
  const pairs = keys.map((one) => ({ left: one, right: one }))
  const relation: Relation = { op: 'match', type: 'INNER', keys: pairs, left: whole, right: none }
  return { side, form: 'MATCH', ...(supports(capabilities, relation) ? { relation } : {}) }
}
