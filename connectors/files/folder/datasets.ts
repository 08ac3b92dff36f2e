import type { Access } from '../../../src/connector/catalogue.js'
import { nextTurn, Pace } from '../../../src/connector/next-turn.js'
import { humanised } from '../../shared/slug.js'
import { inOrder } from './binary-order.js'
import { bindIds } from './bind-ids.js'
import { type CatalogueFile, catalogueFileName, type DatasetEntry } from './catalogue-file.js'
import { expectedFiles, isProtective, type Standing } from './decide-access.js'
import type { DataFile, Folder } from './folder.js'
import { folderProblems } from './folder-problems.js'
import { formats } from '../../shared/tabular/formats.js'
import { type FileNames, type Judged, judgeFolder } from './judge-folder.js'
import type { FolderMemory } from './memory.js'
import { slugsOf, stepsOfName } from './slugs-of.js'

/** The files of one dataset, before any of them is read. */
export interface FileDataset extends Standing {
  id: string
  title: string
  /** Its entry in catalogue.yaml, if an entry names it plainly. */
  entry: DatasetEntry
  /** Empty if all of its files are refused. */
  files: DataFile[]
  /** Why files of it cannot be read although they are present. */
  refused: string[]
  /** The files to read, one for each stem. `name` becomes the table's id. */
  tables: { stem: string; name: string; title: string; file: DataFile; problems: string[] }[]
}

/** A problem of the folder. `id` is the dataset that it concerns, or a file name. */
export interface FolderProblem {
  id: string
  message: string
}

/** The datasets of a folder, its problems, and what to remember for the next harvest. */
export interface Grouped {
  datasets: FileDataset[]
  problems: FolderProblem[]
  memory: FolderMemory
}

/**
 * Groups files into datasets: first those that an entry of catalogue.yaml names, then those that share a stem. A stem keeps the id that it
 * was first given, and a dataset never becomes more open because of other files in the folder.
 */
export async function groupFiles(folder: Folder, catalogue: CatalogueFile, before: FolderMemory, defaultAccess: Access): Promise<Grouped> {
  const pace = new Pace()
  const entries = new Map(Object.entries(catalogue.datasets))
  const present = [...folder.files, ...folder.refused]
  const claimed = claimFiles(entries, new Set(present.map(({ name }) => name)))
  const { claims } = claimed
  const problems = [...some((catalogue.leftOut ?? []).map(ofCatalogue)), ...some(claimed.problems)]
  const unclaimed = new Set(present.filter(({ name }) => !claims.has(name)).map(({ stem }) => stem))
  const stems = await inOrder([...unclaimed], (stem) => stem, pace)
  await nextTurn()
  const ids = idsOf(stems, entries, before)
  await nextTurn()
  const remembered = remember(before, catalogue, ids)
  const slugs = await slugsOf(stems, pace)
  const foreign = new Set((await slugsOf(folder.foreign, pace)).values())
  const judged = await judgeFolder(folder, catalogue, { ids, slugs, foreign }, remembered, defaultAccess, pace)
  const memory = { ...remembered, ...judged.memory }

  const groups = new Map<string, Group>()
  const groupOf = ({ name, stem }: { name: string; stem: string }): Group => {
    const named = claims.get(name)
    const id = named ?? (ids.get(stem) as string)
    const known = groups.get(id)
    if (known !== undefined) return known
    const isDescribed = named !== undefined || judged.isPlain(stem)
    const standing = named === undefined ? (judged.standings.get(stem) as Standing) : judged.standingOf(id)
    const group = {
      files: [],
      refused: [],
      firstStem: stem,
      isNamed: named !== undefined,
      standing,
      entry: (isDescribed ? entries.get(id) : undefined) ?? {},
    }
    groups.set(id, group)
    return group
  }
  for (const file of folder.files) groupOf(file).files.push(file)
  for (const file of folder.refused) groupOf(file).refused.push(file.message)

  problems.push(
    ...stemProblems(
      stems,
      { ids, slugs },
      judged,
      memory,
      new Map(present.filter(({ name }) => !claims.has(name)).map(({ name, stem }) => [stem, name])),
    ),
  )
  await nextTurn()
  const absent = [...entries.keys()].filter((id) => !groups.has(id) && !foreign.has(id))
  problems.push(...some(absent.map((id) => ofCatalogue(folderProblems.describedButAbsent(id)))))
  problems.push(...catalogueProblems(folder, judged, defaultAccess))
  // A name without a dot could be mistaken for a dataset's id, and so keep that dataset in the catalogue.
  problems.push(...folder.passedOver.map(({ name, message }) => ({ id: name.includes('.') ? name : `./${name}`, message })))
  const datasets: FileDataset[] = []
  for (const [id, group] of groups) {
    await pace.before(stepsOfName)
    datasets.push(dataset(id, group))
  }
  return { datasets: await inOrder(datasets, ({ id }) => id, pace), problems, memory }
}

/** The most problems of a kind that catalogue.yaml gives rise to. */
const problemsMax = 200

const ofCatalogue = (message: string): FolderProblem => ({ id: catalogueFileName, message })

/** The first problems of a kind, and how many more there are. */
function some(problems: readonly FolderProblem[]): FolderProblem[] {
  const more = problems.length - problemsMax
  return more > 0 ? [...problems.slice(0, problemsMax), ofCatalogue(folderProblems.more(more))] : [...problems]
}

