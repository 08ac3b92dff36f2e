import { htmlPage, link, terms } from './html.js'

/** What is at this hub, for programs. Addresses are relative to the hub's own. */
export const frontJson = {
  name: 'Seven Dials',
  graph: 'graphql',
  graphiql: 'graphiql',
  downloads: 'query',
  health: ['health/live', 'health/ready'],
  keys: '.well-known/jwks.json',
} as const

const docs = 'The folder <code>docs</code> of the program explains clients, access, search and joins.'

/** The page at `/`: what this is, and where to go on. */
export const frontHtml = htmlPage(
  'One graph over many data catalogues',
  [
    '<p>This hub answers GraphQL over the data catalogues of several organisations. Each organisation’s data stays where it is.</p>',
    terms([
      [link('graphiql', 'GraphiQL'), 'Write queries in your browser, with examples of what is here.'],
      [`<code>graphql</code>`, 'The graph, for programs: POST, GET, server-sent events and WebSocket.'],
      [`<code>query</code>`, 'Whole answers as CSV, NDJSON, Parquet, Arrow and Excel files.'],
      [link('health/ready', 'Health'), 'Whether it is ready.'],
      ['Documentation', docs],
    ]),
  ].join('\n'),
)
