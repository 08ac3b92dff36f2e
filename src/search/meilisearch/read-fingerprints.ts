import { z } from 'zod'
import { readForm } from '../../connector/check-form.js'
import type { Fingerprint } from '../port.js'
import type { Server } from './server.js'
import { digestOf } from './stored-document.js'

const pageSize = 5_000

const pageSchema = z.object({ results: z.array(z.object({ id: z.string(), digest: z.string() })), total: z.number() })

/** Every document of an index once, in binary order of the ids, provided nobody writes meanwhile. */
export async function* readFingerprints(server: Server, uid: string): AsyncGenerator<readonly Fingerprint[]> {
  for (let offset = 0; ; offset += pageSize) {
    const { results, total } = await server.ask(async () =>
      // Ids are lower-case letters, digits, - and /, for which Meilisearch's order is the binary one.
      readForm(
        pageSchema,
        await server.client.index(uid).getDocuments({ fields: ['id', 'digest'], sort: ['id:asc'], limit: pageSize, offset }),
        'a page of documents',
      ),
    )
    if (results.length > 0) yield results.map(({ id, digest }) => ({ id, digest: digestOf(digest) }))
    if (offset + results.length >= total || results.length === 0) return
  }
}
