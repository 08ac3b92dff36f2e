import { mkdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { JSONWebKeySet } from 'jose'
import { type Loaded, readBeside, type SpokeConfig } from '../config.js'
import type { Log, Source } from '../connector/source.js'
import { FileLog } from '../audit/log/file-log.js'
import { LogKeyFile } from '../audit/log/log-keys.js'
import { DuckDbEngine } from '../engine/duckdb.js'
import { ConfigError } from '../errors.js'
import { RequestVerifier } from '../identity/scan-token.js'
import type { PinnedIssuer } from '../identity/viewer-statement.js'
import { AgreementFolder } from '../spoke/agreement-folder.js'
import { Agreements } from '../spoke/agreements.js'
import { Holdings } from '../spoke/holdings.js'
import { HubWitness } from '../spoke/hub-witness.js'
import { ScanRecorder } from '../spoke/scan-recorder.js'
import { spokeServer } from '../spoke/server.js'
import { UsedTokens } from '../spoke/used-tokens.js'
import { auditKeysOf, spokeLogOrigin } from './audit-keys.js'
import { version } from './version.js'
import { parseJwks } from './hub-keys.js'
import { isThere } from './is-there.js'
import { listen } from './listen.js'
import { checkSource } from './open-source.js'
import { openScratch } from './scratch.js'
import { ownSecret } from './own-secret.js'
import { purposesOf } from './purposes-of.js'
import { signatoriesOf } from './signatories.js'
import { UndoList } from './undo-list.js'

/** What a spoke starts from. `port` overrides the configuration. */
export interface SpokeOptions {
  readonly loaded: Loaded<SpokeConfig>
  readonly dataFolder: string
  readonly port?: number
  /** The hub to trust if spoke.yaml names none: the hub that starts this spoke. */
  readonly hub?: { issuer: string; jwks: JSONWebKeySet }
  /** Issuers to trust if spoke.yaml names none: those of the hub that starts this spoke. */
  readonly issuers?: readonly PinnedIssuer[]
  /** The keys by which organisations sign agreements, if spoke.yaml names none: those of the hub that starts this spoke. */
  readonly signatories?: ReadonlyMap<string, JSONWebKeySet>
  /** The organisation that the hub that starts this spoke knows it by, if spoke.yaml names none. */
  readonly organisation?: string
  /** Threads of its engine. Default: one for each core. */
  readonly engineThreads?: number
  readonly log: Log
}

/** A running hub or spoke. */
export interface Running {
  readonly url: string
  /** Finishes the work under way, then stops. Safe to call twice. */
  close(): Promise<void>
}

/** Starts a spoke: its sources, its engine, and the HTTP for its hub. */
export async function startSpoke({
  loaded,
  dataFolder,
  port,
  hub,
  issuers = [],
  signatories,
  organisation,
  engineThreads,
  log,
}: SpokeOptions): Promise<Running> {
  const { value: config } = loaded
  const verifierHub = pinnedHub(loaded) ?? hub
  if (verifierHub === undefined)
    throw new ConfigError(loaded.file, 'hub', "is missing: give the hub's issuer and its jwks file, without which nobody may scan")
  const opens = config.sources.map((source, index) => checkSource(loaded, ['sources', index], source))

  const storeFolder = join(dataFolder, 'copies')
  await mkdir(storeFolder, { recursive: true })
  const undo = new UndoList(log)
  try {
    const scratch = await openScratch(log)
    undo.add(() => scratch.close())
    const engine = await DuckDbEngine.open({
      folders: [scratch.folder, storeFolder],
      memoryMb: config.engineMemoryMb ?? 1024,
      ...(engineThreads === undefined ? {} : { threads: engineThreads }),
    })
    undo.add(() => engine.close())
    const sources: Source[] = []
    undo.add(() => Promise.allSettled(sources.map((source) => source.close())))
    for (const open of opens) {
      sources.push(
        await open({
          spokeId: config.id,
          baseFolder: loaded.folder,
          engine,
          openEngine: (options) => DuckDbEngine.open(options),
          scratchFolder: scratch.folder,
          storeFolder,
          log,
        }),
      )
    }
    const used = new UsedTokens(join(dataFolder, 'used-tokens'))
    const verifier = new RequestVerifier(verifierHub, config.id, (jti, expiresAt) => used.use(jti, expiresAt))
    const holdings = new Holdings(
      sources,
      { organisation: config.organisation ?? organisation, readsPersonal: config.ownerReadsPersonal === true },
      log,
    )
    const tls = config.tls && {
      cert: Buffer.from(readBeside(loaded, config.tls.cert, 'tls.cert')),
      key: Buffer.from(readBeside(loaded, config.tls.key, 'tls.key')),
    }
    const auditFile = join(dataFolder, 'audit', 'log.ndjson')
    const auditKeys = await openedKeys(auditFile, spokeLogOrigin(verifierHub.issuer, config.id))
    const auditLog = await FileLog.open({
      file: auditFile,
      keys: auditKeys,
      software: version(),
      log,
    })
    undo.add(() => auditLog.close())
    const hubKeys = auditKeysOf(verifierHub.jwks)
    const witness = new HubWitness({
      file: join(dataFolder, 'audit', 'hub.json'),
      hubKeys,
      log: auditLog,
      ownKey: (await auditKeys.keysOf(undefined)).newest,
      logger: log,
    })
    const recorder = new ScanRecorder({
      witness,
      spokeId: config.id,
      organisation: config.organisation ?? organisation ?? null,
      hubKeys,
      log: auditLog,
      logger: log,
    })
    const app = spokeServer({
      recorder,
      witness,
      agreements: await openAgreements(loaded, dataFolder, signatories),
      spokeId: config.id,
      holdings,
      engine,
      scratchFolder: scratch.folder,
      verifier,
      issuers: config.issuers ?? issuers,
      log,
      ...(tls ? { tls } : {}),
    })
    undo.add(() => app.close())
    const url = await listen(app, { host: config.host ?? '127.0.0.1', port: port ?? config.port ?? 4100, tls: tls !== undefined, log })
    const following = new AbortController()
    undo.add(() => Promise.resolve(following.abort()))
    holdings.follow(following.signal)
    return { url, close: () => undo.run() }
  } catch (thrown) {
    await undo.run()
    throw thrown
  }
}

/** The agreements that this spoke holds, and what it judges them by: its own configuration and its own secret. */
async function openAgreements(loaded: Loaded<SpokeConfig>, dataFolder: string, ofHub: SpokeOptions['signatories']): Promise<Agreements> {
  return new Agreements({
    keys: loaded.value.organisations === undefined && ofHub !== undefined ? ofHub : signatoriesOf(loaded),
    purposes: purposesOf(loaded),
    folder: await AgreementFolder.open(join(dataFolder, 'agreements')),
    secret: await ownSecret(join(dataFolder, 'agreements', 'secret')),
  })
}

/**
 * The keys of the spoke's own audit log, made at its first start.
 * @throws ConfigError where they are missing and the log has entries: a new key would make it another log.
 */
async function openedKeys(auditFile: string, origin: string): Promise<LogKeyFile> {
  const file = join(dirname(auditFile), 'audit-keys.json')
  if (!(await isThere(file)) && (await hasEntries(auditFile)))
    throw new ConfigError(
      file,
      '',
      'is missing, and the audit log of this spoke has entries that its key has signed: bring the file back from a copy of the data directory',
    )
  const keys = new LogKeyFile(file, origin)
  await keys.open()
  return keys
}

async function hasEntries(auditFile: string): Promise<boolean> {
  return (await isThere(auditFile)) && (await stat(auditFile)).size > 0
}

function pinnedHub(loaded: Loaded<SpokeConfig>): { issuer: string; jwks: JSONWebKeySet } | undefined {
  const { hub } = loaded.value
  if (hub === undefined) return undefined
  return { issuer: hub.issuer, jwks: parseJwks(readBeside(loaded, hub.jwks, 'hub.jwks'), loaded.file) }
}
