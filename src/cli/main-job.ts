import { readFileSync } from 'node:fs'

/** What the demonstration shows of its answer. */
export interface MainJobAnswer {
  columns: { name: string }[]
  rows: (string | number | null)[][]
}

/** The main job as GraphQL: one query over four boroughs' libraries, toilets and polling stations. The README and the tests use the same file. */
export const mainJob = readFileSync(new URL('../../../graphql/examples/libraries-toilets-polling-stations.graphql', import.meta.url), 'utf8')
