import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OpenSources } from '../../catalogue/open-sources.js'
import type { HubConfig, Loaded } from '../../config.js'
import { DuckDbEngine } from '../../engine/duckdb.js'
import { RequestSigner } from '../../identity/scan-token.js'
import { SpokeChild } from '../../spoke/child.js'
import { observedSource } from '../../telemetry/observed-source.js'
import type { Telemetry } from '../../telemetry/telemetry.js'
import { engineThreads } from '../engine-threads.js'
import { organisationIdOf } from '../hub-identity.js'
import { checkSource } from '../open-source.js'
import type { HubEngine } from './engine.js'
import type { HubKeys } from './keys.js'
import type { HubStart } from './options.js'

/** A spoke of hub.yaml whose settings are right, not opened yet. */
export interface CheckedSpoke {
  readonly spoke: HubConfig['spokes'][number]
  readonly open: ReturnType<typeof checkSource>
}

/** Checks the connector and the settings of every spoke, so that a wrong hub.yaml starts nothing. Throws ConfigError. */
export function checkSpokes(loaded: Loaded<HubConfig>): CheckedSpoke[] {
  return loaded.value.spokes.map((spoke, index) => ({ spoke, open: checkSource(loaded, ['spokes', index], spoke) }))
}

/** What sources are opened with. */
export interface SourcesOptions {
  readonly keys: HubKeys
  readonly hubEngine: HubEngine
  readonly telemetry: Telemetry
}

/** Opens the source of every spoke into `sources`, and starts the spoke processes of this hub. It does not wait until they listen. */
export async function startSources(
  start: HubStart,
  spokes: readonly CheckedSpoke[],
  sources: OpenSources,
  { keys, hubEngine, telemetry }: SourcesOptions,
): Promise<void> {
  const { loaded, dataFolder, environment, log, undo } = start
  const { engine, scratchFolder } = hubEngine
  const threads = engineThreads(spokes.length, availableParallelism())
  undo.add(() => sources.close())
  for (const { spoke, open } of spokes) {
    const source = await open({
      spokeId: spoke.id,
      baseFolder: loaded.folder,
      engine,
      openEngine: (options) => DuckDbEngine.open(options),
      scratchFolder,
      storeFolder: join(scratchFolder, 'copies', spoke.id),
      memoryFolder: join(dataFolder, 'sources'),
      signer: new RequestSigner(keys.issuer, keys.key),
      startSpoke: (file) =>
        new SpokeChild(
          spoke.id,
          spokeCommand(file, spoke, join(dataFolder, 'spokes', spoke.id), keys, { threads, logLevel: environment.logLevel }),
          log,
          (listening) => sources.setListening(spoke.id, listening),
        ),
      log,
    })
    sources.add(spoke.id, spoke.connector, observedSource(spoke.id, source, telemetry))
  }
}

/** This same program as a spoke, under the same Node and with the same flags. */
function spokeCommand(
  file: string,
  { organisation }: CheckedSpoke['spoke'],
  dataFolder: string,
  { issuer, jwksFile, issuersFile, signatoriesFile }: HubKeys,
  { threads, logLevel }: { threads: number; logLevel: string },
): [string, ...string[]] {
  const main = fileURLToPath(new URL(`../main${/\.[jt]s$/.exec(import.meta.url)?.[0] ?? ''}`, import.meta.url))
  const options = {
    config: file,
    port: '0',
    'data-dir': dataFolder,
    'hub-issuer': issuer,
    'hub-jwks': jwksFile,
    'hub-issuers': issuersFile,
    'hub-signatories': signatoriesFile,
    'hub-organisation': organisationIdOf(organisation),
    'engine-threads': String(threads),
    'log-level': logLevel,
  }
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  return [process.execPath, ...process.execArgv, main, 'spoke', ...given]
}
