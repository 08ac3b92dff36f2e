import { Slicer, type SliceHandler, sliceFile } from './slicer.js'

/** What an object of a file is like, as far as its upper levels tell. */
export interface ObjectOutline {
  kind: 'object'
  /** Its first members, by name. */
  members: Map<string, Outline>
  count: number
  /** How many of all members are objects, lists, and neither. */
  objects: number
  lists: number
}

/** What a list is like. */
export interface ListOutline {
  kind: 'list'
  count: number
  objects: number
  lists: number
  /** The first elements' texts (latin1), as long as they are few and short. */
  items: string[]
}

/** A value that is neither. Its text (latin1) where it is short. */
export interface ValueOutline {
  kind: 'value'
  text: string
}

export type Outline = ObjectOutline | ListOutline | ValueOutline

/** What a text that begins with an object holds: that one object, or several values, or it ends in the middle. */
export type Survey = { kind: 'object'; outline: ObjectOutline } | { kind: 'several' } | { kind: 'cut' }

const levelsMax = 4
const membersMax = 300
const nodesMax = 5000
const itemsMax = 6000
const itemBytesMax = 100_000
const textMax = 1000
/** A longer name is none: expressions over it would take more memory than it is worth. */
const nameMax = 100_000

/**
 * Looks at the upper levels of a JSON object without holding it. Ends early where a second value begins, or at the first element of a list
 * of features at the top, since such a file needs no further choice.
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
    if (name === undefined || !this.#add(parent, name, made)) return false
    this.#stack.push(made)
    return true
  }

  part(text: string, level: number): void {
    if (text === '' || level === 0) return
    const parent = this.#stack.at(-1) as ObjectOutline | ListOutline
    if (parent.kind === 'list') return this.#element(parent, text)
    const [name, value] = memberOf(text)
    // The rest of an entered container's part is empty; it was counted when it began.
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

  #add(parent: ObjectOutline, name: string, outline: Outline): boolean {
    parent.count++
    if (outline.kind === 'object') parent.objects++
    if (outline.kind === 'list') parent.lists++
    if (parent.members.size >= membersMax || ++this.#nodes > nodesMax) return false
    if (!parent.members.has(name)) parent.members.set(name, outline)
    return true
  }
}

function emptyObject(): ObjectOutline {
  return { kind: 'object', members: new Map(), count: 0, objects: 0, lists: 0 }
}

function emptyList(): ListOutline {
  return { kind: 'list', count: 0, objects: 0, lists: 0, items: [] }
}

/** A member's name and value, as they are cut out of an object; nothing where the text is not one. */
export function memberOf(text: string): [name: string | undefined, value: string | undefined] {
  const found = /^(?:\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/|\s)*("(?:[^"\\]|\\[^])*"|'[^'\\\n]*'|[A-Za-z_$][\w$]*)\s*:\s*/.exec(
    text.slice(0, nameMax),
  )
  if (found === null) return [undefined, undefined]
  const value = text.slice(found[0].length)
  return [unquoted(found[1] as string), value === '' ? undefined : value]
}

/** The name that stands before a container: `"name":`. */
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
