import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spoke } from '../../../connectors/spoke/index.js'
import { DuckDbEngine } from '../../../src/engine/duckdb.js'
import type { Bench } from '../../support/query.js'
import { quietLog, startTestSpoke } from '../../support/spoke.js'
import { openWire } from '../../support/wire.js'
import { writeBig, writeParquet } from '../parquet-folder.js'
import type { Harness, Held } from '../harness.js'

/** A spoke of Parquet files that listens, and the hub's source of it. */
async function openSpoke(bench: Bench, write: (folder: string) => Promise<void>): Promise<Held> {
  const base = await mkdtemp(join(tmpdir(), 'dials-contract-'))
  await mkdir(join(base, 'data'))
  await write(join(base, 'data'))
  const running = await startTestSpoke({}, { folder: base })
  const wire = await openWire(Number(new URL(running.url).port))
  const source = await spoke.open(spoke.configSchema.parse({ url: `http://127.0.0.1:${wire.port}` }), {
    spokeId: 'camden',
    baseFolder: base,
    engine: bench.hub,
    openEngine: (options) => DuckDbEngine.open(options),
    scratchFolder: bench.folder,
    storeFolder: bench.folder,
    log: quietLog,
    signer: running.signer,
    startSpoke: () => {
      throw new Error('it runs already')
    },
  })
  return {
    source,
    wire,
    secrets: [],
    leftovers: () => Promise.resolve([]),
    break: () => running.close(),
    async remove() {
      await source.close()
      await wire.close()
      await running.remove()
    },
  }
}

/** Parquet files at a spoke that listens. */
export const spokeHarness: Harness = {
  kind: 'spoke',
  words: { FILTER: /"op":"filter"/, PROJECT: /"op":"project"/, AGGREGATE: /"op":"aggregate"/, SORT: /"op":"sort"/, LIMIT: /"op":"limit"/ },
  types: ['STRING', 'BOOLEAN', 'INT64', 'DOUBLE', 'DECIMAL', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ'],
  open: (bench, tables) => openSpoke(bench, (folder) => writeParquet(folder, tables)),
  openBig: (bench, rows) => openSpoke(bench, (folder) => writeBig(folder, rows)),
}
