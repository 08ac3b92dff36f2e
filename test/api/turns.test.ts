import { describe, expect, test } from 'vitest'
import { type Client, Turns, turnsMax } from '../../src/api/limits/turns.js'
import { failureOf } from '../support/query.js'

const anonymous = (id: string): Client => ({ id, isAnonymous: true })
const signal = new AbortController().signal
/** Lets all promises that can settle do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Notes who gets a turn, and keeps it. */
function gate() {
  const turns = new Turns()
  const entered: string[] = []
  const leaves: (() => void)[] = []
  const enter = (client: Client, name = client.id, order?: 'first' | 'last') =>
    turns.take(client, signal, order).then((leave) => {
      entered.push(name)
      leaves.push(leave)
    })
  return { turns, entered, leaves, enter }
}

describe('turns', () => {
  test('an address with a long line waits as long as one with a short line', async () => {
    const { entered, leaves, enter } = gate()
    for (let at = 0; at < 10; at++) void enter(anonymous('greedy'))
    for (let at = 0; at < turnsMax.ofAddress; at++) void enter(anonymous('other'))
    for (const id of ['b', 'c']) void enter(anonymous(id))
    await settle()
    expect(entered).toHaveLength(turnsMax.ofAnonymous)
    for (let at = 0; at < 4; at++) {
      leaves[at]?.()
      await settle()
    }
    expect(entered.slice(turnsMax.ofAnonymous)).toEqual(['greedy', 'b', 'c', 'greedy'])
  })

  test('a token never waits for those without', async () => {
    const { entered, enter } = gate()
    for (let at = 0; at < 100; at++) void enter(anonymous(`address ${at}`))
    void enter({ id: 'jane', isAnonymous: false })
    await settle()
    expect(entered.filter((name) => name.startsWith('address'))).toHaveLength(turnsMax.ofAnonymous)
    expect(entered).toContain('jane')
  })

  test('work that holds rows goes before new work of its client', async () => {
    const { entered, leaves, enter } = gate()
    for (let at = 0; at < turnsMax.ofAddress; at++) void enter(anonymous('a'))
    void enter(anonymous('a'), 'new')
    void enter(anonymous('a'), 'holding', 'first')
    await settle()
    leaves[0]?.()
    leaves[1]?.()
    await settle()
    expect(entered.slice(turnsMax.ofAddress)).toEqual(['holding', 'new'])
  })

  test('a client that goes away leaves its line, and takes no turn', async () => {
    const { turns, entered, leaves, enter } = gate()
    for (let at = 0; at < turnsMax.ofAddress; at++) void enter(anonymous('a'))
    const gone = new AbortController()
    const waiting = failureOf(() => turns.take(anonymous('a'), gone.signal))
    void enter(anonymous('a'), 'next')
    await settle()
    gone.abort()
    expect(await waiting).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    expect(await failureOf(() => turns.take(anonymous('b'), gone.signal))).toMatchObject({ code: 'SOURCE_TIMEOUT' })
    leaves[0]?.()
    await settle()
    expect(entered.at(-1)).toBe('next')
  })
})
