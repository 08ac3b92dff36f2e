import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { keptText } from '../../shared/held-file.js'
import { replaceFile } from '../../shared/replace-file.js'

const count = z.number().int().min(0)
/** Names come from files and sheets, so they are stored as pairs: as keys of an object, names such as `__proto__` would be special. */
const pairs = <T extends z.ZodType>(value: T) =>
  z.array(z.tuple([z.string(), value])).transform((entries) => new Map(entries as [string, z.output<T>][]))

const stemSchema = z.strictObject({
  /** The dataset of the files with this stem. */
  id: z.string(),
  /** The first and the last harvest that saw it, by number. */
  first: count,
  last: count,
})

const memorySchema = z.strictObject({
  /** The number of harvests so far. */
  harvests: count,
  stems: pairs(stemSchema),
  /** By dataset: the ids of its tables, by what they are read from. */
  tables: pairs(pairs(z.string())),
  /** The files that protective entries of catalogue.yaml expect, with the last harvest that found each. */
  expected: pairs(count),
  /** Stems that may be the missing file of an entry, with that entry's key, until an entry names them plainly or the entry is removed. */
  doubted: pairs(z.string()),
  /** Datasets that catalogue.yaml protects. */
  protected: z.array(z.string()).transform((ids): ReadonlySet<string> => new Set(ids)),
})
/** What the harvests of one folder remember. It holds no rows. It keeps ids and access independent of other files in the folder. */
export type FolderMemory = z.output<typeof memorySchema>

/** The memory of a folder that was never harvested. */
export const noMemory: FolderMemory = {
  harvests: 0,
  stems: new Map(),
  tables: new Map(),
  expected: new Map(),
  doubted: new Map(),
  protected: new Set(),
}

/** The most names of deleted files to remember. The ones seen last are kept. */
const goneMax = 20_000

/** Reads the memory. If the file cannot be read, the memory is empty and every file counts as new. */
export async function readMemory(file: string): Promise<FolderMemory> {
  try {
    const text = await keptText(file)
    return text === undefined ? noMemory : memorySchema.parse(JSON.parse(text))
  } catch {
    return noMemory
  }
}

/** Writes the memory in one step, so that a crash leaves either the old memory or the new one. */
export async function writeMemory(file: string, memory: FolderMemory): Promise<void> {
  const { harvests, stems, tables, expected, doubted } = memory
  const present = [...stems].filter(([, { last }]) => last === harvests)
  const gone = [...stems].filter(([, { last }]) => last !== harvests).sort(([, one], [, other]) => other.last - one.last)
  const plain = {
    harvests,
    stems: [...present, ...gone.slice(0, goneMax)],
    tables: [...tables].map(([id, own]) => [id, [...own]]),
    expected: [...expected],
    doubted: [...doubted],
    protected: [...memory.protected],
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await replaceFile(file, JSON.stringify(plain))
}
