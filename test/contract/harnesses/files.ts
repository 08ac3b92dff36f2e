import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from '../../../connectors/files/index.js'
import { DuckDbEngine } from '../../../src/engine/duckdb.js'
import type { Bench } from '../../support/query.js'
import { quietLog } from '../../support/spoke.js'
import type { Harness, Held } from '../harness.js'
import { writeBig, writeParquet } from '../parquet-folder.js'

/** A folder of Parquet files, opened as hub.yaml would. */
async function openFolder(bench: Bench, write: (folder: string) => Promise<void>): Promise<Held> {
  const base = await mkdtemp(join(tmpdir(), 'dials-contract-'))
  const [data, store] = ['data', 'store'].map((name) => join(base, name)) as [string, string]
  for (const folder of [data, store]) await mkdir(folder)
  await write(data)
  const engine = await DuckDbEngine.open({ folders: [store, bench.folder], memoryMb: 512 })
  const source = await files.open(files.configSchema.parse({ folder: data, defaultAccess: 'OPEN' }), {
    spokeId: 'camden',
    baseFolder: base,
    engine,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder: bench.folder,
    storeFolder: store,
    log: quietLog,
  })
  return {
    source,
    secrets: [],
    leftovers: () => Promise.resolve([]),
    break: () => rename(data, `${data}-gone`),
    async remove() {
      await source.close()
      await engine.close()
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** Parquet files in a folder. */
export const filesHarness: Harness = {
  kind: 'files',
  types: ['STRING', 'BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ'],
  open: (bench, tables) => openFolder(bench, (folder) => writeParquet(folder, tables)),
  openBig: (bench, rows) => openFolder(bench, (folder) => writeBig(folder, rows)),
}
