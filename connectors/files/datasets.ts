import type { Access } from '../../src/connector/catalogue.js'
import { humanised, slugOf } from '../shared/slug.js'
import { bindIds } from './bind-ids.js'
import { type CatalogueFile, catalogueFileName, type DatasetEntry } from './catalogue-file.js'
import { astrayFrom, decideAccess, expectedFiles, isProtective, type Standing } from './decide-access.js'
import type { DataFile, Folder } from './folder.js'
import { formats } from './formats.js'
import type { FolderMemory } from './memory.js'
import { shown } from './passed-over.js'

/** Files that are one dataset, before any of them was read. */
export interface FileDataset extends Standing {
  id: string
  title: string
  /** What catalogue.yaml says of it, where it names it plainly. */
  entry: DatasetEntry
  /** Empty where all of its files are refused. */
  files: DataFile[]
  /** Why a file of it is not read, though it is there. */
  refused: string[]
  /** The files that tables are read from, one for each stem; `name` is what the table's id is made of. */
  tables: { stem: string; name: string; title: string; file: DataFile; problems: string[] }[]
}

/** A problem of the folder, by the id of the dataset that it is about, or a name. */
export interface FolderProblem extends Pick<Standing, 'listing'> {
  id: string
  message: string
}

/** The datasets of a folder, what does not fit, and what to remember of it. */
export interface Grouped {
  datasets: FileDataset[]
  problems: FolderProblem[]
  memory: FolderMemory
}

/**
 * Groups files into datasets: those that an entry of catalogue.yaml names, then those of one stem. A stem keeps the id that it was first given, and no
 * dataset is more open because of what else lies in the folder.
 */
