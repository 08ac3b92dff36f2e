import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SearchParams, Settings } from 'meilisearch'
import { type Fields, Refused } from './stand-in/filter.js'
import { Indexes } from './stand-in/indexes.js'
import { type ApiKey, Keys } from './stand-in/keys.js'
import { search, sortDocuments } from './stand-in/searching.js'

/** How the server is out of order. */
export type Disorder = 'down' | 'hangs' | 'rubbish' | 'empty' | { readonly status: number }

/**
 * What answers in the place of a Meilisearch server: it does what it is asked, as far as our index asks it, the way that it is documented.
 */
export interface StandIn {
  readonly url: string
  readonly masterKey: string
  readonly indexes: Indexes
  readonly keys: Keys
  /** Every request since the start: `POST /multi-search`. */
  readonly requests: string[]
  /** From now on, or after so many more requests; undefined sets it right. */
  disorder: Disorder | undefined
  disorderAfter: number
  close(): Promise<void>
}

type Body = Record<string, unknown>
interface Asked {
  readonly header: string | undefined
  readonly query: URLSearchParams
  readonly body: Body
}
type Answer = readonly [status: number, body?: unknown]
type Route = (asked: Asked, ...names: string[]) => Promise<Answer>

/** Starts one on a free port of this machine. */
export async function startMeilisearchStandIn(masterKey = 'a-master-key-of-the-stand-in'): Promise<StandIn> {
  const indexes = new Indexes()
  const keys = new Keys(masterKey)
  const routes = routesOf(indexes, keys)
  const standIn = { masterKey, indexes, keys, requests: [] as string[], disorder: undefined as Disorder | undefined, disorderAfter: 0 }
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, 'http://stand-in')
    const disorder = standIn.disorderAfter > 0 ? undefined : standIn.disorder
    if (standIn.disorder !== undefined) standIn.disorderAfter -= 1
    const send = (status: number, body?: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body))
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (disorder === 'down') return void request.socket.destroy()
    if (disorder === 'hangs') return
    if (disorder === 'rubbish') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome to nginx')
    if (disorder === 'empty') return void send(200, {})
    if (disorder !== undefined)
      return void send(disorder.status, { message: 'As asked by the test.', code: 'internal', type: 'internal', link: '' })
    standIn.requests.push(`${request.method} ${pathname}`)
    try {
      const found = routes.flatMap(([method, pattern, route]) => {
        const match = request.method === method ? pattern.exec(pathname) : null
        return match === null ? [] : [{ route, names: match.slice(1).map(decodeURIComponent) }]
      })[0]
      if (found === undefined) return void send(404)
      const text = Buffer.concat(chunks).toString()
      send(
        ...(await found.route(
          { header: request.headers.authorization, query: searchParams, body: text === '' ? {} : (parse(text) as Body) },
          ...found.names,
        )),
      )
    } catch (error) {
      const { code = 'internal', message, status = 500 } = error as Refused
      send(status, { message, code, type: 'invalid_request', link: '' })
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(standIn, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

/** Half a character is no JSON to the server. */
function parse(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value === 'string' && /\p{Surrogate}/u.test(value)) throw new Refused('malformed_payload', 'Lone surrogate.')
    return value
  })
}

