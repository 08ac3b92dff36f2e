import type { Access } from '../../../src/connector/catalogue.js'
import type { Pace } from '../../../src/connector/next-turn.js'
import { slugOf } from '../../shared/slug.js'
import type { CatalogueFile } from './catalogue-file.js'
import { keyOf, originalKeys } from './copy-names.js'
import { astrayFrom, decideAccess, expectedFiles, isProtective, lostEntries, type Standing } from './decide-access.js'
import type { Folder } from './folder.js'
import type { FolderMemory } from './memory.js'
import { stepsOfName } from './slugs-of.js'

/** What it takes to find of which names a file may be a copy, in steps of a pace. */
const stepsOfCopy = 10 * stepsOfName

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

/** The names of a folder's files. */
export interface FileNames {
  /** By stem, for stems whose files no entry names: their ids and slugs. */
  readonly ids: ReadonlyMap<string, string>
  readonly slugs: ReadonlyMap<string, string>
  /** The slugs of files that are not read. */
  readonly foreign: ReadonlySet<string>
}

/**
 * Decides who may read what in a folder: as catalogue.yaml plainly says, else the default, and CLOSED wherever catalogue.yaml may mean more
 * than it says.
 * @param memory the folder's memory, this harvest included.
 */
export async function judgeFolder(
  folder: Folder,
  catalogue: CatalogueFile,
  { ids, slugs, foreign }: FileNames,
  memory: FolderMemory,
  defaultAccess: Access,
  pace: Pace,
): Promise<Judged> {
  const entries = new Map(Object.entries(catalogue.datasets))
  const stems = [...ids.keys()]
  const slug = (stem: string) => slugs.get(stem) as string
  const isPlain = (stem: string) => ids.get(stem) === slug(stem) && entries.has(slug(stem)) && entries.get(slug(stem))?.files === undefined
  const meant = new Set<string>()
  // A copy or a new edition of a protected file stays CLOSED until an entry names it.
  const guarded = new Set<string>()
  for (const [id, entry] of entries) {
    const names = [id, ...(entry.files ?? []).map((file) => slugOf(stemOf(file)))]
    await pace.before(names.length * stepsOfName)
    for (const name of names) {
      meant.add(name)
      if (isProtective(entry)) guarded.add(keyOf(name))
    }
  }
  const copies = new Set<string>()
  if (guarded.size > 0)
    for (const stem of stems) {
      await pace.before(stepsOfCopy)
      if ([...originalKeys(stem)].some((key) => guarded.has(key))) copies.add(stem)
    }
  const isMeant = (stem: string) => meant.has(slug(stem)) || meant.has(ids.get(stem) as string) || copies.has(stem)
  const isCatalogueLost = catalogue.isAbsent && (memory.protected.size > 0 || folder.misnamedCatalogue !== undefined)

  const { expected, lost } = lookForExpected(folder, catalogue, new Set(stems.filter(isPlain).map(slug)), foreign, memory)
  const without = lostEntries(lost, expected)
  const astray = new Map(
    stems.map((stem) => [stem, astrayFrom(stem, memory.stems.get(stem)?.first ?? memory.harvests, without, memory.doubted)]),
  )
  // An entry that never had a file cannot have lost one: its doubts end as soon as its file arrives.
  const doubted = new Map([...memory.doubted].filter(([stem]) => !ids.has(stem)))
  for (const [stem, key] of astray) if (key !== undefined && expected.has(key) && !isPlain(stem)) doubted.set(stem, key)

  const standings = new Map(
    stems.map((stem) => {
      const entry = isPlain(stem) ? entries.get(slug(stem)) : undefined
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

/** Finds the protective entries whose files are present, and those whose files are missing. */
function lookForExpected(
  folder: Folder,
  catalogue: CatalogueFile,
  plain: ReadonlySet<string>,
  foreign: ReadonlySet<string>,
  memory: FolderMemory,
): { expected: Map<string, number>; lost: string[] } {
  const names = new Set([...folder.files, ...folder.refused].map(({ name }) => name))
  const wanted = expectedFiles(catalogue)
  const isFound = ({ id, file }: (typeof wanted)[number]) => (file === undefined ? plain.has(id) || foreign.has(id) : names.has(file))
  const expected = new Map(memory.expected)
  for (const one of wanted) if (isFound(one)) expected.set(one.key, memory.harvests)
  return { expected, lost: wanted.filter((one) => !isFound(one)).map(({ key }) => key) }
}

/** A file's name without its ending. */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '')
