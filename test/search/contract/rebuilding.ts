import { expect, test } from 'vitest'
import type { OpenSearchIndex } from '../index-contract.js'
import { ask, document, found, replaceAll, storedIds, useIndex } from './asking.js'

const old = [document('camden/old-one', { title: 'Turbines' }), document('camden/old-two', { title: 'Turbines' })]
const fresh = [document('camden/old-two', { title: 'Turbines', description: 'Anew.' }), document('camden/new-one', { title: 'Turbines' })]

/** An index beside the live one. */
export function rebuilding(open: OpenSearchIndex): void {
  const index = useIndex(open)

  test('the live one answers as before until, in one step, it is the new one', async () => {
    await replaceAll(index(), old)
    await index().beginRebuild()
    expect(await found(index())).toEqual(['camden/old-one', 'camden/old-two'])
    await index().fill(fresh)
    expect(await found(index())).toEqual(['camden/old-one', 'camden/old-two'])
    expect(await found(index(), { text: 'anew' })).toEqual([])
    expect(await storedIds(index())).toEqual(['camden/old-one', 'camden/old-two'])
    await index().endRebuild()
    expect(await found(index())).toEqual(['camden/new-one', 'camden/old-two'])
    expect(await found(index(), { text: 'anew' })).toEqual(['camden/old-two'])
    expect(await storedIds(index())).toEqual(['camden/new-one', 'camden/old-two'])
  })

  test('what is written meanwhile goes to both', async () => {
    await replaceAll(index(), old)
    await index().beginRebuild()
    await index().fill(fresh)
    await index().write([document('camden/meanwhile', { title: 'Turbines' })], ['camden/old-two'])
    expect(await found(index())).toEqual(['camden/meanwhile', 'camden/old-one'])
    await index().endRebuild()
    expect(await found(index())).toEqual(['camden/meanwhile', 'camden/new-one'])
    await index().write([document('camden/later', { title: 'Turbines' })], [])
    expect(await found(index())).toEqual(['camden/later', 'camden/meanwhile', 'camden/new-one'])
  })

  test('dropped, it was never there', async () => {
    await replaceAll(index(), old)
    await index().beginRebuild()
    await index().fill(fresh)
    await index().dropRebuild()
    expect(await found(index())).toEqual(['camden/old-one', 'camden/old-two'])
    await index().dropRebuild()
    await index().write([document('camden/later', { title: 'Turbines' })], [])
    expect(await found(index())).toEqual(['camden/later', 'camden/old-one', 'camden/old-two'])
  })

  test('begun again, it is empty again', async () => {
    await replaceAll(index(), old)
    await index().beginRebuild()
    await index().fill(old)
    await index().beginRebuild()
    await index().fill(fresh)
    await index().endRebuild()
    expect(await found(index())).toEqual(['camden/new-one', 'camden/old-two'])
  })

  test('one with nothing in it', async () => {
    await replaceAll(index(), old)
    await index().beginRebuild()
    await index().endRebuild()
    expect((await ask(index())).totalCount).toBe(0)
    expect(await storedIds(index())).toEqual([])
  })

  test('a walk goes on over the new one', async () => {
    await replaceAll(index(), old)
    const { hits } = await ask(index(), { first: 1, sort: 'TITLE_ASC' })
    await index().beginRebuild()
    await index().fill([...old, document('camden/zeta', { title: 'Zeppelins' })])
    await index().endRebuild()
    const rest = await ask(index(), { sort: 'TITLE_ASC', after: hits[0]!.cursor })
    expect(rest.hits.map(({ id }) => id)).toEqual(['camden/old-two', 'camden/zeta'])
  })
}
