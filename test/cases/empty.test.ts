import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Converter } from '../../connectors/shared/tabular/copies/converter.js'
import { ContentHashes } from '../../connectors/shared/tabular/copies/content-hashes.js'
import { CopyStore } from '../../connectors/shared/tabular/copies/copy-store.js'
import { listFolder } from '../../connectors/files/folder/folder.js'
import { holdDataFile } from '../../connectors/files/hold-data-file.js'
import { NoRows } from '../../connectors/shared/tabular/unreadable.js'
import { DuckDbEngine } from '../../src/engine/duckdb.js'
import { typesOf } from '../files/support/folder.js'
import { patienceMs } from '../support/patience.js'

const signal = AbortSignal.timeout(patienceMs)
const none = { types: new Map<string, never>(), semanticTypes: new Map<string, string>(), keepTotals: false }

/** Copies of one file that changes. */
async function copying(name: string) {
  const base = await mkdtemp(join(tmpdir(), 'dials-empty-'))
  const folder = await mkdtemp(join(base, 'folder-'))
  const store = new CopyStore(join(base, 'store'))
  const converter = new Converter({
    store,
    hashes: new ContentHashes(join(base, 'hashes.json')),
    folder,
    openEngine: (options) => DuckDbEngine.open(options),
  })
  onTestFinished(async () => {
    await converter.close()
    await rm(base, { recursive: true })
  })
  return async (content: string, known?: NonNullable<Parameters<Converter['copyOf']>[3]>['known']) => {
    await writeFile(join(folder, name), content)
    const [file] = (await listFolder(folder, 1 << 20)).files
    if (file === undefined) throw new Error('no file')
    return holdDataFile(folder, file, 1 << 20, (held) => converter.copyOf({ ...file, held }, none, signal, { known }))
  }
}

describe('a file that has no rows now (j10, nao1215/sqly#388)', () => {
  it.each<[string, string, string]>([
    ['t.json', '[{"id":1,"amount":1.25,"on":true}]', '[]'],
    ['t.json', '{"data":[{"id":1,"amount":1.25,"on":true}]}', '{"data":[],"count":0}'],
    [
      't.geojson',
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":1},"geometry":null}]}',
      '{"type":"FeatureCollection","features":[]}',
    ],
    ['t.ndjson', '{"id":1}\n', '\n\n'],
  ])('%s keeps its columns: %s', async (name, full, empty) => {
    const copyOf = await copying(name)
    const before = await copyOf(full)
    const known = before.manifest.tables[0]?.columns ?? []
    await expect(copyOf(empty)).rejects.toThrow(NoRows)
    const after = await copyOf(empty, known)
    expect(after.manifest.tables[0]).toMatchObject({
      rowCount: 0,
      problems: expect.arrayContaining([expect.stringContaining('columns are those of the last harvest')]) as unknown,
    })
    expect(typesOf(after.manifest.tables[0]?.columns ?? [])).toEqual(typesOf(known))
    // Another past is another copy; the same is the same.
    expect((await copyOf(empty, known)).key).toBe(after.key)
    expect((await copyOf(empty, [{ name: 'other', type: 'STRING' }])).key).not.toBe(after.key)
  })

  it('a file with rows does not depend on what is known', async () => {
    const copyOf = await copying('t.json')
    const { key } = await copyOf('[{"id":1}]')
    expect((await copyOf('[{"id":1}]', [{ name: 'other', type: 'STRING' }])).key).toBe(key)
  })

  it('what cannot be read is not taken for nothing', async () => {
    const copyOf = await copying('t.json')
    await expect(copyOf('[1,2]', [{ name: 'id', type: 'INT64' }])).rejects.toThrow(/No element/)
    await expect(copyOf('{"error":"x"}', [{ name: 'id', type: 'INT64' }])).rejects.toThrow(/error/)
  })
})
