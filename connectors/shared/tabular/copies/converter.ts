import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ColumnType } from '../../../../src/connector/column.js'
import type { Engine } from '../../../../src/connector/engine.js'
import type { SourceContext } from '../../../../src/connector/source.js'
import type { KnownColumn } from '../conversion.js'
import { convertFile } from '../convert-file.js'
import type { Format } from '../formats.js'
import type { HeldFile } from '../../held-file.js'
import { converterVersion, type Manifest } from './manifest.js'
import { NoRows, Unreadable } from '../unreadable.js'
import type { ContentHashes } from './content-hashes.js'
import type { CopyStore } from './copy-store.js'

/** A file that holds tables. */
export interface TableFile {
  /** Its place, as a name of it. It is never opened by this. */
  readonly path: string
  readonly format: Format
  readonly held: HeldFile
}

/** Another form of the same data. */
export type HeldForm = Pick<TableFile, 'path' | 'held'>

/** What the publisher says of a table, as far as another copy follows from it. */
export interface Said {
  /** The types of columns, by name. */
  readonly types: ReadonlyMap<string, ColumnType>
  /** The semantic types of columns, by name. */
  readonly semanticTypes: ReadonlyMap<string, string>
  /** Rows that are certainly totals stay among the rows. */
  readonly keepTotals: boolean
}

/** A file's copy: its key, what it holds, and the hash of the file. */
interface Copy {
  key: string
  manifest: Manifest
  hash: string
}

/** Memory for the engine. Beyond it, the engine spills to a folder of the store, which has to hold the copies anyway. */
const memoryMb = 208

/** Makes the copies for a harvest, with an engine of its own that lives as long as the harvest. */
export class Converter {
  #engine: Promise<{ engine: Engine; spillFolder: string }> | undefined

  constructor(
    private readonly parts: {
      store: CopyStore
      hashes: ContentHashes
      folder: string
      openEngine: SourceContext['openEngine']
    },
  ) {}

  /**
   * The copy of a file in its present state. Makes it if there is none.
   * @param said what the publisher says of the table.
   * @param geojson the same data as GeoJSON, for the geometries of a table that has none.
   * @param known the columns of its table at the last harvest. Only a file without rows uses them.
   * @throws NoRows if the file has no rows and no columns are known; Unreadable if it is not data, or changes while it is read.
   */
  async copyOf(
    file: TableFile,
    said: Said,
    signal: AbortSignal,
    { known, geojson }: { readonly known?: readonly KnownColumn[] | undefined; readonly geojson?: HeldForm | undefined } = {},
  ): Promise<Copy> {
    try {
      return await this.#copyOf(file, said, signal, { geojson })
    } catch (thrown) {
      if (!(thrown instanceof NoRows)) throw thrown
      return this.#copyOf(file, said, signal, { known: known ?? [] })
    }
  }

  async #copyOf(
    file: TableFile,
    said: Said,
    signal: AbortSignal,
    { known, geojson }: { readonly known?: readonly KnownColumn[]; readonly geojson?: HeldForm | undefined },
  ): Promise<Copy> {
    const { store, hashes } = this.parts
    const { hash, stamp } = await hashes.of(file.path, file.held, signal)
    const other = geojson === undefined ? undefined : await hashes.of(geojson.path, geojson.held, signal)
    const key = copyKey(hash, file.format, said, known, other?.hash)
    const held = await store.get(key)
    if (held !== undefined) return { key, manifest: held, hash }
    const { engine } = await (this.#engine ??= this.#openEngine())
    const convert = async (made: string, scratch: string) => {
      // Readers open files by path, some in the engine. This path is new and leads to the file that was hashed, whatever its name leads to.
      const original = join(scratch, 'original')
      await file.held.giveTo(original, signal)
      const features = geojson === undefined ? undefined : join(scratch, 'original-geojson')
      if (features !== undefined) await geojson?.held.giveTo(features, signal)
      const session = await engine.connect(signal)
      const isSame = async () => (await file.held.stamp()) === stamp && (await geojson?.held.stamp()) === other?.stamp
      const conversion = { session, scratch, ...said, signal, ...(known === undefined ? {} : { known }) }
      try {
        const converted = await convertFile(original, file.format, made, conversion, features)
        if (await isSame()) return converted
      } catch (thrown) {
        if (signal.aborted || (await isSame())) throw thrown
      } finally {
        await session.close()
      }
      throw new Unreadable('The file changes while it is read; it will be read again at the next harvest.')
    }
    const manifest = await inTurn(() => store.add(key, convert))
    return { key, manifest, hash }
  }

  /** Closes the engine and removes its spill folder. */
  async close(): Promise<void> {
    const opened = await this.#engine
    this.#engine = undefined
    if (opened === undefined) return
    await opened.engine.close()
    await rm(opened.spillFolder, { recursive: true, force: true })
  }

  async #openEngine(): Promise<{ engine: Engine; spillFolder: string }> {
    const { store, folder, openEngine } = this.parts
    const spillFolder = await store.newFolder()
    return { engine: await openEngine({ folders: [folder, store.folder], memoryMb, spillFolder }), spillFolder }
  }
}

/** Runs one conversion at a time in this process, for all sources, because each may take as much memory as an engine. */
let last: Promise<unknown> = Promise.resolve()
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const turn = last.then(work, work)
  last = turn.catch(() => undefined)
  return turn
}

function copyKey(
  hash: string,
  format: string,
  { types, semanticTypes, keepTotals }: Said,
  known?: readonly KnownColumn[],
  geojson?: string,
): string {
  const sorted = (said: ReadonlyMap<string, string>) => [...said].sort(([left], [right]) => (left < right ? -1 : 1))
  return createHash('sha256')
    .update(
      JSON.stringify([
        converterVersion,
        hash,
        format,
        sorted(types),
        sorted(semanticTypes),
        keepTotals,
        ...(known === undefined ? [] : [known.map(({ name, type, scale }) => [name, type, scale])]),
        ...(geojson === undefined ? [] : [geojson]),
      ]),
    )
    .digest('hex')
}
