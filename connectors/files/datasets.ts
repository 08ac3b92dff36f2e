import { type CatalogueFile, catalogueFileName, type DatasetEntry } from './catalogue-file.js'
import type { DataFile, Folder } from './folder.js'
import { formats } from './formats.js'
import { humanised, slugOf, uniqueSlugs } from '../shared/slug.js'

/** Files that are one dataset, before any of them was read. */
export interface FileDataset {
  id: string
  title: string
  entry: DatasetEntry
  files: DataFile[]
  /** The files that tables are read from, one for each stem, with the table's id. */
  tables: { id: string; title: string; file: DataFile }[]
}

/** The datasets of a folder, and what does not fit, by the id of the dataset that cannot be read or `catalogue.yaml`. */
export interface Grouped {
  datasets: FileDataset[]
  problems: { id: string; message: string }[]
}

/** Groups files into datasets: those that an entry of the catalogue file names, then those of one stem. The same way every time. */
export function groupFiles({ files, refused }: Folder, catalogue: CatalogueFile): Grouped {
  const problems: Grouped['problems'] = []
  const tell = (message: string) => problems.push({ id: catalogueFileName, message })
  const entries = new Map(Object.entries(catalogue.datasets))
  const claimed = new Map<string, string>()
  for (const [id, { files: names = [] }] of entries) {
    for (const name of names) {
      const owner = claimed.get(name)
      if (owner !== undefined && owner !== id) tell(`catalogue.yaml gives ${name} to ${id} and to ${owner}; it stays with ${owner}.`)
      else if (files.some((file) => file.name === name)) claimed.set(name, id)
      else tell(`catalogue.yaml names ${name} for ${id}, which is not among the data files of the folder.`)
    }
  }

  const groups = new Map<string, DataFile[]>()
  for (const file of files) if (claimed.has(file.name)) add(groups, claimed.get(file.name) as string, file)
  // An id that the catalogue file gives to named files is taken; stems keep theirs apart from it.
  const named = [...groups.keys()]
  const stems = [...new Set([...files.filter((file) => !claimed.has(file.name)), ...refused].map(({ stem }) => stem))]
  const ids = uniqueSlugs([...named, ...stems]).slice(named.length)
  const idOf = new Map(stems.map((stem, position) => [stem, ids[position] as string]))
  for (const file of files) if (!claimed.has(file.name)) add(groups, idOf.get(file.stem) as string, file)

  for (const { stem, message } of refused) problems.push({ id: idOf.get(stem) ?? slugOf(stem), message })
  for (const id of entries.keys()) {
    if (!groups.has(id) && !problems.some((problem) => problem.id === id)) {
      tell(`catalogue.yaml describes ${id}, but no file of the folder has that name. Mend the id, or take the entry out.`)
    }
  }
  const datasets = [...groups].map(([id, members]) => dataset(id, members, entries.get(id) ?? {}, claimed.has(members[0]?.name ?? '')))
  return { datasets: datasets.sort((left, right) => (left.id < right.id ? -1 : 1)), problems }
}

function dataset(id: string, files: DataFile[], entry: DatasetEntry, named: boolean): FileDataset {
  const stems = [...new Set(files.map(({ stem }) => stem))]
  const ids = named ? uniqueSlugs(stems) : [id]
  const title = entry.title ?? humanised(named ? id : (stems[0] as string))
  const tables = stems.map((stem, position) => ({
    id: ids[position] as string,
    title: stems.length === 1 ? title : humanised(stem),
    file: first(files.filter((file) => file.stem === stem)),
  }))
  return { id, title, entry, files, tables }
}

/** The one that the table is read from: the format that keeps most. */
function first(files: DataFile[]): DataFile {
  return [...files].sort((left, right) => formats.indexOf(left.format) - formats.indexOf(right.format))[0] as DataFile
}

function add<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [value])
  else group.push(value)
}
