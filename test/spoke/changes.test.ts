import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changesOperation } from '../../src/connector/changes.js'
import { followChanges } from '../../src/connector/follow-changes.js'
import { Revision } from '../../src/connector/revision.js'
import { spokeServer } from '../../src/spoke/server.js'
import { patienceMs } from '../support/patience.js'
import { auditOf } from '../support/audit.js'
import { quietLog, startTestSpoke, type TestSpoke } from '../support/spoke.js'

let spoke: TestSpoke
beforeAll(async () => {
  spoke = await startTestSpoke({ 'libraries.csv': 'Name\nKilburn\n' })
})
afterAll(() => spoke.remove())

async function changes(since?: string, operation = changesOperation(since)): Promise<{ status: number; revision?: string }> {
  const authorization = `Bearer ${await spoke.signer.sign('catalogue+jwt', 'camden', operation)}`
  const response = await fetch(`${spoke.url}/changes${since === undefined ? '' : `?since=${since}`}`, { headers: { authorization } })
  return { status: response.status, ...((await response.json()) as { revision?: string }) }
}

const scan = async (table: string) => {
  const relation = { op: 'scan', table, columns: [{ name: 'Name', type: 'STRING' }] }
  const body = JSON.stringify({
    relation,
    ...auditOf(relation),
    rowsMax: 10,
    bytesMax: 1_000_000,
    timeoutMs: patienceMs,
  })
  const authorization = `Bearer ${await spoke.signer.sign('purpose+jwt', 'camden', body)}`
  return (await fetch(`${spoke.url}/scans`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body }))
    .status
}

test(
  'a spoke tells its hub of a new file and of one that was withdrawn, which it then serves no more',
  async () => {
    const { revision: first = '' } = await changes()
    expect(await scan('libraries/libraries')).toBe(200)
    const added = changes(first)
    await writeFile(join(spoke.folder, 'data/parks.csv'), 'Name\nBrent Lodge\n')
    const { revision: second = '' } = await added
    expect(second).not.toBe(first)
    expect(await scan('parks/parks')).toBe(200)
    const withdrawn = changes(second)
    await rm(join(spoke.folder, 'data/libraries.csv'))
    expect((await withdrawn).revision).not.toBe(second)
    expect(await scan('libraries/libraries')).toBe(503)
    expect(await scan('parks/parks')).toBe(200)
  },
  patienceMs,
)

test('only its hub is told, by a token for this request', async () => {
  expect((await fetch(`${spoke.url}/changes`)).status).toBe(401)
  expect((await changes(undefined, changesOperation('another'))).status).toBe(401)
  expect((await changes('another')).status).toBe(200)
})

test('a spoke that stops answers the hub that waits', async () => {
  const revision = new Revision()
  const known = await revision.after(undefined, new AbortController().signal)
  let asked: () => void = () => undefined
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  const holdings = {
    changes: (since: string | undefined, signal: AbortSignal) => {
      asked()
      return revision.after(since, signal)
    },
  }
  const verifier = { admit: () => Promise.resolve({ checkOperation: () => undefined }) }
  const server = spokeServer({ spokeId: 'camden', holdings, verifier, issuers: [], log: quietLog } as never)
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const waiting = fetch(`${url}/changes?since=${known}`)
  await isAsked
  await server.close()
  expect(await (await waiting).json()).toEqual({ revision: known })
})

test('a revision is answered at once where it is another, and else when it changes or nobody waits any more', async () => {
  const revision = new Revision()
  const nobody = new AbortController()
  const first = await revision.after(undefined, nobody.signal)
  const changed = revision.after(first, nobody.signal)
  const given = revision.after(first, AbortSignal.abort())
  expect(await given).toBe(first)
  revision.change()
  expect(await changed).not.toBe(first)
})

test('who follows changes hears of each, of a change once more where that failed, and once of failures in a row', async () => {
  const stop = new AbortController()
  const answers = ['a', 'a', 'b', 'c', 'c']
  const heard: string[] = []
  let refused = false
  await followChanges(
    async (since) => {
      heard.push(`after ${since ?? 'nothing'}`)
      if (answers.length === 1) stop.abort()
      return Promise.resolve(answers.shift() as string)
    },
    {
      changed: async () => {
        if (!refused) {
          refused = true
          // What could not be done is done at the next answer.
          answers.unshift('b')
          throw new Error('the harvest failed')
        }
        heard.push('changed')
        return Promise.resolve()
      },
      failed: ({ message }: Error) => heard.push(message),
    },
    stop.signal,
    1,
  )
  expect(heard).toEqual([
    'after nothing',
    'after a',
    'after a',
    'the harvest failed',
    'after a',
    'changed',
    'after b',
    'changed',
    'after c',
  ])
})
