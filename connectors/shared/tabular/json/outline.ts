import { Slicer, type SliceHandler, sliceFile } from './slicer.js'

/** The upper levels of an object. */
export interface ObjectOutline {
  kind: 'object'
  /** Its first members, by name. */
  members: Map<string, Outline>
  count: number
  /** How many of all its members are objects, lists, and other values. */
  objects: number
  lists: number
}

/** The upper levels of a list. */
export interface ListOutline {
  kind: 'list'
  count: number
  objects: number
  lists: number
  /** The texts of the first elements (latin1), if they are few and short. */
  items: string[]
}

/** A value that is neither object nor list, with its text (latin1) if that is short. */
export interface ValueOutline {
  kind: 'value'
  text: string
}

/** The upper levels of a value. */
export type Outline = ObjectOutline | ListOutline | ValueOutline

/** What a text that begins with an object holds: one object, several values, or only the beginning of one. */
export type Survey = { kind: 'object'; outline: ObjectOutline } | { kind: 'several' } | { kind: 'cut' }

const levelsMax = 4
const membersMax = 300
const nodesMax = 5000
const itemsMax = 6000
const itemBytesMax = 100_000
const textMax = 1000
/** Longer names are ignored, because regular expressions over them take too much memory. */
const nameMax = 100_000

/**
 * Reads the upper levels of a JSON object without holding the file. Ends early at a second value, or at the first element of a top-level
 * list of features, since such a file needs no further choice.
 */
export async function surveyOf(path: string, start: number, signal: AbortSignal): Promise<Survey> {
  const surveyor = new Surveyor()
  for await (const _ of sliceFile(surveyor.slicer, path, start, signal));
  return surveyor.result()
}

class Surveyor implements SliceHandler {
  readonly slicer = new Slicer(this)
  #root: ObjectOutline | undefined
  readonly #stack: (ObjectOutline | ListOutline)[] = []
  #nodes = 0
  #itemBytes = 0
  #ended = false
  #several = false

  result(): Survey {
    const whole = this.slicer.end()
    if (this.#several) return { kind: 'several' }
    if (this.#root === undefined || !whole) return { kind: 'cut' }
    return { kind: 'object', outline: this.#root }
  }

  enters(bracket: '[' | '{', head: string, level: number): boolean {
    if (level === 0) {
      if (this.#ended) {
        this.#several = true
        this.slicer.stop()
        return false
      }
      if (bracket !== '{') return false
      this.#root = emptyObject()
      this.#stack.push(this.#root)
      return true
    }
    const parent = this.#stack.at(-1) as ObjectOutline | ListOutline
    const made: Outline = bracket === '{' ? emptyObject() : emptyList()
    if (parent.kind === 'list' || level >= levelsMax) return false
    const name = nameOf(head)
    // Without room it is not entered, and is counted as a part.
    if (name === undefined || !this.#hasRoom(parent)) return false
    this.#add(parent, name, made)
    this.#stack.push(made)
    return true
  }

  part(text: string, level: number): void {
    if (text === '' || level === 0) return
    const parent = this.#stack.at(-1) as ObjectOutline | ListOutline
    if (parent.kind === 'list') return this.#element(parent, text)
    const [name, value] = memberOf(text)
    // The remainder of an entered container is empty; the container was counted when it began.
    if (name === undefined || value === undefined) return
    if (value.startsWith('{')) this.#add(parent, name, { ...emptyObject(), count: 1 })
    else if (value.startsWith('[')) this.#add(parent, name, { ...emptyList(), count: 1 })
    else this.#add(parent, name, { kind: 'value', text: value.slice(0, textMax) })
  }

  leaves(level: number): void {
    this.#stack.pop()
    if (level === 0) this.#ended = true
  }

  stray(): void {
    if (!this.#ended) return
    this.#several = true
    this.slicer.stop()
  }

  #element(list: ListOutline, text: string): void {
    list.count++
    if (text.startsWith('{')) list.objects++
    else if (text.startsWith('[')) list.lists++
    if (list.items.length < itemsMax && (this.#itemBytes += text.length) < itemBytesMax) list.items.push(text)
    if (list.count === 1 && list.objects === 1 && this.#stack.length === 2 && this.#root?.members.get('features') === list)
      this.slicer.stop()
  }

  #hasRoom({ members }: ObjectOutline): boolean {
    return members.size < membersMax && this.#nodes < nodesMax
  }

  #add(parent: ObjectOutline, name: string, outline: Outline): void {
    parent.count++
    if (outline.kind === 'object') parent.objects++
    if (outline.kind === 'list') parent.lists++
    if (!this.#hasRoom(parent)) return
    this.#nodes++
    if (!parent.members.has(name)) parent.members.set(name, outline)
  }
}

function emptyObject(): ObjectOutline {
  return { kind: 'object', members: new Map(), count: 0, objects: 0, lists: 0 }
}

function emptyList(): ListOutline {
  return { kind: 'list', count: 0, objects: 0, lists: 0, items: [] }
}

/** The name and value of a member cut from an object; undefined if the text is not a member. */
export function memberOf(text: string): [name: string | undefined, value: string | undefined] {
  const found = /^(?:\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/|\s)*("(?:[^"\\]|\\[^])*"|'[^'\\\n]*'|[A-Za-z_$][\w$]*)\s*:\s*/.exec(
    text.slice(0, nameMax),
  )
  if (found === null) return [undefined, undefined]
  const value = text.slice(found[0].length)
  return [unquoted(found[1] as string), value === '' ? undefined : value]
}

/** The name before a container: `"name":`. */
export function nameOf(head: string): string | undefined {
  return memberOf(`${head.trim()} `)[0]
}

function unquoted(key: string): string | undefined {
  if (!key.startsWith('"')) return key.replace(/^'|'$/g, '')
  try {
    return JSON.parse(Buffer.from(key, 'latin1').toString('utf8')) as string
  } catch {
    return undefined
  }
}
