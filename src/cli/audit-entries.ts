import { askGraph, type Hub } from './ask-graph.js'

/** An entry as the commands print it. */
export interface ListedEntry {
  readonly index: number
  readonly time: string
  readonly phase: string
  readonly transaction: string
  readonly part: string
  readonly kind: string
  readonly party: string | null
  readonly organisation: string | null
  readonly actor: string | null
  readonly purpose: string | null
  readonly legalBasis: string | null
  readonly agreement: string | null
  readonly tables: readonly string[]
  readonly columns: readonly string[]
  readonly decision: string
  readonly reasons: readonly string[]
  readonly rowBand: string | null
}

interface Page {
  readonly nodes: readonly ListedEntry[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

const operation = `query ($filter: AuditFilter, $first: Int, $after: String) {
  auditLog(filter: $filter, first: $first, after: $after) {
    nodes { index time phase part transaction kind party organisation actor purpose legalBasis agreement tables columns decision reasons rowBand }
    pageInfo { hasNextPage endCursor }
  }
}`

/** Reads entries page by page, the latest first. */
export async function* auditEntries(hub: Hub, filter: object, pageSize = 100): AsyncGenerator<ListedEntry> {
  for (let after: string | null = null; ;) {
    const page: Page = await askGraph<Page>(hub, 'auditLog', operation, { filter, first: pageSize, after })
    yield* page.nodes
    if (!page.pageInfo.hasNextPage) return
    after = page.pageInfo.endCursor
  }
}
