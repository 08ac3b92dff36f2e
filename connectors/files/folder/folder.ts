import type { Dirent } from 'node:fs'
import { lstat, opendir, realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { SourceUnavailable } from '../../../src/errors.js'
import { Pace } from '../../../src/connector/next-turn.js'
import { binaryOrder, inOrder } from './binary-order.js'
import { catalogueFileName } from './catalogue-file.js'
import { type Format, formatOf } from '../../shared/tabular/formats.js'
import { isLeaving, passedOver, shown } from './passed-over.js'

/** A data file of the folder. */
export interface DataFile {
  name: string
  stem: string
  format: Format
  path: string
  bytes: number
  /** ISO 8601. */
  modified: string
}

/** The contents of a folder, ordered by file name. */
export interface Folder {
  files: DataFile[]
  /** Data files that are present but cannot be read, with the reason and the fix. Their datasets are not removed. */
  refused: { name: string; stem: string; message: string }[]
  /** Stems of other files, which an entry of catalogue.yaml may mean. */
  foreign: ReadonlySet<string>
  /** Messages about what is not read, each under the name of one file that it concerns. */
  passedOver: { name: string; message: string }[]
  /** A file that seems to be catalogue.yaml under another name, so it is not read. */
  misnamedCatalogue: string | undefined
}

/** The most data files that one folder may hold. */
export const filesMax = 5000

/** `catalogue.yml`, `Catalogue.yaml`, `catalog.yaml.txt`, `catalogue (1).yaml` … */
const likeCatalogue = /^catalog(?:ue)?s?\b[^.]*\.ya?ml(?:\.txt)?$/i
/** `catalogue.yaml.bak`, `catalogue.yaml~`: ignored beside catalogue.yaml; but if that is missing, it may have been renamed to this. */
const catalogueLeaving = /^\.?catalog(?:ue)?s?\b[^.]*\.ya?ml(?:~|\.[a-z0-9]{2,10})$/i

/**
 * Lists the data files of a folder and the files that are not read. Hidden files and the temporary files of editors are left out.
 * @param isKnown whether catalogue.yaml names a file, or files of its stem were served before. With more than 5,000 files these come first,
 * so that a new file does not displace them.
 * @throws SourceUnavailable if the folder cannot be listed.
 */
export async function listFolder(
  path: string,
  maxFileBytes: number,
  isKnown: (file: { stem: string; name: string }) => boolean = () => false,
): Promise<Folder> {
  const root = await realpath(path).catch(unavailable)
  const { entries, catalogueLeavings, hasCatalogue } = await entriesOf(root).catch(unavailable)
  const wasCatalogue = hasCatalogue ? [] : catalogueLeavings.sort(binaryOrder)
  const pace = new Pace()
  const named = await inOrder(entries, ({ entry }) => entry.name, pace)
  const data = named.filter(({ entry, format }) => format !== undefined && !entry.isDirectory())
  const known = ({ entry: { name }, stem }: (typeof data)[number]) => isKnown({ stem, name })
  const served =
    data.length <= filesMax ? data : [...data.filter((one) => known(one)), ...data.filter((one) => !known(one))].slice(0, filesMax)
  const foreign = named.filter(({ entry, format }) => format === undefined && !entry.isDirectory())
  const misnamed = foreign.map(({ entry }) => entry.name).filter((name) => likeCatalogue.test(name))
  const catalogues = new Set([...misnamed, ...wasCatalogue])
  const others = foreign.map(({ entry }) => entry.name).filter((name) => !catalogues.has(name))

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
  } of await inOrder(served, ({ entry }) => entry.name, pace)) {
    const file = await regularFile(join(root, name), root)
    if (file === 'elsewhere') elsewhere.push(name)
    else if (file === 'no file') noFiles.push(name)
    else if (file === undefined) continue
    else if (file.size > maxFileBytes) {
      folder.refused.push({
        name,
        stem,
        message: tooLarge(name, maxFileBytes),
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

/** An entry of a folder, with the parts of its name. */
interface NamedEntry {
  readonly entry: Dirent
  readonly stem: string
  readonly format: Format | undefined
}

/** How many entries are read, and looked at, in one turn of the event loop. */
const entriesAtOnce = 1000

/** The entries that may be data, in no order, and what there is of catalogue.yaml. */
async function entriesOf(root: string): Promise<{ entries: NamedEntry[]; catalogueLeavings: string[]; hasCatalogue: boolean }> {
  const entries: NamedEntry[] = []
  const catalogueLeavings: string[] = []
  let hasCatalogue = false
  for await (const entry of await opendir(root, { bufferSize: entriesAtOnce })) {
    const { name } = entry
    if (catalogueLeaving.test(name)) catalogueLeavings.push(name)
    if (name === catalogueFileName) hasCatalogue = true
    else if (!isLeaving(name)) entries.push({ entry, ...partsOf(name) })
  }
  return { entries, catalogueLeavings, hasCatalogue }
}

/** The message for a file beyond the limit. @param file its name, or a word for it. */
export const tooLarge = (file: string, maxFileBytes: number): string =>
  `${file} is larger than ${Math.floor(maxFileBytes / 1024 / 1024)} MiB and is not read. Raise maxFileMb, or split it.`

function partsOf(name: string): { stem: string; format: Format | undefined } {
  const ending = extname(name)
  return { stem: name.slice(0, name.length - ending.length), format: formatOf(ending.slice(1)) }
}

/** The real path of a regular file within the folder. A file that was deleted since the listing gives undefined. */
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
