import type { SearchDocument, SearchIndex } from '../../../src/search/port.js'
import { ask, idsOf } from '../contract/asking.js'
import { type JudgedQuery, ndcg } from './judgements.js'

/** @property mean the mean nDCG@10 of all queries @property text that, and each query with the number of its hits, the worst first */
export interface Measured {
  readonly mean: number
  readonly text: string
}

/** Asks an index that holds these documents each query, and says how good its first ten are. @param what is measured, for the text */
export async function measure(what: string, index: SearchIndex, documents: readonly SearchDocument[], queries: readonly JudgedQuery[]): Promise<Measured> {
  const spokes = [...new Set(documents.map(({ spoke }) => spoke))]
  const judged: { text: string; found: number; value: number }[] = []
  for (const query of queries) {
    const page = await ask(index, { text: query.text, first: 10, spokes })
    judged.push({ text: query.text, found: page.totalCount, value: ndcg(query, idsOf(page)) })
  }
  const mean = judged.reduce((total, { value }) => total + value, 0) / judged.length
  const rows = judged.toSorted((one, other) => one.value - other.value).map(({ text, found, value }) => `${value.toFixed(3)}  ${String(found).padStart(5)}  ${text}`)
  return { mean, text: [`nDCG@10 of ${what}: ${mean.toFixed(3)} in the mean of ${judged.length}`, 'nDCG   found  query', ...rows].join('\n') }
}
