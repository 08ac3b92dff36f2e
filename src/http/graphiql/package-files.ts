import { createRequire } from 'node:module'
import type * as graphiql from '@graphql-yoga/render-graphiql/graphiql'
import { PackedFile } from './packed-file.js'

type Package = typeof graphiql

const require = createRequire(import.meta.url)
const packageName = '@graphql-yoga/render-graphiql'

/** The version of GraphiQL's package. It is part of the files' paths, so that browsers may cache them for ever. */
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
 * The scripts and the style of GraphiQL. Its package is one module of 9 MB, which is read at the first request for a part; only the
 * compressed parts are kept, about 2 MB.
 */
export class PackageFiles {
  #packed: Promise<ReadonlyMap<string, PackedFile>> | undefined

  /** Undefined if the package has no part of this name. */
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

/** Loaded as CommonJS, which can be unloaded afterwards: an ES module stays for as long as the process. */
function readPackage(): Package {
  const path = `${packageName}/graphiql`
  try {
    return require(path) as Package
  } finally {
    delete require.cache[require.resolve(path)]
  }
}
