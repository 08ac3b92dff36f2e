import { type Answer, ask } from '../../test/support/dials.js'

interface Table {
  readonly id: string
  readonly rowCount: string | number | null
  readonly columns: readonly { readonly name: string; readonly type: string }[]
}

/** What an outsider finds in the catalogue to aim at. */
export interface Targets {
  /** 500 ids of tables, repeated where there are fewer. */
  readonly tables: readonly string[]
  readonly widest: Table
  readonly longest: Table
}

/** Reads the catalogue, as anybody may. */
export async function targetsOf(url: string): Promise<Targets> {
  const found: Table[] = []
  let after: string | null = null
  do {
    const query = `query ($after: String) { datasets(first: 100, after: $after) { pageInfo { hasNextPage endCursor }
      nodes { tables { id rowCount columns { name type } } } } }`
    const { data, errors }: Answer<Page> = await ask<Page>(url, query, { after })
    if (data === null || data === undefined) throw new Error(JSON.stringify(errors))
    found.push(...data.datasets.nodes.flatMap(({ tables }) => tables).filter(({ columns }) => columns.length > 0))
    const { hasNextPage, endCursor }: Page['datasets']['pageInfo'] = data.datasets.pageInfo
    after = hasNextPage ? endCursor : null
  } while (after !== null)
  const [first] = found
  if (first === undefined) throw new Error('this hub shows no table to anybody')
  return {
    tables: Array.from({ length: 500 }, (_, at) => (found[at % found.length] as Table).id),
    widest: found.reduce((most, one) => (one.columns.length > most.columns.length ? one : most), first),
    longest: found.reduce((most, one) => (Number(one.rowCount) > Number(most.rowCount) ? one : most), first),
  }
}

interface Page {
  readonly datasets: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
    readonly nodes: readonly { readonly tables: readonly Table[] }[]
  }
}
