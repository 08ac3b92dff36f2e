/** A cell of a table. docs/graph.md says which column has which form. */
export type Cell = string | number | boolean | null | readonly Cell[] | Row

/** A row of `records`, by the names of its columns; so are GeoJSON and all other objects. */
export interface Row {
  readonly [name: string]: Cell
}