export function groupFiles(folder: Folder, catalogue: CatalogueFile, before: FolderMemory, defaultAccess: Access): Grouped {
  const harvests = before.harvests + 1
  const problems: FolderProblem[] = []
  const tell = (message: string, id = catalogueFileName) => problems.push({ id, message, listing: 'PARTIES' })
  const entries = new Map(Object.entries(catalogue.datasets))
  const present = [...folder.files, ...folder.refused]
  const claims = claimFiles(entries, new Set(present.map(({ name }) => name)), tell)

  const stems = [...new Set(present.filter(({ name }) => !claims.has(name)).map(({ stem }) => stem))].sort(binary)
  const naming = new Set([...entries].filter(([, { files }]) => files !== undefined).map(([id]) => id))
  const bound = new Map([...before.stems].map(([stem, { id }]) => [stem, id]))
  const ids = bindIds(bound, stems.map((stem) => ({ key: stem, name: stem })), { reserved: naming, avoided: new Set(entries.keys()) })
  const memory = remember(before, catalogue, stems, ids, harvests)
  // An entry of the same id as the stem's own slug names it plainly; an id with a number behind it came about by chance.
  const isPlain = (stem: string) => ids.get(stem) === slugOf(stem) && entries.has(slugOf(stem))
  const plain = new Set(stems.filter(isPlain).map(slugOf))
  const meant = new Set([...entries].flatMap(([id, { files = [] }]) => [id, ...files.map((file) => slugOf(stemOf(file)))]))

  const names = new Set(present.map(({ name }) => name))
  const foreign = new Set([...folder.foreign].map(slugOf))
  const expected = expectedFiles(catalogue)
  const isFound = ({ id, file }: { id: string; file?: string }) => (file === undefined ? plain.has(id) || foreign.has(id) : names.has(file))
  for (const one of expected.filter(isFound)) memory.expected.set(one.key, harvests)
  const lost = expected.filter((one) => !isFound(one)).map(({ key }) => key)
  const astray = new Map(stems.map((stem) => [stem, astrayFrom(stem, memory.stems.get(stem)?.first ?? harvests, lost, memory)]))
  for (const [stem, key] of astray) {
    // Of an entry that never had a file, none can be the file under another name for good.
    if (key !== undefined && memory.expected.has(key) && !isPlain(stem)) memory.doubted.set(stem, key)
    else memory.doubted.delete(stem)
  }
  const catalogueLost = catalogue.isAbsent && (memory.protected.size > 0 || folder.misnamedCatalogue !== undefined)

  const standingOf = (stem: string): Standing => {
    const entry = isPlain(stem) ? entries.get(slugOf(stem)) : undefined
    const mayBeMeant = entry === undefined && (meant.has(slugOf(stem)) || meant.has(ids.get(stem) as string))
    return decideAccess(entry, defaultAccess, { catalogueLost, mayBeMeant, mayBeAstray: astray.get(stem) !== undefined })
  }
  const claimedStanding = (id: string) => decideAccess(entries.get(id), defaultAccess, { catalogueLost, mayBeMeant: false, mayBeAstray: false })

  const groups = new Map<string, Group>()
  const groupOf = ({ name, stem }: { name: string; stem: string }) => {
    const named = claims.get(name)
    const id = named ?? (ids.get(stem) as string)
    const group = groups.get(id) ?? {
      files: [], refused: [], firstStem: stem, isNamed: named !== undefined,
      ...(named === undefined ? { standing: standingOf(stem), entry: (isPlain(stem) ? entries.get(id) : undefined) ?? {} } : { standing: claimedStanding(id), entry: entries.get(id) ?? {} }),
    }
    groups.set(id, group)
    return group
  }
  for (const file of folder.files) groupOf(file).files.push(file)
  for (const file of folder.refused) groupOf(file).refused.push(file.message)

  const owners = new Map([...memory.stems].map(([stem, { id }]) => [id, stem]))
  for (const stem of stems) {
    const id = ids.get(stem) as string
    const { isHeldBack } = standingOf(stem)
    const file = present.find((one) => one.stem === stem && !claims.has(one.name))?.name ?? stem
    if (id !== slugOf(stem)) tell(collision(file, id, owners.get(slugOf(stem)), isHeldBack && meant.has(slugOf(stem))), id)
    else if (isHeldBack && !isPlain(stem) && meant.has(id)) tell(`${file}: catalogue.yaml may mean this file and does not name it plainly, so it is CLOSED. Name it under "files" of an entry.`, id)
  }
  for (const id of entries.keys()) {
    if (!groups.has(id) && !foreign.has(id)) tell(`catalogue.yaml describes ${id}, but no file of the folder has that name. Mend the id, or take the entry out.`)
  }
  const held = stems.filter((stem) => astray.get(stem) !== undefined && !catalogueLost && standingOf(stem).isHeldBack)
  if (held.length > 0) tell(heldBack(held))
  if (catalogueLost && defaultAccess !== 'CLOSED') tell(folder.misnamedCatalogue === undefined ? catalogueGone : catalogueMisnamed(folder.misnamedCatalogue))
  else if (folder.misnamedCatalogue !== undefined) tell(`${folder.misnamedCatalogue} is not read: only ${catalogueFileName} is. Take it out, or move what it says there.`)
  // A name without a dot could be taken for a dataset's id, and keep that dataset in the catalogue.
  for (const { name, message } of folder.passedOver) tell(message, name.includes('.') ? name : `./${name}`)

  const datasets = [...groups].map(([id, group]) => dataset(id, group))
  return { datasets: datasets.sort((left, right) => binary(left.id, right.id)), problems, memory }
}

const heldBack = (stems: readonly string[]) =>
  `CLOSED: ${shown(stems)}. catalogue.yaml protects a dataset whose file is not there, or was not there when these were first seen, so they may be that file under another name. Mend the entry, take it out, or give the access of each of these in an entry.`
const catalogueGone =
  `${catalogueFileName} is gone or empty, and it protected datasets. Until it is back, everything in this folder counts as CLOSED. If there is nothing to protect any more, let it say: datasets: {}`
