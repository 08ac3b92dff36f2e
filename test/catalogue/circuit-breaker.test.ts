import { expect, test } from 'vitest'
import { CircuitBreaker } from '../../src/catalogue/circuit-breaker.js'

test('opens after five failures in a row; half-open after 1, 2, 4 … 30 seconds it admits one request; a success closes it', () => {
  let now = 0
  const breaker = new CircuitBreaker(() => now)
  for (let at = 0; at < 4; at++) breaker.failed()
  expect([breaker.state, breaker.admits()]).toEqual(['closed', true])
  breaker.succeeded()
  for (let at = 0; at < 5; at++) {
    expect([breaker.state, breaker.admits()]).toEqual(['closed', true])
    breaker.failed()
  }
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    expect([breaker.state, breaker.admits()]).toEqual(['open', false])
    now += seconds * 1000 - 1
    expect([breaker.state, breaker.admits()]).toEqual(['open', false])
    now += 1
    expect([breaker.state, breaker.admits(), breaker.state, breaker.admits()]).toEqual(['half-open', true, 'open', false])
    breaker.failed()
  }
  breaker.succeeded()
  expect([breaker.state, breaker.admits(), breaker.admits()]).toEqual(['closed', true, true])
})
