/** A name with its namespace. */
export interface ExpandedName {
  readonly local: string
  /** `''` for no namespace. */
  readonly uri: string
}

interface Scope {
  readonly outer: Scope | undefined
  /** Those that its element declares. */
  readonly prefixes: ReadonlyMap<string, string>
  /** Names already looked up in it. A sheet has few names but millions of elements. */
  readonly names: Map<string, ExpandedName>
  /** The depth of the element that declares it. */
  readonly depth: number
}

const namesMax = 1000

/**
 * Tracks the declared namespaces while a document is read (Namespaces in XML 1.0). The XML parser could do it, but takes half as long
 * again, because it looks up each element and attribute anew.
 */
export class Namespaces {
  #scope: Scope = {
    outer: undefined,
    prefixes: new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]),
    names: new Map(),
    depth: 0,
  }
  #depth = 0

  /** To be called when an element begins. */
  enter(attributes: Readonly<Record<string, string>>): void {
    this.#depth++
    let prefixes: Map<string, string> | undefined
    for (const name in attributes) {
      if (!name.startsWith('xmlns')) continue
      const prefix = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice(6) : undefined
      if (prefix === undefined) continue
      prefixes ??= new Map()
      prefixes.set(prefix, (attributes[name] as string).trim())
    }
    if (prefixes === undefined) return
    this.#scope = { outer: this.#scope, prefixes, names: new Map(), depth: this.#depth }
  }

  /** The name of an element. An undeclared prefix counts as a namespace of its own. */
  nameOf(name: string): ExpandedName {
    const { names } = this.#scope
    const known = names.get(name)
    if (known !== undefined) return known
    const colon = name.indexOf(':')
    const prefix = colon === -1 ? '' : name.slice(0, colon)
    const found = { local: colon === -1 ? name : name.slice(colon + 1), uri: uriOf(prefix, this.#scope) ?? prefix }
    if (names.size < namesMax) names.set(name, found)
    return found
  }

  /** To be called when an element ends. */
  leave(): void {
    if (this.#scope.depth === this.#depth) this.#scope = this.#scope.outer as Scope
    this.#depth--
  }
}

/** What a prefix stands for in a scope; undefined if nothing declares it. */
function uriOf(prefix: string, scope: Scope | undefined): string | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const uri = at.prefixes.get(prefix)
    if (uri !== undefined) return uri
  }
  return undefined
}