/** The files that entries name, each with its entry's id. */
function claimFiles(
  entries: ReadonlyMap<string, DatasetEntry>,
  names: ReadonlySet<string>,
): { claims: Map<string, string>; problems: FolderProblem[] } {
  const claims = new Map<string, string>()
  const problems: FolderProblem[] = []
  for (const [id, { files = [] }] of entries) {
    for (const name of files) {
      const owner = claims.get(name)
      if (owner !== undefined && owner !== id) problems.push(ofCatalogue(folderProblems.claimedTwice(name, id, owner)))
      else if (names.has(name)) claims.set(name, id)
      else problems.push(ofCatalogue(folderProblems.namedButAbsent(name, id)))
    }
  }
  return { claims, problems }
}

/** Reserves the ids of entries that name files: no stem may get such an id, and no stem gets the id of any entry through a number. */
function idsOf(stems: readonly string[], entries: ReadonlyMap<string, DatasetEntry>, { stems: seen }: FolderMemory): Map<string, string> {
  const bound = new Map([...seen].map(([stem, { id }]) => [stem, id]))
  const naming = [...entries].flatMap(([id, { files }]) => (files === undefined ? [] : [id]))
  return bindIds(
    bound,
    stems.map((stem) => ({ key: stem, name: stem })),
    { reserved: new Set(naming), avoided: new Set(entries.keys()) },
  )
}

function remember(before: FolderMemory, catalogue: CatalogueFile, ids: ReadonlyMap<string, string>): FolderMemory {
  const harvests = before.harvests + 1
  const stems = new Map(before.stems)
  for (const [stem, id] of ids) stems.set(stem, { id, first: before.stems.get(stem)?.first ?? harvests, last: harvests })
  const seen = { harvests, stems, tables: new Map(before.tables) }
  if (catalogue.isAbsent) return { ...before, ...seen }
  const kept = new Set(expectedFiles(catalogue).map(({ key }) => key))
  return {
    ...seen,
    expected: new Map([...before.expected].filter(([key]) => kept.has(key))),
    doubted: new Map([...before.doubted].filter(([, key]) => kept.has(key))),
    protected: new Set(Object.entries(catalogue.datasets).flatMap(([id, entry]) => (isProtective(entry) ? [id] : []))),
  }
}

/** Problems of stems whose id belongs to another, and of stems that catalogue.yaml may mean. @param fileOf a file of each stem. */
function stemProblems(
  stems: readonly string[],
  { ids, slugs }: Pick<FileNames, 'ids' | 'slugs'>,
  judged: Judged,
  memory: FolderMemory,
  fileOf: ReadonlyMap<string, string>,
): FolderProblem[] {
  const owners = new Map([...memory.stems].map(([stem, { id }]) => [id, stem]))
  return stems.flatMap((stem): FolderProblem[] => {
    const [id, slug, file] = [ids.get(stem) as string, slugs.get(stem) as string, fileOf.get(stem) ?? stem]
    const isClosed = judged.standings.get(stem)?.isHeldBack === true && judged.isMeant(stem)
    if (id !== slug) return [{ id, message: folderProblems.collision(file, stem, id, owners.get(slug), isClosed) }]
    return isClosed && !judged.isPlain(stem) ? [{ id, message: folderProblems.notPlainlyNamed(file) }] : []
  })
}

function catalogueProblems({ misnamedCatalogue }: Folder, { held, isCatalogueLost }: Judged, defaultAccess: Access): FolderProblem[] {
  const problems = held.length === 0 ? [] : [ofCatalogue(folderProblems.heldBack(held))]
  if (!isCatalogueLost)
    return misnamedCatalogue === undefined ? problems : [...problems, ofCatalogue(folderProblems.secondCatalogue(misnamedCatalogue))]
  if (misnamedCatalogue !== undefined) return [...problems, ofCatalogue(folderProblems.catalogueMisnamed(misnamedCatalogue))]
  return defaultAccess === 'CLOSED' ? problems : [...problems, ofCatalogue(folderProblems.catalogueGone)]
}

/** The files that become one dataset. */
interface Group {
  readonly files: DataFile[]
  readonly refused: string[]
  readonly firstStem: string
  readonly entry: DatasetEntry
  readonly standing: Standing
  /** An entry of catalogue.yaml names its files. */
  readonly isNamed: boolean
}

function dataset(id: string, { files, refused, firstStem, entry, standing, isNamed }: Group): FileDataset {
  const byStem = new Map<string, DataFile[]>(files.map(({ stem }) => [stem, []]))
  for (const file of files) byStem.get(file.stem)?.push(file)
  const title = entry.title ?? humanised(isNamed ? id : firstStem)
  const tables = [...byStem].map(([stem, own]) => {
    // The format that preserves most of the data comes first.
    const [file, ...others] = [...own].sort((left, right) => formats.indexOf(left.format) - formats.indexOf(right.format)) as [
      DataFile,
      ...DataFile[],
    ]
    const problems =
      others.length === 0
        ? []
        : [
            folderProblems.otherForms(
              file.name,
              others.map(({ name }) => name),
            ),
          ]
    return { stem, name: isNamed ? stem : id, title: byStem.size === 1 ? title : humanised(stem), file, problems }
  })
  return { id, title, entry, files, refused, tables, ...standing }
}
