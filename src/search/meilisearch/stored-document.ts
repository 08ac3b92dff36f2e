import { createHash } from 'node:crypto'
import type { SearchDocument } from '../port.js'
import { fold, wordsOf, wordsOfName } from '../words.js'
import { highlightEnd, highlightStart } from './highlights.js'
import { separators, settingsVersion } from './settings.js'

/** A document as the index has it. What is null is left out: Meilisearch sorts it last and no filter finds it. */
export type StoredDocument = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** A primary key holds letters, digits, - and _ only; an id has a slash, too. */
export const keyOf = (id: string): string => sha256(id).toString('hex')

/** 40 bits of a hash, by which a walk leaves out what it has shown. */
export const markOf = (id: string): number => sha256(id).readUIntBE(0, 5)

const ofThisVersion = `${settingsVersion}:`

/** The document's digest, of an index whose documents have the form of this version; of another form, none that any document has. */
export const digestOf = (stored: string): string => (stored.startsWith(ofThisVersion) ? stored.slice(ofThisVersion.length) : '')

/**
 * Filters do not tell A from a, nor ½ from 1⁄2: whoever is asked for by a hash is asked for exactly. Begins with a letter, or might be a
 * number.
 */
export const audienceOf = (audience: string): string => `a${sha256(audience).toString('hex').slice(0, 32)}`

/** The document to store for one of the catalogue's. */
export function storedDocument(document: SearchDocument): StoredDocument {
  const { id, description, licence, modified, audiences, keywords, themes, columns, ...rest } = document
  return plainText({
    ...rest,
    id,
    key: keyOf(id),
    mark: markOf(id),
    keywords,
    themes,
    columns,
    digest: `${ofThisVersion}${document.digest}`,
    sortTitle: fold(document.title),
    audiences: audiences.map(audienceOf),
    columnWords: [...new Set(columns.flatMap(wordsOfName))],
    titleSpellings: spellings([document.title]),
    subjectSpellings: spellings([...keywords, ...themes]),
    ...(description === null ? {} : { description, descriptionSpellings: spellings([description]) }),
    ...(licence === null ? {} : { licence }),
    ...(modified === null ? {} : { modified }),
  })
}

/** Where Meilisearch takes words apart: at all of these, though at other symbols, too. */
const apart = new RegExp(`[\\s\\p{P}\\p{Z}${separators.join('')}]+`, 'u')

/**
 * Folded words that Meilisearch would not find in the text itself, since it folds otherwise: `childrens` of `Children’s`, `strasse` of
 * `Straße`.
 */
function spellings(texts: readonly string[]): string[] {
  const own = texts.flatMap((text) =>
    text
      .normalize('NFKD')
      .replaceAll(/\p{M}+/gu, '')
      .toLowerCase()
      .split(apart),
  )
  const plain = new Set(own)
  return [...new Set(texts.flatMap(wordsOf))].filter((word) => !plain.has(word))
}

/** Without the characters that mark a match in an answer, and without halves of characters, which are no JSON to Meilisearch. */
function plainText<Value extends Record<string, unknown>>(document: Value): StoredDocument {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value
        .replaceAll(highlightStart, '')
        .replaceAll(highlightEnd, '')
        .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    return Array.isArray(value) ? value.map(clean) : value
  }
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, clean(value)])) as StoredDocument
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
