import type { Access, Listing } from '../../../src/connector/catalogue.js'
import { listingOf } from '../../shared/dataset-entry.js'
import type { CatalogueFile, DatasetEntry } from './catalogue-file.js'
import type { FolderMemory } from './memory.js'

/** Whether an entry keeps something from somebody: access, listing, or a column. */
export function isProtective({ access = 'OPEN', listing = 'PUBLIC', columns = {} }: DatasetEntry): boolean {
  return access !== 'OPEN' || listing !== 'PUBLIC' || Object.values(columns).some(({ sensitivity = 'NONE' }) => sensitivity !== 'NONE')
}

/** The files that a protective entry means, each under a key of its own: the files that it names, or the one of its id. */
export function expectedFiles({ datasets }: CatalogueFile): { key: string; id: string; file?: string }[] {
  return Object.entries(datasets)
    .filter(([, entry]) => isProtective(entry))
    .flatMap(([id, { files }]) => (files === undefined ? [{ key: id, id }] : files.map((file) => ({ key: `${id}/${file}`, id, file }))))
}

/** What speaks against giving a dataset the default access. */
export interface Doubts {
  /** catalogue.yaml is absent though it protected datasets before, or stands under another name. */
  readonly catalogueLost: boolean
  /** An entry of catalogue.yaml may mean this dataset, and does not name it plainly. */
  readonly mayBeMeant: boolean
  /**
   * A protective entry has no file, and this dataset was never seen beside the file that it had: it may be that file under another name.
   */
  readonly mayBeAstray: boolean
}

/** Who may read a dataset, and who learns of it. */
export interface Standing {
  readonly access: Access
  readonly listing: Listing
  /** It would be more open, were there no doubt. */
  readonly isHeldBack: boolean
}

/** Access as its entry says, else the default; where anything is in doubt, CLOSED. @param entry the one that names this dataset plainly. */
export function decideAccess(
  entry: DatasetEntry | undefined,
  defaultAccess: Access,
  { catalogueLost, mayBeMeant, mayBeAstray }: Doubts,
): Standing {
  const inDoubt = catalogueLost || mayBeMeant || (mayBeAstray && entry?.access === undefined)
  if (inDoubt) return { access: 'CLOSED', listing: 'PARTIES', isHeldBack: defaultAccess !== 'CLOSED' }
  const access = entry?.access ?? defaultAccess
  return { access, listing: listingOf(entry, access), isHeldBack: false }
}

/** Of the entries that are without their files, by key: the one whose file was seen longest ago, and one that never had a file. */
export interface LostEntries {
  readonly longest: { readonly key: string; readonly seen: number } | undefined
  readonly never: string | undefined
}

/** Looks through the lost entries once for all files. @param expected when each entry's file was seen last. */
export function lostEntries(lost: readonly string[], expected: ReadonlyMap<string, number>): LostEntries {
  let longest: LostEntries['longest']
  for (const key of lost) {
    const seen = expected.get(key)
    if (seen !== undefined && (longest === undefined || seen < longest.seen)) longest = { key, seen }
  }
  return { longest, never: lost.find((key) => !expected.has(key)) }
}

/**
 * The protective entry whose file this stem may be, under another name: its file is not there, and the stem was first seen after that file
 * was seen last. Once that is so it stays so, though another file may take the lost one's name.
 */
export function astrayFrom(
  stem: string,
  firstSeen: number,
  { longest, never }: LostEntries,
  doubted: FolderMemory['doubted'],
): string | undefined {
  return doubted.get(stem) ?? (longest !== undefined && firstSeen > longest.seen ? longest.key : never)
}
