import { createHash } from 'node:crypto'
import type { SearchDocument } from '../port.js'
import { fold, wordsOf, wordsOfName } from '../words.js'
import { highlightEnd, highlightStart } from './highlights.js'
import { separators, settingsVersion } from './settings.js'

/** A stored document. Null fields are left out: Meilisearch sorts them last, and no filter finds them. */
export type StoredDocument = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** A primary key may hold only letters, digits, - and _, but ids have a slash. */
export const keyOf = (id: string): string => sha256(id).toString('hex')

/** 40 bits of a hash, by which a walk excludes the hits it has shown. */
export const markOf = (id: string): number => sha256(id).readUIntBE(0, 5)

const ofThisVersion = `${settingsVersion}:`

/** The document's digest if the index has this version's form of documents; else a value that no document has. */
export const digestOf = (stored: string): string => (stored.startsWith(ofThisVersion) ? stored.slice(ofThisVersion.length) : '')

/**
 * A hash for exact conditions, because Meilisearch's filters do not distinguish A from a, nor ½ from 1⁄2. It begins with a letter, or it
 * might look like a number.
 */
export const audienceOf = (audience: string): string => `a${sha256(audience).toString('hex').slice(0, 32)}`

/** The form in which a document of the catalogue is stored. */
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

/** Signs at which Meilisearch splits words; it also splits at some other symbols. */
const apart = new RegExp(`[\\s\\p{P}\\p{Z}${separators.join('')}]+`, 'u')

/**
 * Folded words that Meilisearch would not find in the text itself, because it folds differently: `childrens` for `Children’s`, `strasse`
 * for `Straße`.
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

/** Removes the characters that mark a match in an answer, and lone surrogates, which Meilisearch rejects as JSON. */
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
