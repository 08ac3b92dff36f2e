import { join } from 'node:path'
import type { HubConfig } from '../config.js'
import { ConfigError } from '../errors.js'
import { type HubKey, readHubKey } from '../identity/hub-key.js'

/** The file of a hub's own key in its data directory. */
export const hubKeyFile = (dataFolder: string) => join(dataFolder, 'hub-key.json')

/** The key of the hub with that data folder, to act as its operator. Throws ConfigError if no hub has been started with the folder. */
export async function operatorKey(dataFolder: string): Promise<HubKey> {
  const file = hubKeyFile(dataFolder)
  const key = await readHubKey(file)
  if (key === undefined) throw new ConfigError(file, '', 'there is no key of a hub: give the --data-dir that the hub was started with')
  return key
}

/** The issuer of a hub's own tokens: from its configuration, else made from its name. */
export function issuerOf(config: HubConfig): string {
  return config.issuer ?? `urn:seven-dials:${kebab(config.name)}`
}

/** The id of an organisation of hub.yaml. */
export function organisationIdOf({ id, name }: HubConfig['spokes'][number]['organisation']): string {
  return id ?? kebab(name)
}

/** `London Borough of Camden` as an id: `london-borough-of-camden`. */
export function kebab(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
}
