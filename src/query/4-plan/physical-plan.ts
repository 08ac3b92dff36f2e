import type { Operator } from '../../connector/capabilities.js'
import type { Shape } from '../../connector/column.js'
import type { PlannedFragment, Source } from '../../connector/source.js'
import type { Relation } from '../../connector/relation.js'

/** A query split into what each source runs and what the hub runs over their answers. */
export interface PhysicalPlan {
  /** The fragments, in the stages in which they run: those of a stage side by side, when all of the stage before have answered. */
  readonly stages: readonly (readonly PlanFragment[])[]
  /** The hub's part; its scans name fragments: `#0`, with columns c0 … cn. */
  readonly residual: Relation
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[]
  /** Rows of the page; the residual answers one more, so that it is known whether more exist. */
  readonly limit: number
  /** The query's one tree, before it was split over sources: what `explain` draws. */
  readonly logical: Relation
}

/** What one source is asked for. */
export interface PlanFragment {
  /** `#0` */
  readonly id: string
  readonly spokeId: string
  readonly connector: string
  /** The hub's ids of the tables it reads. */
  readonly tables: readonly string[]
  /** Columns of the query that one of its tables lacks: null in that table's rows. */
  readonly missingColumns: readonly string[]
  readonly planned: PlannedFragment
  /** The operators that the hub applies to its answer. */
  readonly remaining: readonly Operator[]
  /** Rows that the source may answer; undefined where nobody knows. */
  readonly estimatedRows: number | undefined
}

/** What planning needs to know of a source; nothing of it reaches the source. */
export interface PlanSource {
  readonly connector: string
  readonly capabilities: Awaited<ReturnType<Source['capabilities']>>
  readonly plan: Source['plan']
}
