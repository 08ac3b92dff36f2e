import { gzipSync } from 'node:zlib'
import type { Fire } from './fire.js'
import type { Targets } from './targets.js'

/** One way to hurt a hub. */
export interface Attack {
  readonly name: string
  run(fire: Fire, targets: Targets): Promise<void>
}

const mebibyte = 1024 * 1024
const connections = 20
const times = <T>(count: number, of: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => of(at))
const numbers = (count: number) => times(count, (at) => at)

/** The bodies of `explain` and `query` with one input. */
function bodiesOf(input: object): Buffer[] {
  const documents = [
    'query ($input: QueryInput!) { explain(input: $input) { text residual fragments { native } } }',
    'query ($input: QueryInput!) { query(input: $input) { rows } }',
  ]
  return documents.map((query) => Buffer.from(JSON.stringify({ query, variables: { input } })))
}

/** Inputs of queries, each of whose factors is within its own limit. */
const products: Record<string, (targets: Targets) => object> = {
  'one table 500 times under 80 lists of 10,000 values': ({ longest }) => {
    const [column = '', type] = [longest.columns[0]?.name, longest.columns[0]?.type]
    const list =
      type === 'STRING'
        ? numbers(10_000)
            .map((at) => at % 10)
            .map(String)
        : numbers(10_000).map((at) => at % 10)
    return { from: { union: times(500, () => longest.id) }, where: { and: times(80, () => ({ column, in: list })) } }
  },
  '500 tables × 200 terms': ({ tables }) => ({
    from: { union: tables },
    where: { or: times(200, (at) => ({ column: '_table', eq: `table ${at}` })) },
  }),
  '500 tables × all columns': ({ tables }) => ({ from: { union: tables } }),
  'the widest table 500 times × all columns': ({ widest }) => ({ from: { union: times(500, () => widest.id) } }),
  '1,000 outputs × 1,000 order keys': ({ widest }) => ({
    from: { table: widest.id },
    select: times(1000, (at) => ({ column: widest.columns[at % widest.columns.length]?.name, as: `output ${at}` })),
    orderBy: times(1000, (at) => ({ column: `output ${at}` })),
  }),
  '10 lists of 10,000 values on one table': ({ longest }) => ({
    from: { table: longest.id },
    where: { or: times(10, (at) => ({ column: '_table', in: numbers(10_000).map((value) => `${at} ${value}`) })) },
  }),
}

/** 200 aliases of `explain` that all use one variable. */
function aliases({ longest }: Targets): Buffer {
  const query = `query ($input: QueryInput!) { ${times(200, (at) => `a${at}: explain(input: $input) { text }`).join(' ')} }`
  const where = { column: '_table', in: numbers(400).map(String) }
  return Buffer.from(JSON.stringify({ query, variables: { input: { from: { table: longest.id }, where } } }))
}

/** Posts bodies one after the other, over many connections. */
const posting =
  (bodies: (targets: Targets) => readonly Buffer[]) =>
  (fire: Fire, targets: Targets): Promise<void> => {
    const all = bodies(targets)
    return fire.volley(connections, (number) => all[number % all.length] as Buffer)
  }

const document = (text: string) => (number: number) => JSON.stringify({ query: `#${number}\n${text}` })

/** Documents at the limits of a request's size or of a parser's patience. */
const documents: Record<string, string> = {
  'a string of 2 MB': `{ search(text: "${'x'.repeat(2 * mebibyte - 1000)}") { totalCount } }`,
  'comments of 2 MB': `${'#comment\n'.repeat(200_000)}{ __typename }`,
  '14,900 tokens of a list': `{ query(input: { from: { table: "a/b/c" }, where: { column: "a", in: [${'1 '.repeat(14_860)}] } }) { rows } }`,
  '3,700 variables': `query (${times(3700, (at) => `$v${at}: Int`).join(' ')}) { __typename }`,
  '100,000 braces': '{a'.repeat(100_000),
  'fields within fields': `${'{ datasets { nodes { tables { dataset { tables '.repeat(12)}{ id }${'}'.repeat(60)}`,
  '200 aliases of a page of 100': `{ ${times(200, (at) => `a${at}: datasets(first: 100) { totalCount nodes { id } }`).join(' ')} }`,
  '200 fragments, each with the next': `{ ...f0 } ${times(200, (at) => `fragment f${at} on Query { ...f${at + 1} ...f${at + 1} }`).join(' ')} fragment f200 on Query { __typename }`,
}

