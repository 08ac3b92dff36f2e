const portionMax = 400

/** Columns in portions, because one statement over all columns of a very wide table needs more memory than a conversion may have. */
export function inPortions<Item>(columns: readonly Item[]): Item[][] {
  return Array.from({ length: Math.ceil(columns.length / portionMax) }, (_, portion) =>
    columns.slice(portion * portionMax, (portion + 1) * portionMax),
  )
}
