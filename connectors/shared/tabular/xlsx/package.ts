import { Unreadable } from '../unreadable.js'
import type { Archive } from './archive.js'
import { partText } from './part-text.js'
import { readXml, type XmlHandler } from './xml-reader.js'

const partBytesMax = 32 * 1024 * 1024
const relationsMax = 100_000

/** A reference from one part to another. */
export interface Relation {
  id: string
  /** The last word of its type: `worksheet`, `sharedStrings`. Before it, transitional and strict workbooks differ. */
  type: string
  /** The part's name in the archive; if it is missing, the name that it should have. */
  part: string
}

/** The parts of a workbook and their relations (ECMA-376, part 2). The names of parts mean nothing. */
export class Package {
  /** The content types of parts, by lower-case name. */
  readonly #types = new Map<string, string>()
  readonly #typesByEnding = new Map<string, string>()

  private constructor(
    readonly archive: Archive,
    readonly signal: AbortSignal,
  ) {}

  /** Reads the content types of the parts. */
  static async open(archive: Archive, signal: AbortSignal): Promise<Package> {
    const parts = new Package(archive, signal)
    if (archive.find('[Content_Types].xml') !== undefined) {
      await parts.read('[Content_Types].xml', 'Types', {
        open: (name, { PartName, Extension, ContentType }) => {
          const type = (ContentType ?? '').toLowerCase()
          if (name === 'Override') parts.#types.set((PartName ?? '').replace(/^\/+/, '').replaceAll('\\', '/').toLowerCase(), type)
          if (name === 'Default') parts.#typesByEnding.set((Extension ?? '').toLowerCase(), type)
        },
      })
    }
    return parts
  }

  /** Reads a whole part. Returns its number of oddities. @param bytesMax a larger part is refused. */
  read(part: string, root: string, handler: XmlHandler, bytesMax = partBytesMax): Promise<number> {
    return readXml(partText(this.archive.bytes(part, bytesMax, this.signal)), root, handler)
  }

  /** A part's content type in lower case: by its name, otherwise by its ending. */
  typeOf(part: string): string {
    return this.#types.get(part.toLowerCase()) ?? this.#typesByEnding.get(part.slice(part.lastIndexOf('.') + 1).toLowerCase()) ?? ''
  }

  /** The first part in the archive whose content type matches. */
  partOfType(type: RegExp): string | undefined {
    for (const [name, found] of this.#types) {
      const part = type.test(found) ? this.archive.find(name) : undefined
      if (part !== undefined) return part
    }
    return undefined
  }

  /** The relations of a part, or of the whole workbook for `''`; empty if it has none. Relations to outside the workbook are left out. */
  async relationsOf(part: string): Promise<Relation[]> {
    const slash = part.lastIndexOf('/') + 1
    const folder = part.slice(0, slash)
    const name = this.archive.find(`${folder}_rels/${part.slice(slash)}.rels`)
    if (name === undefined) return []
    const relations: Relation[] = []
    await this.read(name, 'Relationships', {
      open: (element, { Id, Type, Target, TargetMode }) => {
        if (element !== 'Relationship' || Target === undefined || TargetMode === 'External') return
        if (relations.length === relationsMax)
          throw new Unreadable(`A part of the workbook has more than ${relationsMax} relationships. It was not read.`)
        relations.push({ id: Id ?? '', type: (Type ?? '').replace(/^.*\//, ''), part: this.#resolve(folder, Target) })
      },
    })
    return relations
  }

  /** Resolves a target relative to a folder. Some generators mean the workbook's root, or write blanks as `%20`. */
  #resolve(folder: string, target: string): string {
    const plain = target.trim().replaceAll('\\', '/').replace(/#.*$/, '')
    const resolved = plain.startsWith('/') ? normal(plain) : normal(folder + plain)
    for (const name of [resolved, unescaped(resolved), normal(plain)]) {
      const found = this.archive.find(name)
      if (found !== undefined) return found
    }
    return resolved
  }
}

function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
