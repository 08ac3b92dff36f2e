import { createRequire } from 'node:module'
import type * as graphiql from '@graphql-yoga/render-graphiql/graphiql'
import { PackedFile } from './packed-file.js'

type Package = typeof graphiql

const require = createRequire(import.meta.url)
const packageName = '@graphql-yoga/render-graphiql'

/** Of GraphiQL's package. It stands in the paths of its files, so that they may be kept for ever. */
export const packageVersion = (require(`${packageName}/package.json`) as { version: string }).version

const script = 'text/javascript; charset=utf-8'
const parts: Readonly<Record<string, readonly [part: keyof Package, contentType: string]>> = {
  'graphiql.js': ['js', script],
  'graphiql.css': ['css', 'text/css; charset=utf-8'],
  'editor-worker.js': ['editorWorkerService', script],
  'graphql-worker.js': ['graphqlWorker', script],
  'json-worker.js': ['jsonWorker', script],
}

/**
 * The scripts and the style of GraphiQL. Its package is one module of 9 MB: it is read when somebody first asks for a part of it, and what
 * is kept is the parts compressed, about 2 MB.
 */
export class PackageFiles {
  #packed: Promise<ReadonlyMap<string, PackedFile>> | undefined

  /** Undefined for a name that is none of its parts. */
  async get(name: string): Promise<PackedFile | undefined> {
    if (!Object.hasOwn(parts, name)) return undefined
    this.#packed ??= pack()
    return (await this.#packed).get(name)
  }
}

async function pack(): Promise<Map<string, PackedFile>> {
  const texts = readPackage()
  return new Map(
    await Promise.all(Object.entries(parts).map(async ([name, [part, type]]) => [name, await PackedFile.of(type, texts[part])] as const)),
  )
}

/** As CommonJS, which can be let go of afterwards: an ES module stays for as long as the process. */
function readPackage(): Package {
  const path = `${packageName}/graphiql`
  try {
    return require(path) as Package
  } finally {
    delete require.cache[require.resolve(path)]
  }
}
