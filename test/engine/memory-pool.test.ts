import { describe, expect, it } from 'vitest'
import { MemoryPool } from '../../src/engine/memory-pool.js'
import { failureOf } from '../support/query.js'

describe('the memory that the engine does not count', () => {
  it('is given in the order of asking, as soon as it suffices', async () => {
    const pool = new MemoryPool(10, 'This')
    const entered: string[] = []
    const giveBack = await pool.take(6)
    const large = pool.take(7).then((leave) => (entered.push('large'), leave))
    const small = pool.take(1).then((leave) => (entered.push('small'), leave))
    await Promise.resolve()
    expect(entered).toEqual([])
    giveBack()
    giveBack()
    const leaves = await Promise.all([large, small])
    expect(entered).toEqual(['large', 'small'])
    for (const leave of leaves) leave()
    ;(await pool.take(10))()
  })

  it('is not waited for where it would never suffice', async () => {
    expect(await failureOf(() => new MemoryPool(10, 'This').take(11))).toMatchObject({ code: 'RESULT_TOO_LARGE' })
  })

  it('is no longer waited for when the query ends, and those behind it are served', async () => {
    const pool = new MemoryPool(10, 'This')
    const giveBack = await pool.take(6)
    const ends = new AbortController()
    const ended = failureOf(() => pool.take(7, ends.signal))
    const behind = pool.take(4)
    ends.abort()
    expect(await ended).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    ;(await behind)()
    giveBack()
    ;(await pool.take(10))()
    expect(await failureOf(() => pool.take(1, AbortSignal.abort()))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
  })
})
