import type { Access } from '../../../src/connector/catalogue.js'
import { slugOf } from '../../shared/slug.js'
import type { CatalogueFile, DatasetEntry } from './catalogue-file.js'
import { keyOf, originalKeys } from './copy-names.js'
import { astrayFrom, decideAccess, expectedFiles, isProtective, lostEntries, type Standing } from './decide-access.js'
import type { Folder } from './folder.js'
import type { FolderMemory } from './memory.js'

/** The decisions on access for the files of a folder. */
export interface Judged {
  /** By stem, for stems whose files no entry names. */
  readonly standings: ReadonlyMap<string, Standing>
  /** For a dataset whose files an entry names. */
  standingOf(entryId: string): Standing
  /** The stem's slug is the id of an entry, so the entry names it plainly. An id with a number added is a coincidence. */
  isPlain(stem: string): boolean
  /** An entry may mean the stem, by its id or by the name of one of its files; or the stem may be a copy of a protected file. */
  isMeant(stem: string): boolean
  /** Stems that may be the missing file of a protective entry, and are CLOSED for that reason. */
  readonly held: readonly string[]
  readonly isCatalogueLost: boolean
  readonly memory: Pick<FolderMemory, 'expected' | 'doubted'>
}

/**
 * Decides who may read what in a folder: as catalogue.yaml plainly says, else the default, and CLOSED wherever catalogue.yaml may mean more
 * than it says.
 * @param ids the ids of the stems.
 * @param memory the folder's memory, this harvest included.
 */
export function judgeFolder(
  folder: Folder,
  catalogue: CatalogueFile,
  ids: ReadonlyMap<string, string>,
  memory: FolderMemory,
  defaultAccess: Access,
): Judged {
  const entries = new Map(Object.entries(catalogue.datasets))
  const stems = [...ids.keys()]
  const isPlain = (stem: string) =>
    ids.get(stem) === slugOf(stem) && entries.has(slugOf(stem)) && entries.get(slugOf(stem))?.files === undefined
  const meant = new Set([...entries].flatMap(namesOf))
  // A copy or a new edition of a protected file stays CLOSED until an entry names it.
  const guarded = new Set(
    [...entries]
      .filter(([, entry]) => isProtective(entry))
      .flatMap(namesOf)
      .map(keyOf),
  )
  const isCopy = (stem: string) => guarded.size > 0 && [...originalKeys(stem)].some((key) => guarded.has(key))
  const isMeant = (stem: string) => meant.has(slugOf(stem)) || meant.has(ids.get(stem) as string) || isCopy(stem)
  const isCatalogueLost = catalogue.isAbsent && (memory.protected.size > 0 || folder.misnamedCatalogue !== undefined)

  const { expected, lost } = lookForExpected(folder, catalogue, new Set(stems.filter(isPlain).map(slugOf)), memory)
  const without = lostEntries(lost, expected)
  const astray = new Map(
    stems.map((stem) => [stem, astrayFrom(stem, memory.stems.get(stem)?.first ?? memory.harvests, without, memory.doubted)]),
  )
  // An entry that never had a file cannot have lost one: its doubts end as soon as its file arrives.
  const doubted = new Map([...memory.doubted].filter(([stem]) => !ids.has(stem)))
  for (const [stem, key] of astray) if (key !== undefined && expected.has(key) && !isPlain(stem)) doubted.set(stem, key)

  const standings = new Map(
    stems.map((stem) => {
      const entry = isPlain(stem) ? entries.get(slugOf(stem)) : undefined
      const doubts = {
        catalogueLost: isCatalogueLost,
        mayBeMeant: entry === undefined && isMeant(stem),
        mayBeAstray: astray.get(stem) !== undefined,
      }
      return [stem, decideAccess(entry, defaultAccess, doubts)]
    }),
  )
  return {
    standings,
    isPlain,
    isMeant,
    isCatalogueLost,
    memory: { expected, doubted },
    standingOf: (id) =>
      decideAccess(entries.get(id), defaultAccess, { catalogueLost: isCatalogueLost, mayBeMeant: false, mayBeAstray: false }),
    held: stems.filter((stem) => astray.get(stem) !== undefined && !isCatalogueLost && standings.get(stem)?.isHeldBack === true),
  }
}

/** The ids that may refer to an entry: its own, and those made from the names of its files. */
function namesOf([id, { files = [] }]: readonly [string, DatasetEntry]): string[] {
  return [id, ...files.map((file) => slugOf(stemOf(file)))]
}

/** Finds the protective entries whose files are present, and those whose files are missing. */
function lookForExpected(
  folder: Folder,
  catalogue: CatalogueFile,
  plain: ReadonlySet<string>,
  memory: FolderMemory,
): { expected: Map<string, number>; lost: string[] } {
  const names = new Set([...folder.files, ...folder.refused].map(({ name }) => name))
  const foreign = new Set([...folder.foreign].map(slugOf))
  const wanted = expectedFiles(catalogue)
  const isFound = ({ id, file }: (typeof wanted)[number]) => (file === undefined ? plain.has(id) || foreign.has(id) : names.has(file))
  const expected = new Map(memory.expected)
  for (const one of wanted) if (isFound(one)) expected.set(one.key, memory.harvests)
  return { expected, lost: wanted.filter((one) => !isFound(one)).map(({ key }) => key) }
}

/** A file's name without its ending. */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '')
