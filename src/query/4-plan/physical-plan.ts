import type { Operator } from '../../connector/capabilities.js'
import type { Shape } from '../../connector/column.js'
import type { NamedShape } from '../../connector/engine.js'
import type { Fragment, PlannedFragment, Source } from '../../connector/source.js'
import type { Expression, Relation } from '../../connector/relation.js'

/** A query split into what each source runs and what the hub runs over their answers. */
export interface PhysicalPlan {
  /** The fragments by stage. Those of one stage run side by side. The next stage starts when all of them have answered. */
  readonly stages: readonly (readonly PlanFragment[])[]
  /** The part that the hub runs. Its scans name fragments: `#0`, with columns c0 … cn. */
  readonly residual: Relation
  /** What counts the matches of each join. */
  readonly matches: readonly MatchPlan[]
  readonly outputs: readonly NamedShape[]
  /** Rows of the page. The residual answers one row more where another page follows. */
  readonly limit: number
  /** The query as one tree, before it was split over sources. `explain` draws it. */
  readonly logical: Relation
}

/** How the matches of a join are counted. Its relations read fragments, as the residual does. */
export interface MatchPlan {
  /** A `match` over the fragments of both sides, or the answer of the one source that counts it. */
  readonly relation: Relation
  /** Of the side that answers only the rows that have one of the keys: how many it has in all. */
  readonly whole?: SideCount | undefined
}

/** What counts the rows and keys of one side. */
export interface SideCount {
  readonly side: 'left' | 'right'
  /** MATCH: the left side of a `match`. PLAIN: rows, rows with a key, and distinct keys. */
  readonly form: 'MATCH' | 'PLAIN'
  /** Absent where its source cannot count them. */
  readonly relation?: Relation
}

/** Keys that a fragment's source gets with its scan, so that it answers only the rows that may find a partner. */
export interface SentKeys {
  /** The distinct keys: one column, over the answers of earlier fragments. */
  readonly of: Relation
  readonly shape: Shape
  /** What they are compared with, over the fragment's columns. */
  readonly key: Expression
}

/** What one source is asked for. */
export interface PlanFragment {
  /** `#0` */
  readonly id: string
  readonly spokeId: string
  readonly connector: string
  /** The tables that it reads, by the hub's ids. */
  readonly tables: readonly string[]
  /** Columns of the query that one of its tables lacks. They are null in that table's rows. */
  readonly missingColumns: readonly string[]
  readonly planned: PlannedFragment
  /** The whole of what was planned, as its source knows it. */
  readonly asked: Fragment
  readonly capabilities: PlanSource['capabilities']
  /** The stage in which it runs, from 0. */
  readonly stage: number
  /** Empty where it waits for nothing. */
  readonly keys: readonly SentKeys[]
  /** Why it waits for keys, or what it counts. */
  readonly why?: string
  /** True where it only counts the matches of a join that its source runs. */
  readonly isMatch: boolean
  /** The operators that the hub applies to its answer. */
  readonly remaining: readonly Operator[]
  /** How many rows the source is expected to answer; undefined where the catalogue does not know. */
  readonly estimatedRows: number | undefined
}

/** What the planner needs to know about a source. */
export interface PlanSource {
  readonly connector: string
  readonly capabilities: Awaited<ReturnType<Source['capabilities']>>
  readonly plan: Source['plan']
}
