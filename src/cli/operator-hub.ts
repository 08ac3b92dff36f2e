import { resolve } from 'node:path'
import { loadHubConfig, readEnvironment, type HubConfig } from '../config.js'
import { signOperatorToken } from '../identity/operator-token.js'
import { askGraph, type Hub } from './ask-graph.js'
import { issuerOf, operatorKey } from './hub-identity.js'
import { strikingSecrets } from './strike-secrets.js'

/** The hub of a hub.yaml, queried as its operator. */
export interface OperatorHub {
  readonly config: HubConfig
  /** Like askGraph, with a new token each time, because a token lives a few minutes. */
  ask<T>(field: string, operation: string, variables?: object, signal?: AbortSignal): Promise<T>
}

/** Throws ConfigError if hub.yaml cannot be read, or no hub was started with that data directory. @param hub where it listens */
export async function openOperatorHub(config: string, dataDir: string, hub: Pick<Hub, 'url' | 'errorText'>): Promise<OperatorHub> {
  const { value, secrets } = loadHubConfig(config, readEnvironment())
  const key = await operatorKey(resolve(dataDir))
  return {
    config: value,
    ask: <T>(field: string, operation: string, variables?: object, signal?: AbortSignal) =>
      strikingSecrets(secrets, async () =>
        askGraph<T>({ ...hub, signal, token: await signOperatorToken(issuerOf(value), key, ['hub:operate']) }, field, operation, variables),
      ),
  }
}
