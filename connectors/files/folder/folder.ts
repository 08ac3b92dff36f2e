import { lstat, readdir, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { SourceUnavailable } from '../../../src/errors.js'
import { binaryOrder } from './binary-order.js'
import { catalogueFileName } from './catalogue-file.js'
import { type Format, formatOf } from '../../shared/tabular/formats.js'
import { isLeaving, passedOver, shown } from './passed-over.js'

/** A file of the folder that holds data. */
export interface DataFile {
  name: string
  stem: string
  format: Format
  path: string
  bytes: number
  /** ISO 8601. */
  modified: string
}

/** What a folder holds, in the order of the files' names. */
export interface Folder {
  files: DataFile[]
  /** Data files that are there and cannot be read as they are, with the reason and the mend. Their datasets are not gone. */
  refused: { name: string; stem: string; message: string }[]
  /** Files of other kinds: stems that an entry of catalogue.yaml may mean. */
  foreign: ReadonlySet<string>
  /** What is not read, in words for the publisher, under a name that it concerns. */
  passedOver: { name: string; message: string }[]
  /** A file that looks like catalogue.yaml under another name, so that nothing of it counts. */
  misnamedCatalogue: string | undefined
}

/** Data files that one folder may hold. */
export const filesMax = 5000

/** `catalogue.yml`, `Catalogue.yaml`, `catalog.yaml.txt`, `catalogue (1).yaml` … */
const likeCatalogue = /^catalog(?:ue)?s?\b[^.]*\.ya?ml(?:\.txt)?$/i
/** `catalogue.yaml.bak`, `catalogue.yaml~`: leavings beside catalogue.yaml, but where it is absent it may have become one of them. */
const catalogueLeaving = /^\.?catalog(?:ue)?s?\b[^.]*\.ya?ml(?:~|\.[a-z0-9]{2,10})$/i

/**
 * Lists a folder's data files, and all else that it holds, of which nothing is read. What editors leave, and hidden files, are neither.
 * @param isKnown whether a file is named in catalogue.yaml, or files of its stem were served before: where there are more than 5,000 files
 * these come first, so that a new file takes no other's place.
 * @throws SourceUnavailable where the folder cannot be listed.
 */
export async function listFolder(
  path: string,
  maxFileBytes: number,
  isKnown: (file: { stem: string; name: string }) => boolean = () => false,
): Promise<Folder> {
  const root = await realpath(path).catch(unavailable)
  const present = await readdir(root, { withFileTypes: true }).catch(unavailable)
  const entries = present.filter(({ name }) => !isLeaving(name) && name !== catalogueFileName)
  const wasCatalogue = present.some(({ name }) => name === catalogueFileName)
    ? []
    : present
        .map(({ name }) => name)
        .filter((name) => catalogueLeaving.test(name))
        .sort(binaryOrder)
  entries.sort((one, other) => binaryOrder(one.name, other.name))
  const named = entries.map((entry) => ({ entry, ...partsOf(entry.name) }))
  const data = named.filter(({ entry, format }) => format !== undefined && !entry.isDirectory())
  const known = ({ entry: { name }, stem }: (typeof data)[number]) => isKnown({ stem, name })
  const served =
    data.length <= filesMax ? data : [...data.filter((one) => known(one)), ...data.filter((one) => !known(one))].slice(0, filesMax)
  const foreign = named.filter(({ entry, format }) => format === undefined && !entry.isDirectory())
  const misnamed = foreign.map(({ entry }) => entry.name).filter((name) => likeCatalogue.test(name))
  const others = foreign.filter(({ entry }) => ![...misnamed, ...wasCatalogue].includes(entry.name)).map(({ entry }) => entry.name)

  const folder: Folder = {
    files: [],
    refused: [],
    foreign: new Set(foreign.map(({ stem }) => stem)),
    passedOver: passedOver(others),
    misnamedCatalogue: [...misnamed, ...wasCatalogue][0],
  }
  const tell = (names: readonly string[], message: (names: string) => string) => {
    if (names.length > 0) folder.passedOver.push({ name: names[0] as string, message: message(shown(names)) })
  }
  const [elsewhere, noFiles]: [string[], string[]] = [[], []]
  for (const {
    entry: { name },
    stem,
    format,
  } of served.sort((one, other) => binaryOrder(one.entry.name, other.entry.name))) {
    const file = await regularFile(join(root, name), root)
    if (file === 'elsewhere') elsewhere.push(name)
    else if (file === 'no file') noFiles.push(name)
    else if (file === undefined) continue
    else if (file.size > maxFileBytes) {
      folder.refused.push({
        name,
        stem,
        message: `${name} is larger than ${Math.floor(maxFileBytes / 1024 / 1024)} MiB and is not read. Raise maxFileMb, or split it.`,
      })
    } else
      folder.files.push({ name, stem, format: format as Format, path: file.path, bytes: file.size, modified: file.mtime.toISOString() })
  }
  const kept = new Set(served)
  tell(
    named.filter(({ entry }) => entry.isDirectory()).map(({ entry }) => entry.name),
    (names) => `${names}: not read (sub-folder). Move its files here, or serve it as a source of its own.`,
  )
  tell(elsewhere, (names) => `${names}: not read (a link that leads out of the folder, or nowhere). Put the file itself here.`)
  tell(noFiles, (names) => `${names}: not read (not a regular file).`)
  tell(
    data.filter((one) => !kept.has(one)).map(({ entry }) => entry.name),
    (names) =>
      `${names}: left out. The folder holds ${data.length} data files, and only ${filesMax} are served: those served before, then the first by name. Serve the others from a folder of their own.`,
  )
  return folder
}

function partsOf(name: string): { stem: string; format: Format | undefined } {
  const ending = extname(name)
  return { stem: name.slice(0, name.length - ending.length), format: formatOf(ending.slice(1)) }
}

/** A file's real place, if it is a regular file within the folder. One that went since the listing is absent. */
async function regularFile(
  path: string,
  root: string,
): Promise<{ path: string; size: number; mtime: Date } | 'elsewhere' | 'no file' | undefined> {
  try {
    const isLink = (await lstat(path)).isSymbolicLink()
    const real = isLink ? await realpath(path).catch(() => undefined) : path
    if (real === undefined || !real.startsWith(root + sep)) return 'elsewhere'
    const found = await stat(real)
    return found.isFile() ? { path: real, size: found.size, mtime: found.mtime } : 'no file'
  } catch {
    return undefined
  }
}

function unavailable(cause: unknown): never {
  throw new SourceUnavailable('The folder of this source cannot be read. Its operator must see to its path and rights.', { cause })
}