const catalogueMisnamed = (name: string) => `${name} is not read: rename it to ${catalogueFileName}. Until then everything in this folder counts as CLOSED.`

function collision(file: string, id: string, owner: string | undefined, isClosed: boolean): string {
  const whose = owner === undefined ? 'catalogue.yaml gives that id to other files' : `that id belongs to the file "${owner}", here or gone`
  const access = isClosed ? ' catalogue.yaml may mean this file and does not name it plainly, so it is CLOSED.' : ''
  return `${file}: its name gives the id ${slugOf(stemOf(file))}, but ${whose}; it has the id ${id}.${access} Give it another name, or name it under "files" of an entry in ${catalogueFileName}.`
}

/** The files that entries name, each with the entry's id. */
function claimFiles(entries: ReadonlyMap<string, DatasetEntry>, names: ReadonlySet<string>, tell: (message: string) => void): Map<string, string> {
  const claims = new Map<string, string>()
  for (const [id, { files = [] }] of entries) {
    for (const name of files) {
      const owner = claims.get(name)
      if (owner !== undefined && owner !== id) tell(`catalogue.yaml gives ${name} to ${id} and to ${owner}; it stays with ${owner}.`)
      else if (names.has(name)) claims.set(name, id)
      else tell(`catalogue.yaml names ${name} for ${id}, which is not among the data files of the folder.`)
    }
  }
  return claims
}

function remember(before: FolderMemory, catalogue: CatalogueFile, stems: readonly string[], ids: ReadonlyMap<string, string>, harvests: number): FolderMemory {
  const seen = new Map(before.stems)
  for (const stem of stems) seen.set(stem, { id: ids.get(stem) as string, first: before.stems.get(stem)?.first ?? harvests, last: harvests })
  const [tables, expected, doubted] = [new Map(before.tables), new Map(before.expected), new Map(before.doubted)]
  if (catalogue.isAbsent) return { ...before, harvests, stems: seen, tables, expected, doubted }
  const kept = new Set(expectedFiles(catalogue).map(({ key }) => key))
  return {
    harvests,
    stems: seen,
    tables,
    expected: new Map([...expected].filter(([key]) => kept.has(key))),
    doubted: new Map([...doubted].filter(([, key]) => kept.has(key))),
    protected: new Set(Object.entries(catalogue.datasets).flatMap(([id, entry]) => (isProtective(entry) ? [id] : []))),
  }
}

/** What becomes one dataset. */
interface Group {
  files: DataFile[]
  refused: string[]
  firstStem: string
  entry: DatasetEntry
  standing: Standing
  /** By an entry of catalogue.yaml. */
  isNamed: boolean
}

function dataset(id: string, { files, refused, firstStem, entry, standing, isNamed }: Group): FileDataset {
  const byStem = new Map<string, DataFile[]>()
  for (const file of files) byStem.set(file.stem, [...(byStem.get(file.stem) ?? []), file])
  const title = entry.title ?? humanised(isNamed ? id : firstStem)
  const tables = [...byStem].map(([stem, own]) => {
    const [file, ...others] = [...own].sort((left, right) => formats.indexOf(left.format) - formats.indexOf(right.format)) as [DataFile, ...DataFile[]]
    return { stem, name: isNamed ? stem : id, title: byStem.size === 1 ? title : humanised(stem), file, problems: others.length === 0 ? [] : [notRead(file, others)] }
  })
  return { id, title, entry, files, refused, tables, ...standing }
}

/** Files of one stem are the same data in several forms. Whether they are, nobody checks. */
function notRead(file: DataFile, others: readonly DataFile[]): string {
  const names = others.map(({ name }) => name).join(', ')
  return `The rows are read from ${file.name}. ${names}: not read, since a file of the same name counts as the same data in another form. If it holds other data, give it another name.`
}

const stemOf = (name: string) => name.replace(/\.[^.]*$/, '')

function binary(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
