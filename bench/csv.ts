/**
 * How long a harvest of the connector `files` takes for a CSV of one gigabyte: it hashes the file, infers types from all rows, copies and
 * profiles it. In the baseline of the same run, the engine's own CSV reader knows every type and writes the same columns as Parquet. The
 * second harvest has a word among the numbers of the last row.
 * `UV_THREADPOOL_SIZE=24 npx tsx bench/csv.ts [megabytes]`
 */
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { DuckDbEngine } from '../src/engine/duckdb.js'
import { type Measured, machine, measured } from './support.js'

const megabytes = Number(process.argv[2] ?? 1000)
const types = {
  id: 'BIGINT',
  name: 'VARCHAR',
  amount: 'DECIMAL(18,2)',
  paid_on: 'DATE',
  supplier: 'VARCHAR',
  postcode: 'VARCHAR',
  ward: 'VARCHAR',
  quantity: 'BIGINT',
  ratio: 'DOUBLE',
  entered: 'TIMESTAMP',
  note: 'VARCHAR',
}

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const data = join(folder, 'data')
const path = join(data, 'payments.csv')
await mkdir(data)
try {
  const { bytes, rows } = await write()
  const engine = await DuckDbEngine.open({ folders: [folder], memoryMb: 320 })
  const columns = Object.entries(types).map(([name, type]) => `${name}: '${type}'`)
  const floor = await measured(async () => {
    const session = await engine.connect(new AbortController().signal)
    await session.run(
      `COPY (FROM read_csv('${path}', auto_detect = false, header = true, quote = '"', columns = {${columns.join(', ')}})) TO '${join(folder, 'floor.parquet')}' (FORMAT parquet)`,
    )
    await session.close()
  })
  await engine.close()
  print('the engine alone, with every type given', bytes, floor)
  print('harvested: hashed, typed, copied, profiled', bytes, await harvest('first', 'INT64', rows))
  await appendFile(path, `${rows},Late,1.50,2024-01-01,Supplier,NW1 1AA,E05000001,unknown,0.5,2024-01-01T00:00:00,\n`)
  print('the same with a word among its last numbers', bytes, await harvest('second', 'STRING', rows + 1))
  console.log(`${rows} rows, ${machine()}`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** Runs in a process of its own, so that its memory is measured alone. */
async function harvest(store: string, quantity: string, rows: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    fileURLToPath(new URL('csv-harvest.ts', import.meta.url)),
    data,
    join(folder, store),
    quantity,
    String(rows),
  ])
  return JSON.parse(stdout) as Measured
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

function print(what: string, bytes: number, { milliseconds, peakMiB }: Measured): void {
  console.log(
    `${what.padEnd(46)} ${(milliseconds / 1000).toFixed(1)} s, ${(bytes / milliseconds / 1000).toFixed(0)} MB/s, at most ${Math.round(peakMiB)} MiB resident`,
  )
}
