import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyRequest } from 'fastify'
import { createGraphServer } from '../api/server.js'
import { createSchema } from '../api/schema.js'
import type { Context } from '../api/context.js'
import { Operations } from '../api/operations.js'
import { Results } from '../api/results.js'
import type { Splice } from '../api/splice.js'
import { CatalogueMemory } from '../catalogue/catalogue-memory.js'
import { HarvestScheduler } from '../catalogue/harvest-scheduler.js'
import type { HarvestRunRow } from '../catalogue/rows.js'
import { OpenSources } from '../catalogue/open-sources.js'
import { suggestTables } from '../catalogue/suggest-tables.js'
import { syncConfigured } from '../catalogue/sync-configured.js'
import { type Environment, type HubConfig, type Loaded, readBeside } from '../config.js'
import type { Log } from '../connector/source.js'
import { connectionConfig } from '../database/connect.js'
import { databaseError } from '../database/database-error.js'
import { migrate } from '../database/migrate.js'
import { openDatabase } from '../database/open-database.js'
import { DuckDbEngine } from '../engine/duckdb.js'
import { notReady, readyMsMax } from '../http/not-ready.js'
import { hubServer } from '../http/server.js'
import { loadHubKey } from '../identity/hub-key.js'
import { RequestSigner } from '../identity/scan-token.js'
import { bearerToken } from '../identity/token-parts.js'
import { viewerOf } from '../identity/viewer-of.js'
import { SearchKeeper } from '../search/keep/search-keeper.js'
import { MeilisearchIndex } from '../search/meilisearch/meilisearch-index.js'
import { PostgresIndex } from '../search/postgres/postgres-index.js'
import { createSearch } from '../search/search.js'
import { SpokeChild } from '../spoke/child.js'
import { telemetryPlugin } from '../telemetry/apollo-plugin.js'
import { HubMetrics } from '../telemetry/metrics.js'
import { observedSource } from '../telemetry/observed-source.js'
import { startTraces } from '../telemetry/start-traces.js'
import { engineThreads } from './engine-threads.js'
import { harvestLimits } from './harvest-limits-of.js'
import { hubKeyFile, issuerOf, organisationIdOf } from './hub-identity.js'
import { listen } from './listen.js'
import { checkSource } from './open-source.js'
import { packageFile } from './package-file.js'
import { openScratch } from './scratch.js'
import type { Running } from './start-spoke.js'
import { UndoList } from './undo-list.js'

/** What a hub starts from. `port` wins over the configuration. */
export interface HubOptions {
  readonly loaded: Loaded<HubConfig>
  readonly dataFolder: string
  readonly port?: number
  readonly environment: Environment
  readonly log: Log
}

/** A hub under way. */
export interface RunningHub extends Running {
  /** Harvests a spoke now, or joins the harvest under way. */
  harvestNow(spokeId: string): Promise<HarvestRunRow>
}

