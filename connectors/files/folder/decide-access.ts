import type { Access, Listing } from '../../../src/connector/catalogue.js'
import { listingOf } from '../../shared/dataset-entry.js'
import type { CatalogueFile, DatasetEntry } from './catalogue-file.js'
import type { FolderMemory } from './memory.js'

/** Whether an entry restricts access, listing, or a column. */
export function isProtective({ access = 'OPEN', listing = 'PUBLIC', columns = {} }: DatasetEntry): boolean {
  return access !== 'OPEN' || listing !== 'PUBLIC' || Object.values(columns).some(({ sensitivity = 'NONE' }) => sensitivity !== 'NONE')
}

/** The files that protective entries refer to, each with a key: the files that an entry names, or else the file of its id. */
export function expectedFiles({ datasets }: CatalogueFile): { key: string; id: string; file?: string }[] {
  return Object.entries(datasets)
    .filter(([, entry]) => isProtective(entry))
    .flatMap(([id, { files }]) => (files === undefined ? [{ key: id, id }] : files.map((file) => ({ key: `${id}/${file}`, id, file }))))
}

/** Reasons not to give a dataset the default access. */
export interface Doubts {
  /** catalogue.yaml is missing although it protected datasets before, or it has another name. */
  readonly catalogueLost: boolean
  /** An entry of catalogue.yaml may mean this dataset but does not name it plainly. */
  readonly mayBeMeant: boolean
  /** A protective entry has no file, and this dataset was never seen together with that file. It may be that file under another name. */
  readonly mayBeAstray: boolean
}

/** Who may read a dataset, and who may know of it. */
export interface Standing {
  readonly access: Access
  readonly listing: Listing
  /** Without these doubts it would be more open. */
  readonly isHeldBack: boolean
}

/** Decides access: as the entry says, else the default, and CLOSED in any doubt. @param entry the entry that names this dataset plainly. */
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

/** Entries whose files are missing: the one whose file was last seen longest ago, and one that never had a file. */
export interface LostEntries {
  readonly longest: { readonly key: string; readonly seen: number } | undefined
  readonly never: string | undefined
}

/** Finds both in one pass, for all files to share. @param expected when each entry's file was last seen. */
export function lostEntries(lost: readonly string[], expected: ReadonlyMap<string, number>): LostEntries {
  let longest: LostEntries['longest']
  for (const key of lost) {
    const seen = expected.get(key)
    if (seen !== undefined && (longest === undefined || seen < longest.seen)) longest = { key, seen }
  }
  return { longest, never: lost.find((key) => !expected.has(key)) }
}

/**
 * The protective entry whose missing file this stem may be, under another name. The stem must have been first seen after that file was last
 * seen. The answer then stays, even if another file takes the missing file's name.
 */
export function astrayFrom(
  stem: string,
  firstSeen: number,
  { longest, never }: LostEntries,
  doubted: FolderMemory['doubted'],
): string | undefined {
  return doubted.get(stem) ?? (longest !== undefined && firstSeen > longest.seen ? longest.key : never)
}
