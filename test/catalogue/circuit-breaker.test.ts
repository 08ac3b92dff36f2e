import { expect, test } from 'vitest'
import { CircuitBreaker } from '../../src/catalogue/circuit-breaker.js'

test('five failures in a row close the way; then one may go after a second, two, four … thirty, until one succeeds', () => {
  let now = 0
  const breaker = new CircuitBreaker(() => now)
  for (let at = 0; at < 4; at++) breaker.failed()
  expect(breaker.admits()).toBe(true)
  breaker.succeeded()
  for (let at = 0; at < 5; at++) {
    expect(breaker.admits()).toBe(true)
    breaker.failed()
  }
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    expect(breaker.admits()).toBe(false)
    now += seconds * 1000 - 1
    expect(breaker.admits()).toBe(false)
    now += 1
    expect([breaker.admits(), breaker.admits()]).toEqual([true, false])
    breaker.failed()
  }
  breaker.succeeded()
  expect([breaker.admits(), breaker.admits()]).toEqual([true, true])
})