/** A hub: its database, its sources and spoke processes, its engine, its schema and its HTTP. */
export async function startHub({ loaded, dataFolder, port, environment, log }: HubOptions): Promise<RunningHub> {
  const { value: config } = loaded
  const opens = config.spokes.map((spoke, index) => ({ spoke, open: checkSource(loaded, `spokes[${index}]`, spoke) }))
  await mkdir(dataFolder, { recursive: true })
  const undo = new UndoList(log)
  try {
    const key = await loadHubKey(hubKeyFile(dataFolder))
    const jwksFile = join(dataFolder, 'hub.jwks.json')
    const issuersFile = join(dataFolder, 'hub.issuers.json')
    await writeFile(issuersFile, JSON.stringify(config.issuers ?? []))
    await writeFile(jwksFile, JSON.stringify({ keys: [key.publicJwk] }))
    const scratch = await openScratch(log)
    undo.add(() => scratch.close())
    const engine = await DuckDbEngine.open({ folders: [scratch.folder], memoryMb: config.engineMemoryMb ?? 1024 })
    undo.add(() => engine.close())
    const traces = await startTraces(environment.variables, log)
    if (traces !== undefined) undo.add(() => traces.close())

    // The spoke processes start while the database does.
    const sources = new OpenSources()
    undo.add(() => sources.close())
    const spokeIds = config.spokes.map(({ id }) => id)
    const metrics = new HubMetrics({ engine: () => engine.admission.load, sources: () => spokeIds.map((id) => [id, sources.status(id)]) })
    const telemetry = { metrics, ...(traces ? { traces } : {}) }
    for (const { spoke, open } of opens) {
      const source = await open({
        spokeId: spoke.id,
        baseFolder: loaded.folder,
        engine,
        openEngine: (options) => DuckDbEngine.open(options),
        scratchFolder: scratch.folder,
        storeFolder: join(scratch.folder, 'copies', spoke.id),
        memoryFolder: join(dataFolder, 'sources'),
        signer: new RequestSigner(issuerOf(config), key),
        startSpoke: (file) => {
          const command = spokeCommand(file, join(dataFolder, 'spokes', spoke.id), issuerOf(config), jwksFile, issuersFile)
          return new SpokeChild(
            [...command, '--engine-threads', String(engineThreads(config.spokes.length, availableParallelism()))],
            log,
            (listening) => sources.tell(spoke.id, listening),
          )
        },
        log,
      })
      sources.add(spoke.id, spoke.connector, observedSource(spoke.id, source, telemetry))
    }
    const database = await openDatabase({ dataFolder, log, ...(environment.databaseUrl ? { url: environment.databaseUrl } : {}) })
    undo.add(() => database.close())
    const { knex } = database
    await migrate(knex)
    await syncConfigured(knex, config.spokes.map(configuredSpoke))

    const onEnd = ({ spokeId, status }: HarvestRunRow) => metrics.harvest(spokeId, status)
    const queueConnection = () => connectionConfig(database.url, environment.databaseUrl === undefined)
    const scheduler = await HarvestScheduler.open({
      knex,
      connection: queueConnection,
      sources: sources.harvestable(),
      intervalMs: (config.harvestEveryMinutes ?? 60) * 60_000,
      limits: new Map(config.spokes.map(({ id, harvest }) => [id, harvestLimits(config.harvest, harvest)])),
      ...(config.harvestsAtOnce === undefined ? {} : { atOnce: config.harvestsAtOnce }),
      onEnd,
      log,
    })
    undo.add(() => scheduler.stop())
    const { meilisearch } = environment
    const index =
      meilisearch === undefined
        ? new PostgresIndex(knex)
        : new MeilisearchIndex({
            url: meilisearch.url,
            log,
            ...(meilisearch.key === undefined ? {} : { key: meilisearch.key }),
            ...(config.searchPrefix === undefined ? {} : { prefix: config.searchPrefix }),
          })
    undo.add(() => index.close())
    const keeper = await SearchKeeper.open({ knex, index, connection: queueConnection, log })
    undo.add(() => keeper.stop())
    const search = createSearch(knex, index, keeper)
    const operations = new Operations(await createSchema(), log)
    const graph = createGraphServer(operations, log)
    graph.addPlugin(telemetryPlugin(telemetry))
    await graph.start()
    undo.add(() => graph.stop())
    const tls = config.tls && {
      cert: Buffer.from(readBeside(loaded, config.tls.cert, 'tls.cert')),
      key: Buffer.from(readBeside(loaded, config.tls.key, 'tls.key')),
    }
    const identify = viewerOf({ issuer: issuerOf(config), key, log, ...(config.issuers ? { issuers: config.issuers } : {}) })
    const memory = new CatalogueMemory(knex)
    let baseUrl = config.issuer ?? ''
    const contextOf = async (authorization: readonly string[] | undefined, signal: AbortSignal, splice?: Splice): Promise<Context> => {
      const viewer = await identify(authorization)
      const token = bearerToken(authorization)
      const loaders = await memory.loadersFor(viewer)
      const catalogue = {
        tables: async (ids: readonly string[]) =>
          (await loaders.tableForQuery.loadAll(ids).catch(rethrowCoded)).filter((table) => table !== null),
        nearTables: (id: string) => suggestTables(knex, viewer, id).catch(rethrowCoded),
      }
      return {
        viewer,
        knex,
        loaders,
        baseUrl,
        search,
        statusOf: (spokeId) => sources.status(spokeId),
        harvestNow: (spokeId, how) => scheduler.harvestNow(spokeId, how),
        results: new Results(),
        ...(splice ? { splice } : {}),
        query: {
          viewer,
          catalogue,
          sources,
          engine,
          signal,
          ...(token === undefined ? {} : { viewerToken: token }),
          ...(traces ? { stage: traces.stage } : {}),
        },
      }
    }
    const mayOperate = (request: FastifyRequest) =>
      identify(request.raw.headersDistinct['authorization']).then(
        ({ scopes }) => scopes.includes('hub:operate'),
        () => false,
      )
    const app = hubServer({
      graph,
      operations,
      contextOf,
      mayOperate,
      origins: config.cors?.origins ?? [],
      trustedProxies: config.trustedProxies ?? [],
      telemetry,
      log,
      graphqlFolder: packageFile('graphql'),
      jwks: { keys: [key.publicJwk] },
      ...(tls ? { tls } : {}),
      notReady: () => notReady({ database: async () => knex.raw('select 1').timeout(readyMsMax), engine: () => engine.answers() }),
    })
    undo.add(() => app.close())
    const url = await listen(app, { host: config.host ?? '127.0.0.1', port: port ?? config.port ?? 4000, tls: tls !== undefined })
    if (!/^https?:/.test(baseUrl)) baseUrl = url
    scheduler.start()
    keeper.start()
    const unwatch = sources.watch((spokeId) => {
      scheduler
        .harvestNow(spokeId)
        .catch((thrown: unknown) => log.warn({ spoke: spokeId, reason: String(thrown) }, 'a harvest could not be run'))
    })
    undo.add(() => Promise.resolve(unwatch()))
    return { url, close: () => undo.run(), harvestNow: (spokeId) => scheduler.harvestNow(spokeId) }
  } catch (thrown) {
    await undo.run()
    throw thrown
  }
}

/** The query pipeline knows of no database: what it is thrown has to be coded already. */
function rethrowCoded(thrown: unknown): never {
  throw databaseError(thrown)
}

function configuredSpoke({ id, title, organisation, connector }: HubConfig['spokes'][number]) {
  const { name, gss } = organisation
  return { id, title: title ?? name, organisation: { id: organisationIdOf(organisation), name, ...(gss ? { gss } : {}) }, connector }
}

/** This same program as a spoke, under the same Node and with the same flags. */
function spokeCommand(file: string, dataFolder: string, issuer: string, jwksFile: string, issuersFile: string): [string, ...string[]] {
  const main = fileURLToPath(import.meta.url).replace(/start-hub(\.[jt]s)$/, 'main$1')
  return [
    process.execPath,
    ...process.execArgv,
    main,
    'spoke',
    '--config',
    file,
    '--port',
    '0',
    '--data-dir',
    dataFolder,
    '--hub-issuer',
    issuer,
    '--hub-jwks',
    jwksFile,
    '--hub-issuers',
    issuersFile,
  ]
}
