/**
 * A CSV of a gigabyte, hashed, typed over all of its rows, copied and profiled by a harvest of the connector `files`; and in the same run the floor:
 * the engine's own reader, told every type, that writes the same columns as Parquet. Once as it is, once with a word among the numbers of its last row.
 * `UV_THREADPOOL_SIZE=64 npx tsx bench/csv.ts [megabytes]`
 */
import { createWriteStream } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from '../connectors/files/index.js'
import { DuckDbEngine } from '../src/engine/duckdb.js'
import { machine } from './support.js'

const megabytes = Number(process.argv[2] ?? 1000)
const log = { info: () => undefined, warn: console.warn, error: console.error }
const types = { id: 'BIGINT', name: 'VARCHAR', amount: 'DECIMAL(18,2)', paid_on: 'DATE', supplier: 'VARCHAR', postcode: 'VARCHAR', ward: 'VARCHAR', quantity: 'BIGINT', ratio: 'DOUBLE', entered: 'TIMESTAMP', note: 'VARCHAR' }

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const data = join(folder, 'data')
const path = join(data, 'payments.csv')
await mkdir(data)
try {
  const { bytes, rows } = await write()
  const engine = await DuckDbEngine.open({ folders: [folder], memoryMb: 320 })
  const columns = Object.entries(types).map(([name, type]) => `${name}: '${type}'`)
  const floor = await timed(async () => {
    const session = await engine.connect(new AbortController().signal)
    await session.run(`COPY (FROM read_csv('${path}', auto_detect = false, header = true, quote = '"', columns = {${columns.join(', ')}})) TO '${join(folder, 'floor.parquet')}' (FORMAT parquet)`)
    await session.close()
  })
  await engine.close()
  print('the engine alone, told every type', bytes, floor)
  print('harvested: hashed, typed, copied, profiled', bytes, await harvest('first', 'INT64', rows))
  await appendFile(path, `${rows},Late,1.50,2024-01-01,Supplier,NW1 1AA,E05000001,unknown,0.5,2024-01-01T00:00:00,\n`)
  print('the same with a word among its last numbers', bytes, await harvest('second', 'STRING', rows + 1))
  console.log(`${rows} rows, ${machine()}`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function harvest(store: string, quantity: string, rows: number): Promise<Measured> {
  const scratchFolder = await mkdtemp('/dev/shm/seven-dials-bench-')
  const engine = await DuckDbEngine.open({ folders: [scratchFolder], memoryMb: 128 })
  const source = await files.open(files.configSchema.parse({ folder: data, defaultAccess: 'OPEN' }), {
    spokeId: 'bench', baseFolder: folder, engine, openEngine: (options) => DuckDbEngine.open(options), scratchFolder, storeFolder: join(folder, store), log,
  })
  try {
    return await timed(async () => {
      for await (const event of source.harvest(undefined, AbortSignal.timeout(300_000))) {
        if (event.kind !== 'dataset') continue
        const [table] = event.dataset.tables
        const column = table?.columns.find(({ name }) => name === 'quantity')
        if (table?.rowCount !== rows || column?.type !== quantity || column.profile === undefined) throw new Error(`${table?.rowCount} rows, quantity is ${column?.type}`)
      }
    })
  } finally {
    await source.close()
    await engine.close()
    await rm(scratchFolder, { recursive: true, force: true })
  }
}

async function write(): Promise<{ bytes: number; rows: number }> {
  const out = createWriteStream(path)
  const words = ['Kilburn', 'Library', 'Children', 'Street', 'Lighting', 'Café', 'Care', 'Home', 'Borough']
  let seed = 42
  const any = (below: number) => (seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff) % below
  const two = (value: number) => String(value).padStart(2, '0')
  const day = () => `20${10 + any(15)}-${two(1 + any(12))}-${two(1 + any(28))}`
  let [bytes, rows] = [0, 0]
  out.write(`${Object.keys(types).join(',')}\n`)
  while (bytes < megabytes * 1e6) {
    let text = ''
    for (const end = rows + 2000; rows < end; rows++) {
      const note = any(20) === 0 ? '"a note, with a comma"' : words[any(9)]
      text += `${rows},${words[any(9)]} ${words[any(9)]},${(any(1e7) / 100).toFixed(2)},${day()},Supplier ${any(5000)},NW${1 + any(9)} ${any(10)}UH,E0500${String(any(640)).padStart(4, '0')},${any(1000)},${any(1e6) / 1e6},${day()}T${two(any(24))}:${two(any(60))}:00,${note}\n`
    }
    bytes += Buffer.byteLength(text)
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  return { bytes, rows }
}

interface Measured {
  readonly milliseconds: number
  readonly peakMiB: number
}

/** The peak is that of the work alone, on top of what the process holds when it begins: the kernel is told to forget the one before. */
async function timed(work: () => Promise<void>): Promise<Measured> {
  await writeFile('/proc/self/clear_refs', '5')
  const start = performance.now()
  await work()
  const milliseconds = performance.now() - start
  return { milliseconds, peakMiB: Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) / 1024 }
}

function print(what: string, bytes: number, { milliseconds, peakMiB }: Measured): void {
  console.log(`${what.padEnd(46)} ${(milliseconds / 1000).toFixed(1)} s, ${(bytes / milliseconds / 1000).toFixed(0)} MB/s, at most ${Math.round(peakMiB)} MiB resident`)
}
