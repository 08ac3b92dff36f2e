import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { codegen } from '@graphql-codegen/core'
import * as operations from '@graphql-codegen/typescript-operations'
import { buildSchema, parse } from 'graphql'
import ts from 'typescript'
import { expect, test } from 'vitest'
import example from '../../examples/codegen/codegen.js'

const folder = fileURLToPath(new URL('../../examples/codegen/', import.meta.url))
const queries = fileURLToPath(new URL('../../graphql/examples/', import.meta.url))
const schema = buildSchema(readFileSync(`${folder}${example.schema}`, 'utf8'))
const { config } = example.generates['./graph.ts']
/** A query with every scalar, as input too. */
const everyScalar = `query EveryScalar($input: QueryInput!, $filter: DatasetFilter) {
  query(input: $input) { rows records sources { asOf } }
  datasets(filter: $filter) { nodes { iri } }
}`
const examples = readdirSync(queries).map((name) => readFileSync(`${queries}${name}`, 'utf8'))
const documents = [...examples, everyScalar].map((text) => ({ document: parse(text) }))

/** What the configuration makes of our queries, as `graphql-codegen` would write it. */
const generate = (given: object) =>
  codegen({
    filename: 'graph.ts',
    schema: parse(readFileSync(`${folder}${example.schema}`, 'utf8')),
    schemaAst: schema,
    documents,
    config: given,
    plugins: [{ 'typescript-operations': {} }],
    pluginMap: { 'typescript-operations': operations },
  })

/** The faults of the types, with the strictest settings of TypeScript. */
function faultsOf(text: string): string[] {
  const file = `${folder}graph.ts`
  const options = { strict: true, noEmit: true, module: ts.ModuleKind.NodeNext, lib: ['lib.es5.d.ts'], skipLibCheck: true, types: [] }
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile } = host
  host.fileExists = (name) => name === file || fileExists(name)
  host.readFile = (name) => (name === file ? text : readFile(name))
  host.getSourceFile = (name, language, ...more) =>
    name === file ? ts.createSourceFile(name, text, language) : getSourceFile(name, language, ...more)
  const program = ts.createProgram([file], options, host)
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

test('examples/codegen gives every scalar a type, and every query of graphql/examples', async () => {
  const text = await generate(config)
  const lines = text.replaceAll(/\/\*.*?\*\//gs, '').split('\n')
  // The generator's own helper bounds a type parameter; it is no type of the graph.
  const types = lines.filter((line) => !line.startsWith('type Exact<'))
  expect(types.filter((line) => /\b(?:any|unknown)\b/.test(line))).toEqual([])
  expect(text).toMatch(/PollingStationsByBoroughQuery = .*records: Array<Row>/)
  expect(text).toContain('gte?: string | number | boolean')
  expect(text).toMatch(/JoinQuery = .*rows: Array<Array<Cell \| null>>/)
  expect(faultsOf(text)).toEqual([])
})

test('a scalar that it leaves out would fail the run', async () => {
  const { Value: _left, ...scalars } = config.scalars
  await expect(generate({ ...config, scalars })).rejects.toThrow('Value')
})
