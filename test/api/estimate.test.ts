import { buildSchema, type FieldNode, type OperationDefinitionNode, parse } from 'graphql'
import { expect, test } from 'vitest'
import { AnswerSize } from '../../src/api/limits/answer-size.js'
import { estimate } from '../../src/api/limits/estimate.js'

const schema = buildSchema(`
  type Query { datasets(first: Int = 20, last: Int): DatasetConnection!, spokes: [Spoke!]!, viewer: Viewer! }
  type Viewer { subject: String, best: Dataset }
  type DatasetConnection { nodes: [Dataset!]!, totalCount: Int! }
  type Spoke { id: ID!, datasets(first: Int = 20): DatasetConnection! }
  type Dataset { id: ID!, keywords: [String!]!, spoke: Spoke!, tables: [Table!]! }
  type Table { id: ID!, name: String! }
`)
function estimated(query: string, variables: Record<string, unknown> = {}) {
  const document = parse(query)
  const [operation] = document.definitions
  return estimate(schema, document, operation as OperationDefinitionNode, variables)
}

test.each([
  ['{ viewer { subject } }', 2, []],
  ['{ datasets { totalCount } }', 1 + 20, ['datasets (20)']],
  ['{ datasets(first: 3) { nodes { id keywords } } }', 1 + 3 * 3, ['datasets.nodes (6)', 'datasets (3)']],
  ['{ datasets(first: 1000000) { nodes { id } } }', 1 + 100 * 2, []],
  ['{ datasets(last: 2) { nodes { id } } }', 1 + 2 * 2, []],
  ['query ($n: Int) { datasets(first: $n) { nodes { id } } }', 1 + 5 * 2, []],
  ['{ datasets(first: 2) { nodes { tables { id name } } } }', 1 + 2 * (1 + 1 + 10 * 2), ['datasets.nodes.tables (40)']],
  ['{ spokes { ...a ...a } } fragment a on Spoke { named: id }', 1 + 10 * 2, ['spokes (20)']],
])('%s is guessed to hold %i fields', (query, fields, parts) => {
  const found = estimated(query, { n: 5 })
  expect(found.fields).toBe(fields)
  const named = found.parts.map((part) => `${part.path} (${part.fields})`)
  expect(named).toEqual(expect.arrayContaining(parts))
})

test('what really arrives is counted: each element by its own fields, and those of the objects in it', () => {
  const { outside, ofElement } = estimated('{ viewer { best { id } } datasets { nodes { id spoke { id } tables { id name } } } }')
  expect(outside).toBe(5)
  const [nodes, tables] = [4, 2]
  expect([...ofElement].map(([{ name }, fields]) => [name.value, fields])).toEqual([
    ['tables', tables],
    ['nodes', nodes],
  ])
  const size = new AnswerSize({ outside, ofElement })
  const [tablesNode, nodesNode] = [...ofElement.keys()] as [FieldNode, FieldNode]
  const at = (key: string) => ({ prev: undefined, key, typename: undefined })
  size.add(27, { fieldNodes: [nodesNode], path: at('nodes') })
  expect(() => size.add((200_000 - outside - 27 * nodes) / tables - 0.5, { fieldNodes: [tablesNode], path: at('tables') })).not.toThrow()
  const more = () => size.add(1, { fieldNodes: [tablesNode], path: at('tables') })
  expect(more).toThrow(/more than 200,000 fields.*tables \(\d{3},\d{3}\), nodes \(108\)/)
  expect(more).toThrow(/more than 200,000 fields/)
})