function routesOf(indexes: Indexes, keys: Keys): [method: string, pattern: RegExp, route: Route][] {
  const changing =
    (action: string, type: string, work: (asked: Asked, uid: string) => void): Route =>
    async (asked, uid) => {
      const index = uid ?? String(asked.body['uid'])
      await keys.authorise(asked.header, action, [index])
      const task = indexes.enqueue(type, index, () => work(asked, index))
      return [202, { taskUid: task.uid, indexUid: index, status: task.status, type, enqueuedAt: new Date().toISOString() }]
    }
  const one = async ({ header }: Asked, action: string, uid: string) => {
    await keys.authorise(header, action, [uid])
    return indexes.get(uid)
  }
  const answers = async ({ header }: Asked, queries: readonly (SearchParams & { indexUid: string })[]) => {
    const grants = await keys.authorise(
      header,
      'search',
      queries.map(({ indexUid }) => indexUid),
    )
    return queries.map((query, number) => {
      const { documents, settings } = indexes.get(query.indexUid)
      return { indexUid: query.indexUid, ...search(documents.values(), settings, query, grants[number]!.filter) }
    })
  }
  return [
    [
      'POST',
      /^\/multi-search$/,
      async (asked) => [200, { results: await answers(asked, asked.body['queries'] as (SearchParams & { indexUid: string })[]) }],
    ],
    ['POST', /^\/indexes\/([^/]+)\/search$/, async (asked, uid) => [200, (await answers(asked, [{ ...asked.body, indexUid: uid! }]))[0]]],
    [
      'POST',
      /^\/indexes$/,
      changing(
        'indexes.create',
        'indexCreation',
        ({ body }, uid) => void indexes.create(uid, (body['primaryKey'] as string | undefined) ?? null),
      ),
    ],
    [
      'GET',
      /^\/indexes\/([^/]+)$/,
      async (asked, uid) => {
        const { createdAt, primaryKey } = await one(asked, 'indexes.get', uid!)
        return [200, { uid, createdAt, updatedAt: createdAt, primaryKey }]
      },
    ],
    [
      'DELETE',
      /^\/indexes\/([^/]+)$/,
      changing('indexes.delete', 'indexDeletion', (_, uid) => {
        indexes.get(uid)
        indexes.byUid.delete(uid)
      }),
    ],
    ['GET', /^\/indexes\/([^/]+)\/settings$/, async (asked, uid) => [200, (await one(asked, 'settings.get', uid!)).settings]],
    [
      'PATCH',
      /^\/indexes\/([^/]+)\/settings$/,
      changing('settings.update', 'settingsUpdate', ({ body }, uid) => indexes.set(uid, body as Settings)),
    ],
    [
      'POST',
      /^\/indexes\/([^/]+)\/documents$/,
      changing('documents.add', 'documentAdditionOrUpdate', ({ body, query }, uid) =>
        indexes.add(uid, query.get('primaryKey') ?? undefined, body as unknown as Fields[]),
      ),
    ],
    [
      'POST',
      /^\/indexes\/([^/]+)\/documents\/delete-batch$/,
      changing('documents.delete', 'documentDeletion', ({ body }, uid) => {
        for (const key of body as unknown as string[]) indexes.get(uid).documents.delete(key)
      }),
    ],
    [
      'GET',
      /^\/indexes\/([^/]+)\/documents$/,
      async (asked, uid) => {
        const { documents, settings } = await one(asked, 'documents.get', uid!)
        const [offset, limit] = [Number(asked.query.get('offset') ?? 0), Number(asked.query.get('limit') ?? 20)]
        const fields = asked.query.get('fields')?.split(',')
        const sorted = sortDocuments([...documents.values()], asked.query.get('sort')?.split(',') ?? [], settings)
        const results = sorted
          .slice(offset, offset + limit)
          .map((document) => Object.fromEntries(Object.entries(document).filter(([name]) => fields?.includes(name) ?? true)))
        return [200, { results, offset, limit, total: sorted.length }]
      },
    ],
    [
      'POST',
      /^\/swap-indexes$/,
      async ({ header, body }) => {
        const pairs = body as unknown as { indexes: [string, string] }[]
        await keys.authorise(
          header,
          'indexes.swap',
          pairs.flatMap((pair) => pair.indexes),
        )
        const task = indexes.enqueue('indexSwap', null, () => indexes.swap(pairs))
        return [202, { taskUid: task.uid, indexUid: null, status: task.status, type: task.type, enqueuedAt: new Date().toISOString() }]
      },
    ],
    [
      'GET',
      /^\/tasks\/(\d+)$/,
      async ({ header }, uid) => {
        const task = indexes.tasks[Number(uid)]
        await keys.authorise(header, 'tasks.get', task === undefined || task.indexUid === null ? [] : [task.indexUid])
        if (task === undefined || (task.indexUid === null && keys.isRestricted(header)))
          throw new Refused('task_not_found', `Task \`${uid}\` not found.`, 404)
        return [200, task]
      },
    ],
    [
      'GET',
      /^\/keys\/([^/]+)$/,
      async ({ header }, uid) => {
        await keys.authorise(header, 'keys.get', [])
        const key = keys.byUid.get(uid!)
        if (key === undefined) throw new Refused('api_key_not_found', `API key \`${uid}\` not found.`, 404)
        return [200, key]
      },
    ],
    [
      'GET',
      /^\/keys$/,
      async ({ header }) => {
        await keys.authorise(header, 'keys.get', [])
        const results = [...keys.byUid.values()]
        return [200, { results, offset: 0, limit: results.length, total: results.length }]
      },
    ],
    [
      'DELETE',
      /^\/keys\/([^/]+)$/,
      async ({ header }, uid) => {
        await keys.authorise(header, 'keys.delete', [])
        keys.byUid.delete(uid!)
        return [204]
      },
    ],
    [
      'POST',
      /^\/keys$/,
      async ({ header, body }) => {
        await keys.authorise(header, 'keys.create', [])
        return [201, keys.create(body as unknown as ApiKey & { actions: string[]; indexes: string[] })]
      },
    ],
  ]
}
