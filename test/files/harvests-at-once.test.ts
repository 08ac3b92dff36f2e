import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CatalogueEvent } from '../../src/connector/catalogue.js'
import { patienceMs } from '../support/patience.js'
import { folderOf } from './support/folder.js'
import { scanOf } from './support/source.js'

const datasetsOf = (events: readonly CatalogueEvent[]) => events.flatMap((event) => (event.kind === 'dataset' ? [event.dataset] : []))

test('a harvest that listed the folder before a file came does not drop what a later one has read of it', async () => {
  const opened = await folderOf({ 'a.csv': 'n\n1\n', 'b.csv': 'n\n1\n' })
  const early = opened.source.harvest(undefined, AbortSignal.timeout(2 * patienceMs))[Symbol.asyncIterator]()
  expect((await early.next()).value).toMatchObject({ dataset: { id: 'a' } })
  await writeFile(join(opened.folder, 'new.csv'), 'n\n7\n')
  const [columns] = datasetsOf(await opened.harvest()).flatMap(({ id, tables }) =>
    id === 'new' ? tables.map((table) => table.columns) : [],
  )
  const rest: CatalogueEvent[] = []
  for (let next = await early.next(); next.done !== true; next = await early.next()) rest.push(next.value)
  expect(rest.map(({ kind }) => kind)).toEqual(['dataset', 'complete'])
  // Without its file nobody could read it again.
  await rm(join(opened.folder, 'new.csv'))
  expect((await opened.run(scanOf('new/new', columns ?? []))).rows).toEqual([{ c0: 7n }])
})

test('a harvest that listed the folder before a file went does not bring it back', async () => {
  const opened = await folderOf({ 'a.csv': 'n\n1\n', 'b.csv': 'n\n1\n' })
  const columns = datasetsOf(await opened.harvest())[1]?.tables[0]?.columns ?? []
  const early = opened.source.harvest(undefined, AbortSignal.timeout(2 * patienceMs))[Symbol.asyncIterator]()
  expect((await early.next()).value).toMatchObject({ dataset: { id: 'a' } })
  await rm(join(opened.folder, 'b.csv'))
  expect(datasetsOf(await opened.harvest()).map(({ id }) => id)).toEqual(['a'])
  for (let next = await early.next(); next.done !== true; next = await early.next());
  await expect(opened.run(scanOf('b/b', columns))).rejects.toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
})
