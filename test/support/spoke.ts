import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LogKeyFile } from '../../src/audit/log/log-keys.js'
import { auditJwks, hubLogOrigin } from '../../src/cli/audit-keys.js'
import { loadSpokeConfig, readEnvironment } from '../../src/config.js'
import { startSpoke, type Running } from '../../src/cli/start-spoke.js'
import { type HubKey, loadHubKey } from '../../src/identity/hub-key.js'
import { RequestSigner } from '../../src/identity/scan-token.js'
import { testAuditJwks } from './audit.js'

/** A log that ignores everything. */
export const quietLog = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** The issuer of the hub’s tokens. */
export const issuer = 'https://hub.test'

/** A running spoke. */
export interface TestSpoke extends Running {
  readonly folder: string
  readonly key: HubKey
  readonly signer: RequestSigner
  /** Closes it and starts it again with the same data directory. */
  restart(): Promise<TestSpoke>
  remove(): Promise<void>
}

/** Starts a spoke over a folder of these files. It pins the key of a test's hub. @param extra more lines of its spoke.yaml. */
export async function startTestSpoke(
  files: Record<string, string>,
  { folder, id = 'camden', extra = '' }: { folder?: string; id?: string; extra?: string } = {},
): Promise<TestSpoke> {
  const at = folder ?? (await mkdtemp(join(tmpdir(), 'seven-dials-spoke-')))
  const key = await loadHubKey(join(at, 'hub-key.json'))
  // A hub that a test starts over this folder signs its audit log with these.
  const auditKeys = new LogKeyFile(join(at, 'audit-keys.json'), hubLogOrigin(issuer))
  await writeFile(
    join(at, 'hub.jwks.json'),
    JSON.stringify({ keys: [key.publicJwk, ...testAuditJwks, ...auditJwks(await auditKeys.open())] }),
  )
  await mkdir(join(at, 'data'), { recursive: true })
  for (const [name, text] of Object.entries(files)) await writeFile(join(at, 'data', name), text)
  const yaml = `id: ${id}\n${extra}hub: { issuer: "${issuer}", jwks: ./hub.jwks.json }\nsources:\n  - connector: files\n    config: { folder: ./data, defaultAccess: OPEN }\n`
  await writeFile(join(at, 'spoke.yaml'), yaml)
  const running = await startSpoke({
    loaded: loadSpokeConfig(join(at, 'spoke.yaml'), readEnvironment({})),
    dataFolder: join(at, 'store'),
    port: 0,
    log: quietLog,
  })
  return {
    ...running,
    folder: at,
    key,
    signer: new RequestSigner(issuer, key),
    async restart() {
      await running.close()
      return startTestSpoke({}, { folder: at, id, extra })
    },
    async remove() {
      await running.close()
      await rm(at, { recursive: true, force: true })
    },
  }
}

/** Starts a server that answers as a spoke must not. */
export async function startRogue(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
