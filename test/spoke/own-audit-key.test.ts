import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminDraft } from '../../src/audit/log/draft.js'
import { FileLog } from '../../src/audit/log/file-log.js'
import { LogKeyFile } from '../../src/audit/log/log-keys.js'
import { ConfigError } from '../../src/errors.js'
import { quietLog, startTestSpoke, type TestSpoke } from '../support/spoke.js'

let spoke: TestSpoke
const at = (name: string) => join(spoke.folder, 'store', 'audit', name)
beforeAll(async () => {
  spoke = await startTestSpoke({ 'libraries.csv': 'Name\nKilburn\n' })
})
afterAll(() => spoke.remove())

/** The spoke writes an entry, as it does before it reads. */
async function recorded(): Promise<void> {
  const keys = new LogKeyFile(at('audit-keys.json'), 'hub.test/spokes/camden/audit')
  const log = await FileLog.open({ file: at('log.ndjson'), keys, software: '0.0.0', log: quietLog })
  await log.append([adminDraft('grow', {})])
  await log.close()
}

test('a spoke that has lost the key of its audit log starts while the log is empty, and then not until the key is back', async () => {
  await rm(at('audit-keys.json'))
  spoke = await spoke.restart()
  const key = await readFile(at('audit-keys.json'), 'utf8')
  await recorded()
  spoke = await spoke.restart()

  await rename(at('audit-keys.json'), at('kept.json'))
  const lost = await spoke.restart().catch((thrown: unknown) => thrown)
  expect(lost).toBeInstanceOf(ConfigError)
  expect((lost as Error).message).toBe(
    `${at('audit-keys.json')}: is missing, and the audit log of this spoke has entries that its key has signed: bring the file back from a copy of the data directory`,
  )
  // Nothing was made in its place.
  await writeFile(at('audit-keys.json'), await readFile(at('kept.json')), { flag: 'wx' })
  spoke = await spoke.restart()
  expect(await readFile(at('audit-keys.json'), 'utf8')).toBe(key)
})
