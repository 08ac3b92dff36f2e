import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../../shared/replace-file.js'

const count = z.number().int().min(0)
/** Names come from files and sheets, so they stand in pairs: an object would lend some of them a meaning. */
const pairs = <T extends z.ZodType>(value: T) =>
  z.array(z.tuple([z.string(), value])).transform((entries) => new Map(entries as [string, z.output<T>][]))

const stemSchema = z.strictObject({
  /** The dataset that files of this stem are. */
  id: z.string(),
  /** The harvests that saw it first and last, by number. */
  first: count,
  last: count,
})

const memorySchema = z.strictObject({
  /** How many harvests there were. */
  harvests: count,
  stems: pairs(stemSchema),
  /** By dataset: the tables' ids, by what they are read from. */
  tables: pairs(pairs(z.string())),
  /** What catalogue.yaml protects, and the last harvest that found the file which each entry means. */
  expected: pairs(count),
  /** Stems that may be the file which an entry has lost, with that entry's key: until they are named plainly, or the entry goes. */
  doubted: pairs(z.string()),
  /** Datasets that catalogue.yaml protects. */
  protected: z.array(z.string()).transform((ids): ReadonlySet<string> => new Set(ids)),
})
/** What one folder's harvests remember of it, none of it a row: it keeps ids and access from depending on what else lies in the folder. */
export type FolderMemory = z.output<typeof memorySchema>

/** Of a folder that was never harvested. */
export const noMemory: FolderMemory = {
  harvests: 0,
  stems: new Map(),
  tables: new Map(),
  expected: new Map(),
  doubted: new Map(),
  protected: new Set(),
}

/** Names that are gone and still remembered, at most; the ones seen last are kept. */
const goneMax = 20_000

/** Reads what was remembered; a file that cannot be read is as good as none, and every file is new then. */
export async function readMemory(file: string): Promise<FolderMemory> {
  try {
    return memorySchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return noMemory
  }
}

/** Writes it in one step: after a crash either the old memory is there or the new one. */
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
