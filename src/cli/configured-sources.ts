import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Environment, type HubConfig, type Loaded, loadHubConfig, loadSpokeConfig, type SpokeConfig } from '../config.js'
import { ConfigError } from '../errors.js'

/** One source of a configuration. */
export interface ConfiguredSource {
  /** `camden: sources[0]` */
  readonly name: string
  readonly spokeId: string
  readonly loaded: Loaded<unknown>
  /** Its path in the file. */
  readonly place: readonly (string | number)[]
  readonly entry: { readonly connector: string; readonly config?: unknown }
  /** The hub that uses it, if it is a spoke elsewhere. */
  readonly hub?: HubConfig
}

/**
 * The sources of a spoke.yaml, or of a hub.yaml, where a spoke that the hub starts itself is replaced by its own sources. Throws
 * ConfigError.
 */
export function configuredSources(file: string, environment: Environment): ConfiguredSource[] {
  if (!isHubFile(file)) return sourcesOf(loadSpokeConfig(file, environment))
  const loaded = loadHubConfig(file, environment)
  return loaded.value.spokes.flatMap((spoke, index): ConfiguredSource[] => {
    const own = (spoke.config as { process?: unknown } | undefined)?.process
    if (spoke.connector === 'spoke' && typeof own === 'string') return sourcesOf(loadSpokeConfig(resolve(loaded.folder, own), environment))
    return [{ name: spoke.id, spokeId: spoke.id, loaded, place: ['spokes', index], entry: spoke, hub: loaded.value }]
  })
}

function sourcesOf(loaded: Loaded<SpokeConfig>): ConfiguredSource[] {
  const { id, sources } = loaded.value
  return sources.map((entry, index) => ({ name: `${id}: sources[${index}]`, spokeId: id, loaded, place: ['sources', index], entry }))
}

function isHubFile(file: string): boolean {
  try {
    return /^["']?spokes["']?\s*:/m.test(readFileSync(file, 'utf8'))
  } catch (thrown) {
    throw new ConfigError(file, '', 'cannot be read', { cause: thrown })
  }
}
