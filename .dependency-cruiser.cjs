/** Imports run one way: errors <- connector <- catalogue <- query <- api, http <- cli; engine and spoke need the contract. */
const room = (name) => `^src/${name}(/|\\.ts$)`
const only = (name, ...allowed) => ({
  name: `${name}-imports-only-what-lies-below`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^(src|connectors|migrations)/', pathNot: [room(name), ...allowed.map(room)] },
})

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('errors'),
    only('config', 'errors', 'connector'),
    only('connector', 'errors'),
    only('identity', 'errors', 'config', 'connector'),
    only('parquet'),
    only('engine', 'errors', 'connector', 'parquet'),
    only('database', 'errors'),
    only('queue', 'errors', 'connector', 'database'),
    only('catalogue', 'errors', 'connector', 'identity', 'database', 'queue'),
    only('search', 'errors', 'connector', 'identity', 'database', 'queue', 'catalogue'),
    only('policy', 'errors', 'connector'),
    only('audit', 'errors', 'connector', 'identity', 'database'),
    only('agreements', 'errors', 'connector', 'identity', 'database', 'catalogue', 'audit', 'policy'),
    only('query', 'errors', 'connector', 'identity', 'catalogue', 'audit', 'policy', 'agreements'),
    only('net', 'errors', 'connector'),
    only('spoke', 'errors', 'config', 'connector', 'identity', 'net', 'audit', 'policy'),
    only('api', 'errors', 'connector', 'identity', 'database', 'catalogue', 'search', 'query', 'audit', 'policy', 'agreements'),
    only('telemetry', 'errors', 'connector', 'identity'),
    only('http', 'errors', 'config', 'connector', 'identity', 'net', 'database', 'catalogue', 'query', 'api', 'telemetry', 'audit'),
    // connectors/shared is held to it too: it imports no kind of source.
    {
      name: 'a-connector-imports-the-contract-alone',
      severity: 'error',
      from: { path: '^connectors/([^/]+)/' },
      to: {
        path: '^(src|connectors|migrations)/',
        pathNot: ['^src/connector/', '^src/parquet/', '^src/errors\\.ts$', '^connectors/$1/', '^connectors/shared/'],
      },
    },
    {
      name: 'only-the-list-names-connectors',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^connectors/' },
    },
    {
      name: 'migrations-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^migrations/[0-9]' },
      to: { path: '^(src|connectors)/' },
    },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^(src|connectors)/', pathNot: '\\.d\\.ts$' }, to: {} },
  ],
  options: { tsConfig: { fileName: 'tsconfig.json' }, tsPreCompilationDeps: true, doNotFollow: { path: 'node_modules' } },
}
