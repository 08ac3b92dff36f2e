import type { Operator } from '../../connector/capabilities.js'
import type { Shape } from '../../connector/column.js'
import type { PlannedFragment, Source } from '../../connector/source.js'
import type { Relation } from '../../connector/relation.js'

/** A query split into what each source runs and what the hub runs over their answers. */
export interface PhysicalPlan {
  /** The fragments by stage. Those of one stage run side by side. The next stage starts when all of them have answered. */
  readonly stages: readonly (readonly PlanFragment[])[]
  /** The part that the hub runs. Its scans name fragments: `#0`, with columns c0 … cn. */
  readonly residual: Relation
  /** What counts the matches of each join, as the residual: a `match` over the fragments of both sides, or the answer of a fragment. */
  readonly matches: readonly Relation[]
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[]
  /** Rows of the page. The residual answers one row more where another page follows. */
  readonly limit: number
  /** The query as one tree, before it was split over sources. `explain` draws it. */
  readonly logical: Relation
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
