import { readFileSync } from 'node:fs'
import type { MatchAnswer } from '../query/7-result/match-text.js'
import { packageFile } from './package-file.js'

/** The part of an answer that the demonstration prints. */
export interface DemoAnswer {
  columns: { name: string }[]
  rows: (string | number | null)[][]
}

/** The same of a join. */
export interface DemoJoinAnswer extends DemoAnswer {
  matches: MatchAnswer[]
}

/** The main job as GraphQL: one query over four boroughs' libraries, toilets and polling stations. */
export const mainJob = () => example('libraries-toilets-polling-stations')

/** A join of two boroughs' tables, as GraphQL. */
export const joinOfBoroughs = () => example('join-of-two-boroughs')

/** Camden's own closed dataset, as GraphQL: answered to Camden's token alone. */
export const ownMembers = `query {
  query(input: {
    from: { table: "camden/library-members/library-members" }
    select: [{ column: "Surname" }, { column: "Home Library" }]
    limit: 3
  }) { columns { name } rows }
}
`

const example = (name: string) => readFileSync(packageFile(`graphql/examples/${name}.graphql`), 'utf8')
