/** Where a page lies in its list, as a store tells it. */
interface Page {
  readonly totalCount: number
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
}

/** A page of a list as a Cursor Connection. */
export function connectionOf<Node>(nodes: readonly Node[], cursors: readonly string[], { totalCount, hasNextPage, hasPreviousPage }: Page) {
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursors[index] as string })),
    totalCount,
    pageInfo: { hasNextPage, hasPreviousPage, startCursor: cursors[0] ?? null, endCursor: cursors.at(-1) ?? null },
  }
}
