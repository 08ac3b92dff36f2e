import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Negotiator from 'negotiator'
import { DialsError } from '../../errors.js'
import { endOf } from '../answer-end.js'
import { type ContextOf, contextOrError, refuse } from '../begin-operation.js'
import type { Clients } from '../clients.js'
import { assetHeaders } from '../graphiql/policy.js'
import { datasetHtml, datasetJson } from './dataset-page.js'
import { frontHtml, frontJson } from './front-page.js'
import { htmlPage, link } from './html.js'

const readMsMax = 10_000

/** What the pages need; `clients` is shared with the graph. */
export interface PagesOptions {
  readonly contextOf: ContextOf
  readonly clients: Clients
}

/**
 * `/`, and the address of each dataset (`Dataset.iri`): a page for people, or JSON by Accept. A dataset that the viewer may not see is
 * answered as one that does not exist.
 */
export function pageRoutes(app: FastifyInstance, { contextOf, clients }: PagesOptions): void {
  app.get('/', (request, reply) => send(request, reply, frontJson, () => frontHtml))

  app.get<{ Params: { spoke: string; dataset: string } }>('/datasets/:spoke/:dataset', async (request, reply) => {
    const { signal, closed } = endOf(reply, readMsMax)
    const context = await contextOrError(contextOf(request.raw.headersDistinct['authorization'], signal, request.ip))
    if (context instanceof DialsError) return refuse(reply, context)
    const leave = await clients.enter(context.viewer, request.ip, signal)
    if (leave instanceof DialsError) return refuse(reply, leave)
    void closed.then(leave)
    const { loaders, baseUrl } = context
    const { spoke, dataset: name } = request.params
    const dataset = await loaders.dataset.load(`${spoke}/${name}`)
    if (dataset === null) return send(request, reply.status(404), missing, missingHtml)
    const [publisher, tables] = await Promise.all([
      loaders.organisation.load(dataset.organisationId),
      loaders.tablesOfDataset.load(dataset.id),
    ])
    const told = { dataset, publisher: publisher?.name ?? dataset.organisationId, tables }
    return send(request, reply, datasetJson(told, `${baseUrl}/datasets/${dataset.id}`), () => datasetHtml(told))
  })
}

const missing = { errors: [{ message: 'There is no such dataset.', extensions: { code: 'BAD_REQUEST' } }] }
const missingHtml = () =>
  htmlPage('There is no such dataset', `<p>It may be gone, or not for you to see. ${link('../../', 'About this hub')}</p>`)

function send(request: FastifyRequest, reply: FastifyReply, json: object, html: () => string): FastifyReply {
  reply.headers({ ...assetHeaders, 'cache-control': 'private, no-store', vary: 'accept' })
  const isJson = new Negotiator(request.raw).mediaType(['text/html', 'application/json']) === 'application/json'
  return isJson
    ? reply.type('application/json; charset=utf-8').send(JSON.stringify(json))
    : reply.type('text/html; charset=utf-8').send(html())
}
