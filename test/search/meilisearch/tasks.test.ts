import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Log } from '../../../src/connector/source.js'
import { MeilisearchIndex } from '../../../src/search/meilisearch/meilisearch-index.js'
import { document, found, storedIds } from '../contract/asking.js'
import { type StandIn, startMeilisearchStandIn } from '../meilisearch-stand-in.js'

let standIn: StandIn
let index: MeilisearchIndex
let warnings: unknown[]
beforeEach(async () => {
  standIn = await startMeilisearchStandIn()
  warnings = []
  const log: Log = { info: () => undefined, warn: (fields: unknown) => void warnings.push(fields), error: () => undefined }
  index = new MeilisearchIndex({ url: standIn.url, key: standIn.masterKey, prefix: '', log, times: { retryMs: 1 } })
  await index.prepare()
  standIn.requests.length = 0
})
afterEach(() => standIn.close())

const fail = (type: string, code: string, times: number) =>
  standIn.indexes.failing.push(...Array.from({ length: times }, () => ({ type, code })))
const additions = () => standIn.requests.filter((request) => request === 'POST /indexes/datasets/documents').length

describe('a task that the server failed', () => {
  test('is reported with its code, and done again', async () => {
    fail('documentAdditionOrUpdate', 'internal', 2)
    await index.write([document('camden/one')], [])
    expect(await found(index)).toEqual(['camden/one'])
    expect(warnings).toMatchObject([
      { index: 'datasets', code: 'internal', status: 'failed', documents: 1, attempt: 1 },
      { code: 'internal', attempt: 2 },
    ])
  })

  test('again and again is SOURCE_UNAVAILABLE, its reason in the cause alone', async () => {
    fail('documentAdditionOrUpdate', 'no_space_left_on_device', 4)
    const thrown = await index.write([document('camden/one')], []).catch((error: unknown) => error as Error)
    expect(thrown).toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      cause: { message: expect.stringContaining('no_space_left_on_device') as string },
    })
    expect((thrown as Error).message).not.toContain('no_space_left_on_device')
    expect(additions()).toBe(4)
  })

  test('to remove is done again, too', async () => {
    await index.write([document('camden/one'), document('camden/two')], [])
    fail('documentDeletion', 'internal', 1)
    await index.write([], ['camden/one'])
    expect(await storedIds(index)).toEqual(['camden/two'])
  })

  test('to swap leaves the live index as it is', async () => {
    await index.write([document('camden/old')], [])
    await index.beginRebuild()
    await index.fill([document('camden/new')])
    fail('indexSwap', 'internal', 1)
    await expect(index.endRebuild()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    expect(await found(index)).toEqual(['camden/old'])
    await index.endRebuild()
    expect(await found(index)).toEqual(['camden/new'])
  })

  test('to set an index is an index that is not ready', async () => {
    standIn.indexes.get('datasets').settings.stopWords = ['the']
    fail('settingsUpdate', 'internal', 1)
    await expect(index.prepare()).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
    await index.prepare()
    expect(standIn.indexes.get('datasets').settings.stopWords).toEqual([])
  })
})

describe('requests', () => {
  test('are of so many bytes', async () => {
    const long = 'd'.repeat(200_000)
    await index.write(
      Array.from({ length: 120 }, (_, number) => document(`camden/long-${number}`, { description: long })),
      [],
    )
    expect(additions()).toBe(3)
    expect((await storedIds(index)).length).toBe(120)
  })

  test('are of so many documents', async () => {
    await index.write(
      Array.from({ length: 2_001 }, (_, number) => document(`camden/d-${number}`)),
      [],
    )
    expect(additions()).toBe(3)
    expect((await storedIds(index)).length).toBe(2_001)
  })

  test('hold one document that is larger than all of them should be', async () => {
    await index.write([document('camden/one', { description: 'd'.repeat(11_000_000) }), document('camden/two')], [])
    expect(additions()).toBe(2)
    expect(await storedIds(index)).toEqual(['camden/one', 'camden/two'])
  })
})
