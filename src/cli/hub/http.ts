import type { FastifyRequest } from 'fastify'
import type { HarvestScheduler } from '../../catalogue/harvest-scheduler.js'
import type { OpenSources } from '../../catalogue/open-sources.js'
import { readBeside } from '../../config.js'
import { DownloadReports } from '../../http/downloads/reports.js'
import { notReady, readyMsMax } from '../../http/not-ready.js'
import { hubServer } from '../../http/server.js'
import { viewerOf } from '../../identity/viewer-of.js'
import type { Search } from '../../search/search.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { listen } from '../listen.js'
import { packageFile } from '../package-file.js'
import type { HubAgreements } from './agreements.js'
import type { HubAudit } from './audit.js'
import { contextMaker } from './context.js'
import type { HubDatabase } from './database.js'
import type { HubEngine } from './engine.js'
import type { HubGraph } from './graph.js'
import type { HubKeys } from './keys.js'
import { landingOf } from './landing.js'
import type { HubStart } from './options.js'

/** The parts of a hub that its HTTP serves. */
export interface HttpParts extends HubGraph, HubEngine, HubDatabase, HubAudit, HubAgreements {
  readonly keys: HubKeys
  readonly telemetry: Telemetry
  readonly sources: OpenSources
  readonly scheduler: HarvestScheduler
  readonly search: Search
}

/** Listens. @returns the URL of the hub. */
export async function startHttp(start: HubStart, parts: HttpParts): Promise<string> {
  const { loaded, config, port, log, undo } = start
  const { graph, operations, keys, telemetry, knex, engine, anonymousEngine } = parts
  const tls = config.tls && {
    cert: Buffer.from(readBeside(loaded, config.tls.cert, 'tls.cert')),
    key: Buffer.from(readBeside(loaded, config.tls.key, 'tls.key')),
  }
  const issuers = (config.issuers ?? []).map(({ ca, ...issuer }, index) =>
    ca === undefined ? issuer : { ...issuer, ca: readBeside(loaded, ca, `issuers[${index}].ca`) },
  )
  const identify = viewerOf({ issuer: keys.issuer, key: keys.key, log, issuers })
  const mayOperate = (request: FastifyRequest) =>
    identify(request.raw.headersDistinct['authorization']).then(
      ({ scopes }) => scopes.includes('hub:operate'),
      () => false,
    )
  let baseUrl = config.issuer ?? ''
  const app = hubServer({
    graph,
    operations,
    contextOf: contextMaker({ ...parts, identify, traces: telemetry.traces, baseUrl: () => baseUrl }),
    mayOperate,
    downloads: { landing: landingOf(parts.scratchFolder), reports: new DownloadReports(knex) },
    audit: parts.audit,
    origins: config.cors?.origins ?? [],
    trustedProxies: config.trustedProxies ?? [],
    telemetry,
    log,
    graphqlFolder: packageFile('graphql'),
    jwks: keys.jwks,
    ...(tls ? { tls } : {}),
    notReady: () =>
      notReady({
        database: async () => knex.raw('select 1').timeout(readyMsMax),
        engine: async () => void (await Promise.all([engine.answers(), anonymousEngine.answers()])),
      }),
  })
  undo.add(() => app.close())
  const at = { host: config.host ?? '127.0.0.1', port: port ?? config.port ?? 4000, tls: tls !== undefined }
  const url = await listen(app, { ...at, trustedProxies: config.trustedProxies ?? [], log })
  if (!/^https?:/.test(baseUrl)) baseUrl = url
  return url
}
