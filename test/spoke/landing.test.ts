import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { spoke as spokeConnector } from '../../connectors/spoke/index.js'
import { landingPlace } from '../../connectors/spoke/landing-place.js'
import { isMemory } from '../../src/connector/is-memory.js'
import type { Source } from '../../src/connector/source.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { runQuery } from '../../src/query/run.js'
import { contextOf, tableOf, textOf } from '../support/query.js'
import { quietLog, startTestSpoke, type TestSpoke } from '../support/spoke.js'
import { patienceMs } from '../support/patience.js'

const libraries = tableOf('camden/libraries/libraries', [
  { name: 'Name', type: 'STRING' },
  { name: 'Postcode', type: 'STRING' },
])
const query = { from: { table: libraries.id }, orderBy: [{ column: 'Name' }] }

let camden: TestSpoke
beforeAll(async () => {
  camden = await startTestSpoke({ 'libraries.csv': 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n' })
})
afterAll(() => camden.remove())

/** A folder that is on a disk: this project's own where the system's temporary folder is in memory. */
async function folderOnDisk(): Promise<string> {
  const base = [tmpdir(), process.cwd()].find((folder) => !isMemory(folder))
  if (base === undefined) throw new Error('this machine has no disk to try it on')
  return mkdtemp(join(base, 'seven-dials-disk-'))
}

/** Runs a query at a hub with this scratch folder. Returns the answer, and every file that was in the folder meanwhile. */
async function ask(scratchFolder: string) {
  const engine = await DuckDbEngine.open({ folders: [scratchFolder], memoryMb: 256 })
  const source = await spokeConnector.open(
    { url: camden.url },
    {
      spokeId: 'camden',
      baseFolder: scratchFolder,
      engine,
      openEngine: (options) => DuckDbEngine.open(options),
      scratchFolder,
      storeFolder: scratchFolder,
      signer: camden.signer,
      startSpoke: () => {
        throw new Error('no process')
      },
      log: quietLog,
    },
  )
  const files: { content: Buffer; mode: number }[] = []
  const look = async () => {
    for (const name of await readdir(scratchFolder)) {
      const path = join(scratchFolder, name)
      files.push({ content: await readFile(path), mode: (await stat(path)).mode & 0o777 })
    }
  }
  try {
    const result = await runQuery(query, contextOf(engine, [libraries], { camden: watched(source, look) }))
    const answer = JSON.parse(await textOf(result)) as unknown
    await result.release()
    expect(await readdir(scratchFolder), 'parts are unlinked when they were read').toEqual([])
    return { answer, files }
  } finally {
    await source.close()
    await engine.close()
    await rm(scratchFolder, { recursive: true })
  }
}

/** The same source. Calls `look` when each of its parts has landed. */
function watched(source: Source, look: () => Promise<void>): Source {
  return {
    plan: (fragment, own) => source.plan(fragment, own),
    capabilities: (tables) => source.capabilities(tables),
    execute(planned, options) {
      const { parts, report } = source.execute(planned, options)
      async function* seen() {
        for await (const part of parts) {
          await look()
          yield part
        }
      }
      return { parts: seen(), report }
    },
  } as Partial<Source> as Source
}

const answer = [
  ['Holborn', 'WC1X 8PA'],
  ['Kilburn', 'NW6 5UH'],
]
const shows = (files: readonly { content: Buffer }[]) =>
  files.some(({ content }) => content.includes('Kilburn') || content.includes('WC1X'))

describe('a part of a spoke', () => {
  test.skipIf(process.platform !== 'linux')('lands unchanged where the folder is in memory', async () => {
    const { answer: rows, files } = await ask(await mkdtemp('/dev/shm/seven-dials-memory-'))
    expect(rows).toEqual(answer)
    expect(files).toMatchObject([{ mode: 0o600 }])
    // Makes sure that the search in the next test would find a row if there were one.
    expect(shows(files)).toBe(true)
  })

  test('lands encrypted where the folder is on a disk, and can still be read', async () => {
    const { answer: rows, files } = await ask(await folderOnDisk())
    expect(rows).toEqual(answer)
    expect(files).toMatchObject([{ mode: 0o600 }])
    expect(shows(files)).toBe(false)
    expect(files[0]?.content.toString('latin1', 0, 4)).toBe('PARE')
  })

  test('has one key for each engine, although several scans first ask for it at the same time', async () => {
    const folder = await folderOnDisk()
    const engines = (await Promise.all([0, 1].map(() => DuckDbEngine.open({ folders: [folder], memoryMb: 64 })))) as [
      DuckDbEngine,
      DuckDbEngine,
    ]
    const keyOf = async (engine: DuckDbEngine) => (await landingPlace(folder, engine, AbortSignal.timeout(patienceMs))).key?.toString('hex')
    const [one, again, other] = await Promise.all([keyOf(engines[0]), keyOf(engines[0]), keyOf(engines[1])])
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(again).toBe(one)
    expect(await keyOf(engines[0])).toBe(one)
    expect(other).not.toBe(one)
    await Promise.all(engines.map((engine) => engine.close()))
    await rm(folder, { recursive: true })
  })
})
