import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DialsError } from '../../errors.js'
import { endOf } from '../answer-end.js'
import { type ContextOf, contextOrError } from '../begin-operation.js'
import { ownExamples, withoutTables } from './own-examples.js'
import { PackageFiles, packageVersion } from './package-files.js'
import { codingFor } from '../content-coding.js'
import { PackedFile } from './packed-file.js'
import { page } from './page.js'
import { assetHeaders, pageHeaders } from './policy.js'

const readMsMax = 10_000

const forEver = 'public, max-age=31536000, immutable'

/**
 * GET /graphiql: an editor for queries, with the example queries in its tabs and a field for a token. All files come from this hub. A
 * browser that opens /graphql itself is redirected to it.
 * @param folder `graphql/` of the package: `graphiql/` in it holds the page's own script and style, `examples/` the queries.
 * @param contextOf gives what somebody without a token sees of the catalogue: the examples are of that.
 */
export function graphiqlRoute(app: FastifyInstance, folder: string, contextOf: ContextOf): void {
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  const examples = readdirSync(join(folder, 'examples'))
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => read(`examples/${name}`))
  const own = new Map([
    ['start.js', PackedFile.of('text/javascript; charset=utf-8', read('graphiql/start.js'))],
    ['page.css', PackedFile.of('text/css; charset=utf-8', read('graphiql/page.css'))],
  ])
  const packaged = new PackageFiles()

  app.addHook('onRequest', (request, reply, done) => {
    if (isBrowserAtGraph(request)) void reply.header('vary', 'accept').redirect('graphiql', 303)
    else done()
  })
  app.get('/graphiql', async (request, reply) => {
    const nonce = randomBytes(16).toString('base64')
    const { signal } = endOf(reply, readMsMax)
    const context = await contextOrError(contextOf(undefined, signal, request.ip))
    // The editor is of use while the catalogue cannot be read, too.
    const own =
      context instanceof DialsError
        ? withoutTables(examples)
        : await ownExamples(examples, context.loaders).catch(() => withoutTables(examples))
    return reply
      .headers(pageHeaders(nonce))
      .type('text/html; charset=utf-8')
      .send(page({ nonce, examples: own, packageVersion }))
  })
  app.get<{ Params: { name: string } }>('/graphiql/:name', async (request, reply) =>
    sendFile(request, reply, await own.get(request.params.name), 'no-cache'),
  )
  app.get<{ Params: { name: string } }>(`/graphiql/${packageVersion}/:name`, async (request, reply) =>
    sendFile(request, reply, await packaged.get(request.params.name), forEver),
  )
}

/** Whether a person opened the address in a browser, as opposed to a client with an operation. */
function isBrowserAtGraph({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && url === '/graphql' && /\btext\/html\b/.test(headers.accept ?? '')
}

async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: PackedFile | undefined,
  cacheControl: string,
): Promise<FastifyReply> {
  if (file === undefined) {
    reply.callNotFound()
    return reply
  }
  const encoding = codingFor(request.headers['accept-encoding'], ['br', 'gzip'])
  const etag = file.etag(encoding)
  reply.headers({ ...assetHeaders, 'cache-control': cacheControl, vary: 'accept-encoding', etag })
  if ((request.headers['if-none-match'] ?? '').split(/\s*,\s*/).includes(etag)) return reply.status(304).send()
  if (encoding !== 'identity') reply.header('content-encoding', encoding)
  return reply.type(file.contentType).send(await file.bytes(encoding))
}
