import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  workspace = await openWorkspace(twoSpokes)
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'barnet')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await database.drop()
  await workspace.remove()
})

interface Answered {
  datasets: { totalCount: number }
  search: { totalCount: number } | null
}
const ask = (field: 'datasets' | 'search', filter: string) => hub.ask<Answered>(`{ ${field}(filter: ${filter}) { totalCount } }`)
const refusal = async (field: 'datasets' | 'search', filter: string) => {
  const { errors = [] } = await ask(field, filter)
  const [{ message, extensions } = { message: '', extensions: undefined }] = errors
  return { message, code: extensions?.code, inputPath: extensions?.inputPath, suggestions: extensions?.suggestions }
}

describe.each(['datasets', 'search'] as const)('the filter of %s', (field) => {
  it.each<[string, string, (string | number)[], string[]]>([
    ['{ spokes: ["Camden"] }', "There is no spoke 'Camden'. Did you mean 'camden'?", ['filter', 'spokes', 0], ['camden']],
    ['{ spokes: ["barnet", "camdne"] }', "There is no spoke 'camdne'. Did you mean 'camden'?", ['filter', 'spokes', 1], ['camden']],
    [
      '{ spokes: ["barnet/libraries"] }',
      "There is no spoke 'barnet/libraries'. Did you mean 'barnet'?",
      ['filter', 'spokes', 0],
      ['barnet'],
    ],
    ['{ spokes: ["nowhere"] }', "There is no spoke 'nowhere'.", ['filter', 'spokes', 0], []],
    ['{ spokes: ["\\u0000"] }', "There is no spoke '\0'.", ['filter', 'spokes', 0], []],
    [
      '{ organisations: ["Borough of Camden"] }',
      "There is no organisation 'Borough of Camden'. Did you mean 'borough-of-camden' or 'borough-of-barnet'?",
      ['filter', 'organisations', 0],
      ['borough-of-camden', 'borough-of-barnet'],
    ],
    [
      '{ organisations: ["barnet"] }',
      "There is no organisation 'barnet'. Did you mean 'borough-of-barnet'?",
      ['filter', 'organisations', 0],
      ['borough-of-barnet'],
    ],
  ])('%s is refused with near names', async (filter, message, inputPath, suggestions) => {
    expect(await refusal(field, filter)).toEqual({ message, code: 'BAD_USER_INPUT', inputPath, suggestions })
  })

  it('takes what there is, also nothing', async () => {
    for (const [filter, totalCount] of [
      ['{ spokes: ["camden", "barnet"], organisations: ["borough-of-camden"] }', 1],
      ['{ spokes: [] }', 0],
      ['{ spokes: null, organisations: null }', 2],
    ] as const)
      expect((await ask(field, filter)).data?.[field]).toEqual({ totalCount })
  })

  it('still says first that a list is too long', async () => {
    const many = Array.from({ length: 1001 }, () => '"x"').join(', ')
    expect((await refusal(field, `{ spokes: [${many}] }`)).message).toMatch(/1,000/)
  })
})