const heads = 'POST /graphql HTTP/1.1\r\nhost: hub\r\ncontent-type: application/json\r\n'

/** All of them, in the order in which they run. */
export const attacks: readonly Attack[] = [
  ...Object.entries(products).map(([name, input]) => ({ name, run: posting((targets) => bodiesOf(input(targets))) })),
  { name: 'one variable in 200 aliases of explain', run: posting((targets) => [aliases(targets)]) },
  {
    name: 'all of these at once',
    run: posting((targets) => [...Object.values(products).flatMap((input) => bodiesOf(input(targets))), aliases(targets)]),
  },
  ...Object.entries(documents).map(([name, text]) => ({ name, run: (fire: Fire) => fire.volley(connections, document(text)) })),
  {
    name: 'a million numbers in variables that nothing uses',
    run: posting(() => [
      Buffer.from(JSON.stringify({ query: '{ __typename }', variables: { a: numbers(1_000_000).map((at) => at % 10) } })),
    ]),
  },
  { name: 'slow heads', run: (fire) => fire.slowly(400, (socket, turn) => socket.write(turn === 0 ? 'POST /graphql HTTP/1.1\r\n' : 'x')) },
  {
    name: 'slow bodies',
    run: (fire) => fire.slowly(400, (socket, turn) => socket.write(turn === 0 ? `${heads}content-length: 2000000\r\n\r\n` : '{')),
  },
  { name: '1,000 connections', run: (fire) => fire.slowly(1000, () => undefined) },
  {
    name: 'gzip bombs',
    run: (fire) => fire.volley(connections, gzipSync(Buffer.alloc(200 * mebibyte, ' ')), { 'content-encoding': 'gzip' }),
  },
  {
    name: '100 sorts of the longest table at once',
    run: (fire, { longest }) => {
      const orderBy = longest.columns.slice(0, 3).map(({ name }) => ({ column: name, direction: 'DESC' }))
      const [, query] = bodiesOf({ from: { table: longest.id }, orderBy, offset: 100_000 })
      return fire.volley(100, query as Buffer)
    },
  },
  {
    name: '100 unions of 60 tables at once',
    run: (fire, { tables }) =>
      fire.volley(100, bodiesOf({ from: { union: tables.slice(0, 60) }, orderBy: [{ column: '_table' }] })[1] as Buffer),
  },
  {
    name: '40 sockets with 10 operations each',
    run: (fire, { longest }) => {
      const input = { from: { table: longest.id }, orderBy: [{ column: longest.columns[0]?.name }] }
      return fire.sockets(40, 10, { query: 'query ($input: QueryInput!) { query(input: $input) { rows } }', variables: { input } })
    },
  },
  {
    name: 'searches of 1,000 and 10,000 characters',
    run: (fire) =>
      fire.volley(connections, (number) => {
        const text = times(1600, (at) => `w${(at * 7919 + number) % 9973}`)
          .join(' ')
          .slice(0, number % 2 === 0 ? 1000 : 10_000)
        return JSON.stringify({ query: 'query ($text: String!) { search(text: $text) { totalCount } }', variables: { text } })
      }),
  },
  {
    name: 'datasets of 50,000 spokes',
    run: posting(() => [
      Buffer.from(
        JSON.stringify({
          query: 'query ($spokes: [ID!]) { datasets(filter: { spokes: $spokes }) { totalCount } }',
          variables: { spokes: times(50_000, (at) => `spoke-${at}`) },
        }),
      ),
    ]),
  },
]
