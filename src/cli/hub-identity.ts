import { join } from 'node:path'
import type { HubConfig } from '../config.js'

/** The file of a hub's own key in its data directory. */
export const hubKeyFile = (dataFolder: string) => join(dataFolder, 'hub-key.json')

/** What a hub signs as, when its configuration does not say. */
export function issuerOf(config: HubConfig): string {
  return config.issuer ?? `urn:seven-dials:${kebab(config.name)}`
}

/** `London Borough of Camden` as an id: `london-borough-of-camden`. */
export function kebab(name: string): string {
  return name.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
}
