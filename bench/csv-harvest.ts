/**
 * Harvests a folder of one CSV with the connector `files`, and prints the time and memory that it used as JSON. Called by csv.ts:
 * `csv-harvest.ts folder store type-of-quantity rows`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { files } from '../connectors/files/index.js'
import { DuckDbEngine } from '../src/engine/duckdb.js'
import { measured } from './support.js'

const [folder = '', storeFolder = '', quantity, rows] = process.argv.slice(2)
const log = { info: () => undefined, warn: console.warn, error: console.error }
const scratchFolder = await mkdtemp('/dev/shm/seven-dials-bench-')
const engine = await DuckDbEngine.open({ folders: [scratchFolder], memoryMb: 128 })
const source = await files.open(files.configSchema.parse({ folder, defaultAccess: 'OPEN' }), {
  spokeId: 'bench',
  baseFolder: '/',
  engine,
  openEngine: (options) => DuckDbEngine.open(options),
  scratchFolder,
  storeFolder,
  log,
})
try {
  const took = await measured(async () => {
    for await (const event of source.harvest(undefined, AbortSignal.timeout(300_000))) {
      if (event.kind !== 'dataset') continue
      const [table] = event.dataset.tables
      const column = table?.columns.find(({ name }) => name === 'quantity')
      if (table?.rowCount !== Number(rows) || column?.type !== quantity || column?.profile === undefined)
        throw new Error(`${table?.rowCount} rows, quantity is ${column?.type}`)
    }
  })
  console.log(JSON.stringify(took))
} finally {
  await source.close()
  await engine.close()
  await rm(scratchFolder, { recursive: true, force: true })
}
