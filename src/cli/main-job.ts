import { readFileSync } from 'node:fs'
import { packageFile } from './package-file.js'

/** The part of the answer that the demonstration prints. */
export interface MainJobAnswer {
  columns: { name: string }[]
  rows: (string | number | null)[][]
}

/** The main job as GraphQL: one query over four boroughs' libraries, toilets and polling stations. */
export function mainJob(): string {
  return readFileSync(packageFile('graphql/examples/libraries-toilets-polling-stations.graphql'), 'utf8')
}
